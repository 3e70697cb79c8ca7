import { type Clock, systemClock } from "../base/clock.ts";
import { newId } from "../base/id.ts";
import { type Concurrency, newConcurrency } from "../limit/concurrency.ts";
import type { Limiter } from "../limit/limiter.ts";
import { newMemoryLimiter } from "../limit/memory-limiter.ts";
import { openRedis } from "../limit/open-redis.ts";
import { openRedisLink } from "../limit/redis-link.ts";
import { newSharedConcurrency } from "../limit/shared-concurrency.ts";
import { newSharedLimiter } from "../limit/shared-limiter.ts";
import type { Observe } from "../observe/observation.ts";
import type { Config } from "./config.ts";

/** What counts requests: this process, or all processes together where there is a Redis. */
export interface Limiting {
  readonly limiter: Limiter;
  readonly concurrency: Concurrency;
  readonly factor: number;
  /** What is not as it should be. */
  notes(): readonly string[];
  close(): void;
}

/**
 * Undefined where limits are switched off.
 *
 * @param name - of the back end: what has the same name and the same Redis is counted together
 * @throws DiagnosticError when `REDIS_URL` is set and the package for it is missing
 */
export async function openLimiting(
  { limits: factor, redisUrl }: Pick<Config, "limits" | "redisUrl">,
  name: string,
  observe: Observe,
  clock: Clock = systemClock,
): Promise<Limiting | undefined> {
  if (factor === 0) return undefined;
  const local = newMemoryLimiter(clock);
  const here = newConcurrency();
  if (redisUrl === undefined)
    return { limiter: local, concurrency: here, factor, notes: () => [], close: () => {} };
  const link = await openRedisLink({ redis: await openRedis(redisUrl), observe });
  const concurrency = newSharedConcurrency({ link, prefix: `keelson:${name}:places`, local: here, newId });
  return {
    limiter: newSharedLimiter({ link, prefix: `keelson:${name}:limit`, local }),
    concurrency,
    factor,
    notes: () =>
      link.degraded === undefined ? [] : [`limits are counted by this process alone: ${link.degraded}`],
    close: () => {
      concurrency.close();
      link.close();
    },
  };
}
