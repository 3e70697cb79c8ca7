import type { Clock } from "../base/clock.ts";
import type { RatePolicy } from "../model/limit-model.ts";
import { type Count, take, waitFor } from "./count.ts";
import { allowedDecision, refusedDecision } from "./decide.ts";
import type { Decision, Limiter, Subjects } from "./limiter.ts";
import { SubjectMap } from "./subject-map.ts";

/** Subjects of one policy that are remembered at the least: some 10 MB of them. */
const capacity = 50_000;

/** Counts in this process. Decides at once: between looking and taking nothing else can happen. */
export interface MemoryLimiter extends Limiter {
  take(policies: readonly RatePolicy[], subjects: Subjects, cost: number): Decision;
}

export function newMemoryLimiter(clock: Clock): MemoryLimiter {
  const kept = new Map<RatePolicy, SubjectMap<Count>>();
  const countOf = (policy: RatePolicy, subject: string, now: number): Count => {
    let counts = kept.get(policy);
    if (counts === undefined) {
      counts = new SubjectMap(policy.windowMs, capacity);
      kept.set(policy, counts);
    }
    let count = counts.get(subject, now);
    if (count === undefined) {
      count = { at: 0, used: 0 };
      counts.set(subject, count, now);
    }
    return count;
  };
  return {
    take(policies, subjects, cost) {
      const now = clock.monotonicMs();
      const counts: Count[] = [];
      let fits = true;
      for (const policy of policies) {
        const count = countOf(policy, subjects[policy.per], now);
        counts.push(count);
        if (waitFor(policy, count, cost, now) > 0) fits = false;
      }
      if (!fits) return refusedDecision(policies, counts, cost, now);
      for (let index = 0; index < counts.length; index += 1)
        take(policies[index] as RatePolicy, counts[index] as Count, cost, now);
      return allowedDecision(policies, counts, now);
    },
  };
}
