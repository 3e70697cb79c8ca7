import type { LimitPer } from "../declare/limit.ts";
import type { ConcurrencyPolicy, RatePolicy } from "../model/limit-model.ts";

/** Whom a call counts for, one way or another. */
export type Subjects = Readonly<Record<LimitPer, string>>;

/** What a limiter says: how the policy stands that is nearest to its end, after taking. */
export interface Decision {
  readonly allowed: boolean;
  readonly policy: RatePolicy | ConcurrencyPolicy;
  readonly remaining: number;
  /** Until more is there; when refused, until the same call would be allowed. */
  readonly waitMs: number;
  /** When refused: every policy that had too little left. */
  readonly violated: readonly (RatePolicy | ConcurrencyPolicy)[];
}

/** Counts requests. */
export interface Limiter {
  /** Takes `cost` from every policy, or, when one has too little left, from none. At least one policy must be given. */
  take(policies: readonly RatePolicy[], subjects: Subjects, cost: number): Decision | Promise<Decision>;
}
