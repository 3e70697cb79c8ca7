import type { LimitPer } from "../declare/limit.ts";

/** Requests in a window. `rate` comes back evenly, `quota` at the end of the window. */
export interface RatePolicy {
  readonly kind: "rate" | "quota";
  /** Unique in the model; also what callers are told. */
  readonly name: string;
  readonly per: LimitPer;
  readonly requests: number;
  readonly windowMs: number;
}

/** Calls in progress at the same time. */
export interface ConcurrencyPolicy {
  readonly kind: "concurrent";
  readonly name: string;
  readonly per: LimitPer;
  readonly concurrent: number;
}

/** Policies that hold together. */
export interface LimitSet {
  readonly rates: readonly RatePolicy[];
  readonly concurrent: readonly ConcurrencyPolicy[];
}

/** All limits of a back end. */
export interface LimitModel {
  readonly anonymous: LimitSet;
  readonly signedIn: LimitSet;
  /** In order of precedence. */
  readonly roles: ReadonlyMap<string, LimitSet>;
  readonly failedCredentials: readonly RatePolicy[];
  readonly tenantClaim: string | undefined;
  /** By name of the operation; only those that have limits or a cost of their own. */
  readonly operations: ReadonlyMap<string, OperationLimits>;
}

export interface OperationLimits extends LimitSet {
  /** How many requests a call counts as. */
  readonly cost: number;
}
