import type { RatePolicy } from "../model/limit-model.ts";
import { type Count, remainingOf, untilMore, waitFor } from "./count.ts";
import type { Decision } from "./limiter.ts";

const none: readonly RatePolicy[] = Object.freeze([]);

/** How things stand after taking: the policy of which the smallest share is left. */
export function allowedDecision(
  policies: readonly RatePolicy[],
  counts: readonly Count[],
  now: number,
): Decision {
  let nearest = 0;
  let remaining = 0;
  let share = Number.POSITIVE_INFINITY;
  for (let index = 0; index < policies.length; index += 1) {
    const policy = policies[index] as RatePolicy;
    const left = remainingOf(policy, counts[index] as Count, now);
    if (left / policy.requests >= share) continue;
    share = left / policy.requests;
    remaining = left;
    nearest = index;
  }
  const policy = policies[nearest] as RatePolicy;
  const waitMs = untilMore(policy, counts[nearest] as Count, remaining, now);
  return { allowed: true, policy, remaining, waitMs, violated: none };
}

/** Nothing was taken: the policy that keeps the caller waiting longest. */
export function refusedDecision(
  policies: readonly RatePolicy[],
  counts: readonly Count[],
  cost: number,
  now: number,
): Decision {
  const waits = policies.map((policy, index) => waitFor(policy, counts[index] as Count, cost, now));
  const waitMs = Math.max(...waits);
  const longest = waits.indexOf(waitMs);
  const policy = policies[longest] as RatePolicy;
  return {
    allowed: false,
    policy,
    remaining: remainingOf(policy, counts[longest] as Count, now),
    waitMs,
    violated: policies.filter((_policy, index) => (waits[index] as number) > 0),
  };
}
