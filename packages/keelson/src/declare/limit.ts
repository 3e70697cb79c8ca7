import type { Duration } from "../base/duration.ts";

/**
 * Whose calls are counted together. A caller without credentials is the address that the call came from (an IPv6
 * network of 64 bits counts as one address); a caller without a tenant is counted as a caller.
 */
export type LimitPer = "caller" | "tenant" | "address";

/**
 * So many requests in so much time. Windows below an hour are rates: all may come at once, and what was used comes
 * back evenly. Windows from an hour on are quotas: they begin with the first request and are full again at their end.
 */
export interface RateLimit {
  /** @defaultValue "caller" */
  readonly per?: LimitPer;
  /** More than none. A call takes as many as its operation costs: one, unless declared otherwise. */
  readonly requests: number;
  /** From a second to 31 days, e.g. `10s`, `1m`, `1h`, `1d`. */
  readonly window: Duration;
}

/** So many calls in progress at the same time, in one process. */
export interface ConcurrencyLimit {
  /** @defaultValue "caller" */
  readonly per?: LimitPer;
  readonly concurrent: number;
}

/** What a caller may do how often. Of several limits all hold. */
export type Limit = RateLimit | ConcurrencyLimit;

/**
 * Limits over all operations together, by class of caller. What is not given keeps its default; an empty list means
 * no limit. Those of resources, commands and queries come on top.
 */
export interface LimitOptions {
  /** Callers without credentials, by address. @defaultValue 600 requests a minute, 50 at the same time */
  readonly anonymous?: readonly Limit[];
  /** Callers with credentials. @defaultValue 1,800 requests a minute, 50 at the same time */
  readonly signedIn?: readonly Limit[];
  /** Callers with a role, instead of `signedIn`; of several roles the first named here counts. */
  readonly roles?: Readonly<Record<string, readonly Limit[]>>;
  /** Refused access tokens, by address: beyond, tokens from there are not looked at. @defaultValue 30 a minute */
  readonly failedCredentials?: readonly Omit<RateLimit, "per">[];
  /** The claim that names the caller's tenant; also a path, e.g. `org.id`. */
  readonly tenantClaim?: string;
}
