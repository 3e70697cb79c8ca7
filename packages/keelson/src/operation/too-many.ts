import { failure, type KeelsonError } from "../base/error.ts";
import { randomBelow } from "../base/random.ts";
import type { Decision } from "../limit/limiter.ts";
import type { ConcurrencyPolicy, RatePolicy } from "../model/limit-model.ts";
import type { Limits } from "./limits.ts";

/** Too much from one caller. */
export const tooMany = ({ policy, violated, waitMs }: Decision): KeelsonError =>
  refusal(`${wordsOf(policy)} are allowed ("${policy.name}").`, violated, waitMs);

/** Too many refused tokens from one address. */
export const tooManyRefusals = ({ failedCredentials }: Limits, waitMs: number): KeelsonError =>
  refusal("Too many access tokens from this address were refused.", failedCredentials, waitMs);

function refusal(
  detail: string,
  violated: readonly (RatePolicy | ConcurrencyPolicy)[],
  waitMs: number,
): KeelsonError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  // The same wait for everybody would bring them all back at once.
  const jitter = randomBelow(1 + Math.ceil(seconds / 10));
  return failure("rate_limited", {
    detail,
    members: { "violated-policies": violated.map(({ name }) => name) },
    headers: { "retry-after": String(seconds + jitter) },
  });
}

function wordsOf(policy: RatePolicy | ConcurrencyPolicy): string {
  if (policy.kind === "concurrent") return `${policy.concurrent} calls at the same time`;
  return `${policy.requests} requests in ${policy.windowMs / 1_000} seconds`;
}
