import type { Redis } from "ioredis";
import type { Observe } from "../observe/observation.ts";
import type { Decision, Limiter } from "./limiter.ts";
import type { MemoryLimiter } from "./memory-limiter.ts";
import { redisCounts } from "./redis-counts.ts";

/**
 * Counts in Redis while it answers, and in this process while it does not.
 *
 * Two states. *Shared*: every decision is Redis's; it is taken in memory too, so that a loss gives nobody anything
 * back. *Local*: every decision is made in memory. The connection's end, an error or an answer that takes longer than
 * `patienceMs` leads from shared to local, for the call at hand as well; a PING that is answered leads back.
 */
export interface SharedLimiter extends Limiter {
  /** Why it counts locally; undefined while counts are shared. */
  readonly degraded: string | undefined;
  close(): void;
}

export interface SharedLimiterOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly local: MemoryLimiter;
  readonly observe: Observe;
  /** How long a call waits for Redis at the most. @defaultValue 10 ms */
  readonly patienceMs?: number;
  /** Between two attempts to come back. @defaultValue 500 ms */
  readonly probeEveryMs?: number;
}

/** How long the start waits for Redis. */
const startPatienceMs = 1_000;

/** Connects; begins in the state local when Redis cannot be reached within a second. */
export async function newSharedLimiter(options: SharedLimiterOptions): Promise<SharedLimiter> {
  const { redis, local, observe, patienceMs = 10, probeEveryMs = 500 } = options;
  const takeShared = redisCounts(redis, options.prefix);
  // Not announced before it is known.
  let degraded: string | undefined = "Redis has not been reached yet";
  let lastError = "";
  let probe: NodeJS.Timeout | undefined;

  const degrade = (reason: string): void => {
    if (degraded !== undefined) return;
    degraded = reason;
    observe({ type: "limits.local", reason });
    scheduleProbe();
  };
  const recover = (): void => {
    if (degraded === undefined) return;
    degraded = undefined;
    observe({ type: "limits.shared" });
  };
  const scheduleProbe = (): void => {
    clearTimeout(probe);
    probe = setTimeout(async () => {
      const answered = await within(redis.ping(), probeEveryMs).catch(() => undefined);
      if (answered === undefined) scheduleProbe();
      else recover();
    }, probeEveryMs).unref();
  };

  redis.on("error", (error: Error) => {
    lastError = error.message;
  });
  redis.on("close", () => degrade(lastError === "" ? "the connection was closed" : lastError));
  const connecting = redis.connect().then(
    () => true,
    (error: Error) => {
      lastError ||= error.message;
      return false;
    },
  );
  const connected = await within(connecting, startPatienceMs);
  degraded = undefined;
  if (!connected) degrade(lastError === "" ? "Redis does not answer" : lastError);

  return {
    take(policies, subjects, cost) {
      if (degraded !== undefined) return local.take(policies, subjects, cost);
      return within(takeShared(policies, subjects, cost), patienceMs).then(
        (decision) => {
          if (decision === undefined) {
            degrade(`Redis took longer than ${patienceMs} ms`);
            return local.take(policies, subjects, cost);
          }
          if (decision.allowed) local.take(policies, subjects, cost);
          return decision;
        },
        (error: Error): Decision => {
          degrade(error.message);
          return local.take(policies, subjects, cost);
        },
      );
    },
    get degraded() {
      return degraded;
    },
    close() {
      clearTimeout(probe);
      degraded ??= "closed";
      redis.disconnect();
    },
  };
}

/** The value, or undefined when it took longer. What comes later is dropped. */
function within<T>(pending: Promise<T>, limitMs: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    // An answer that has arrived while this process was busy is read before anybody calls it late.
    const timer = setTimeout(() => setImmediate(resolve, undefined), limitMs);
    pending.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
