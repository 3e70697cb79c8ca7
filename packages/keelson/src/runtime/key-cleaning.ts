import { randomBelow } from "../base/random.ts";
import type { Database } from "../data/database.ts";
import { removeExpiredKeys } from "../data/idempotency-records.ts";
import type { Observe } from "../observe/observation.ts";

/** The background work that removes idempotency keys whose time is over. */
export interface KeyCleaning {
  /** Waits for a batch that is being removed; nothing follows it. */
  stop(): Promise<void>;
}

/** Few enough that a batch holds its locks for milliseconds. */
const batchSize = 1_000;

/**
 * Removes what has expired in batches, about once a minute. Every process does; they skip each other's rows, so that
 * neither the processes nor requests wait for them.
 *
 * @param everyMs - how often on average
 */
export function startKeyCleaning(database: Database, observe: Observe, everyMs = 60_000): KeyCleaning {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const clean = async (): Promise<void> => {
    let removed = 0;
    for (let last = batchSize; last === batchSize && !stopped; removed += last)
      last = await removeExpiredKeys(database, batchSize);
    if (removed > 0) observe({ type: "idempotency.cleaned", removed });
  };
  const schedule = (): void => {
    if (stopped) return;
    // Processes that were started together shall not come together.
    timer = setTimeout(
      () => {
        // A database that is away is told of by those who need it; the next turn will do.
        running = clean()
          .catch(() => {})
          .finally(schedule);
      },
      everyMs / 2 + randomBelow(everyMs),
    ).unref();
  };
  schedule();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
