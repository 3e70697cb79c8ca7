import type { Redis } from "ioredis";
import type { Observe } from "../observe/observation.ts";

/**
 * What several processes count in one Redis is counted there while it answers, and in each process while it does not.
 *
 * Two states. *Shared*: what is asked is Redis's to answer. *Local*: nothing is asked. The connection's end, an error or
 * an answer that takes longer than `patienceMs` leads from shared to local, for whoever asks at the moment as well; a
 * PING that is answered leads back.
 */
export interface RedisLink {
  readonly redis: Redis;
  /** Why it is local; undefined while it is shared. */
  readonly degraded: string | undefined;
  /** What Redis answers in time; undefined where it does not, or is not to be asked. Never rejects. */
  ask<T>(question: () => Promise<T>): Promise<T | undefined>;
  close(): void;
}

export interface RedisLinkOptions {
  readonly redis: Redis;
  readonly observe: Observe;
  /** How long a call waits for Redis at the most. @defaultValue 10 ms */
  readonly patienceMs?: number;
  /** Between two attempts to come back. @defaultValue 500 ms */
  readonly probeEveryMs?: number;
}

/** How long the start waits for Redis. */
const startPatienceMs = 1_000;

/** Connects; begins in the state local when Redis cannot be reached within a second. */
export async function openRedisLink(options: RedisLinkOptions): Promise<RedisLink> {
  const { redis, observe, patienceMs = 10, probeEveryMs = 500 } = options;
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
    redis,
    get degraded() {
      return degraded;
    },
    async ask(question) {
      if (degraded !== undefined) return undefined;
      try {
        const answer = await within(question(), patienceMs);
        if (answer === undefined) degrade(`Redis took longer than ${patienceMs} ms`);
        return answer;
      } catch (error) {
        degrade((error as Error).message);
        return undefined;
      }
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
