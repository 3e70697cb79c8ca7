import { durationMs } from "../base/duration.ts";
import type { CacheOptions, CacheScope } from "../declare/cache.ts";

/** How the answers of a read are kept. */
export interface CacheModel {
  readonly ttlMs: number;
  readonly scope: CacheScope;
  /** How long past its time an answer may be given while a new one is made. */
  readonly staleMs: number;
}

/** A declaration that was found right, as data. */
export function linkCache(options: CacheOptions | undefined): CacheModel | undefined {
  if (options === undefined) return undefined;
  const { ttl, scope = "caller", staleWhileRevalidate } = options;
  return Object.freeze({
    ttlMs: durationMs(ttl) ?? 0,
    scope,
    staleMs: durationMs(staleWhileRevalidate) ?? 0,
  });
}
