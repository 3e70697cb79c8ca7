import type { RatePolicy } from "../model/limit-model.ts";

/**
 * What is kept for one subject of a policy.
 *
 * A rate keeps one time, after the generic cell rate algorithm (ITU-T I.371): `at` is when everything taken so far
 * has come back. It never lies further ahead than one window. A quota keeps how much is `used` until `at`, the end
 * of the window.
 */
export interface Count {
  at: number;
  used: number;
}

/** Sums of fractions are not exact: a hundredth of a request is forgiven, once. */
const slack = 0.01;

/**
 * Milliseconds from `now` until `cost` can be taken; not above zero when it can be taken now. What costs more than
 * there ever is takes all there is.
 */
export function waitFor(policy: RatePolicy, { at, used }: Count, price: number, now: number): number {
  const { requests, windowMs } = policy;
  const cost = Math.min(price, requests);
  if (policy.kind === "quota") return now < at && used + cost > requests ? at - now : 0;
  const each = windowMs / requests;
  return Math.max(at - now, 0) + (cost - slack) * each - windowMs;
}

/** Takes it, whether it is there or not. */
export function take(policy: RatePolicy, count: Count, price: number, now: number): void {
  const cost = Math.min(price, policy.requests);
  if (policy.kind === "rate") {
    count.at = Math.max(count.at, now) + (cost * policy.windowMs) / policy.requests;
    return;
  }
  if (now >= count.at) {
    count.at = now + policy.windowMs;
    count.used = 0;
  }
  count.used += cost;
}

/** How many requests are left. */
export function remainingOf({ kind, requests, windowMs }: RatePolicy, count: Count, now: number): number {
  if (now >= count.at) return requests;
  const left =
    kind === "quota" ? requests - count.used : requests - ((count.at - now) * requests) / windowMs + slack;
  return left > 0 ? Math.floor(left) : 0;
}

/** Milliseconds until there are more than `remaining`. */
export function untilMore(policy: RatePolicy, count: Count, remaining: number, now: number): number {
  if (now >= count.at) return 0;
  if (policy.kind === "quota") return count.at - now;
  const each = policy.windowMs / policy.requests;
  return Math.max(0, count.at - now - (policy.requests - remaining - 1) * each);
}
