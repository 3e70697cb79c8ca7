import type { ConcurrencyPolicy } from "../model/limit-model.ts";

/** Counts calls in progress by policy and subject. */
export interface Concurrency {
  /** False when as many as allowed are in progress; then nothing is counted. */
  enter(policy: ConcurrencyPolicy, subject: string): boolean;
  /** To be called once for every `enter` that was true. */
  leave(policy: ConcurrencyPolicy, subject: string): void;
}

export function newConcurrency(): Concurrency {
  const inProgress = new Map<ConcurrencyPolicy, Map<string, number>>();
  return {
    enter(policy, subject) {
      let counts = inProgress.get(policy);
      if (counts === undefined) {
        counts = new Map();
        inProgress.set(policy, counts);
      }
      const count = counts.get(subject) ?? 0;
      if (count >= policy.concurrent) return false;
      counts.set(subject, count + 1);
      return true;
    },
    leave(policy, subject) {
      const counts = inProgress.get(policy);
      const count = counts?.get(subject) ?? 0;
      // Nobody in progress is nobody to remember.
      if (count <= 1) counts?.delete(subject);
      else counts?.set(subject, count - 1);
    },
  };
}
