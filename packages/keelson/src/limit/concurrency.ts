import type { ConcurrencyPolicy } from "../model/limit-model.ts";
import type { Subjects } from "./limiter.ts";

/** What became of asking to be in progress. */
export interface Entry {
  /** The first policy under which there is no room; nothing is counted then. */
  readonly full: ConcurrencyPolicy | undefined;
  /** Makes room again. To be called once, also where there was none. */
  leave(): void;
}

/** Counts calls in progress by policy and subject. */
export interface Concurrency {
  /** Counts a call under every policy, or, when one is full, under none. At least one policy must be given. */
  enter(policies: readonly ConcurrencyPolicy[], subjects: Subjects): Entry | Promise<Entry>;
}

/** Counts in this process. */
export interface MemoryConcurrency extends Concurrency {
  enter(policies: readonly ConcurrencyPolicy[], subjects: Subjects): Entry;
}

export function newConcurrency(): MemoryConcurrency {
  const inProgress = new Map<ConcurrencyPolicy, Map<string, number>>();
  const countsOf = (policy: ConcurrencyPolicy): Map<string, number> => {
    let counts = inProgress.get(policy);
    if (counts === undefined) {
      counts = new Map();
      inProgress.set(policy, counts);
    }
    return counts;
  };
  const add = (policy: ConcurrencyPolicy, subject: string, change: 1 | -1): void => {
    const counts = countsOf(policy);
    const count = (counts.get(subject) ?? 0) + change;
    // Nobody in progress is nobody to remember.
    if (count <= 0) counts.delete(subject);
    else counts.set(subject, count);
  };
  return {
    enter(policies, subjects) {
      for (const policy of policies) {
        const count = countsOf(policy).get(subjects[policy.per]) ?? 0;
        if (count >= policy.concurrent) return fullOf(policy);
      }
      for (const policy of policies) add(policy, subjects[policy.per], 1);
      return {
        full: undefined,
        leave: () => {
          for (const policy of policies) add(policy, subjects[policy.per], -1);
        },
      };
    },
  };
}

export const fullOf = (policy: ConcurrencyPolicy): Entry => ({ full: policy, leave: () => {} });
