import type { Duration } from "../base/duration.ts";

/**
 * Who may keep a copy of an answer besides this back end. It never decides what is shared inside of it: there an
 * answer is only given again where everything is equal that it was made from, the caller's part included.
 */
export type CacheScope = "public" | "caller";

/** How long answers of a read may be given again. */
export interface CacheOptions {
  /** From 1 second to 1 day, e.g. `30s`, `5m`. Writes through this back end end it at once. */
  readonly ttl: Duration;
  /**
   * `public`: to callers without credentials the answer comes with `Cache-Control: public, max-age=…`, so that browsers
   * and CDNs keep it for the `ttl` without asking. `caller`: every copy is checked by its `ETag` each time.
   *
   * @defaultValue "caller"
   */
  readonly scope?: CacheScope;
  /**
   * For how long after its `ttl` an answer is still given while a new one is made in the background. What was written
   * meanwhile is never hidden by it. @defaultValue none
   */
  readonly staleWhileRevalidate?: Duration;
}

/** Caching of a resource's standard reads. */
export interface ResourceCacheOptions extends CacheOptions {
  /** @defaultValue both */
  readonly on?: readonly ("list" | "get")[];
}
