import type { Limiter } from "./limiter.ts";
import type { MemoryLimiter } from "./memory-limiter.ts";
import { redisCounts } from "./redis-counts.ts";
import type { RedisLink } from "./redis-link.ts";

export interface SharedLimiterOptions {
  readonly link: RedisLink;
  readonly prefix: string;
  readonly local: MemoryLimiter;
}

/**
 * Counts in Redis while it answers, and in this process while it does not. What Redis allows is counted in memory too,
 * so that a loss gives nobody anything back.
 */
export function newSharedLimiter({ link, prefix, local }: SharedLimiterOptions): Limiter {
  const takeShared = redisCounts(link.redis, prefix);
  return {
    take(policies, subjects, cost) {
      if (link.degraded !== undefined) return local.take(policies, subjects, cost);
      return link
        .ask(() => takeShared(policies, subjects, cost))
        .then((decision) => {
          if (decision === undefined) return local.take(policies, subjects, cost);
          if (decision.allowed) local.take(policies, subjects, cost);
          return decision;
        });
    },
  };
}
