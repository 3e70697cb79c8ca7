import type { ConcurrencyPolicy, RatePolicy } from "../../model/limit-model.ts";
import type { LimitStanding } from "../../operation/limits.ts";

type Policies = LimitStanding["policies"];

const known = new WeakMap<Policies, string>();
const names = new WeakMap<RatePolicy | ConcurrencyPolicy, string>();

/**
 * How a caller stands, as header fields (draft-ietf-httpapi-ratelimit-headers-11): all policies that hold, and the
 * one that is nearest to its end.
 */
export function rateLimitFields({ policies, decision }: LimitStanding): readonly string[] {
  let all = known.get(policies);
  if (all === undefined) {
    all = policies.map(policyItem).join(", ");
    known.set(policies, all);
  }
  const { policy, remaining, waitMs } = decision;
  const wait = waitMs > 0 ? `;t=${Math.ceil(waitMs / 1_000)}` : "";
  return ["RateLimit-Policy", all, "RateLimit", `${nameOf(policy)};r=${remaining}${wait}`];
}

const policyItem = (policy: RatePolicy | ConcurrencyPolicy): string =>
  policy.kind === "concurrent"
    ? `${sfString(policy.name)};q=${policy.concurrent};qu="concurrent-requests"`
    : `${sfString(policy.name)};q=${policy.requests};w=${Math.ceil(policy.windowMs / 1_000)}`;

function nameOf(policy: RatePolicy | ConcurrencyPolicy): string {
  let name = names.get(policy);
  if (name === undefined) {
    name = sfString(policy.name);
    names.set(policy, name);
  }
  return name;
}

/** A String of RFC 9651 section 3.3.3: visible ASCII, with backslashes before quotes and backslashes. */
const sfString = (text: string): string =>
  `"${text.replaceAll(/[^\x20-\x7e]/g, "?").replaceAll(/["\\]/g, "\\$&")}"`;
