import { randomBelow } from "../base/random.ts";

/** Background work that removes what has been kept for long enough. */
export interface Cleaning {
  /** Waits for what is being removed; nothing follows it. */
  stop(): Promise<void>;
}

/**
 * Does the work about once a minute. Every process does; they skip each other's rows, so that neither the processes nor
 * requests wait for them.
 *
 * @param everyMs - how often on average
 */
export function startCleaning(work: () => Promise<void>, everyMs = 60_000): Cleaning {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const schedule = (): void => {
    if (stopped) return;
    // Processes that were started together shall not come together.
    timer = setTimeout(
      () => {
        // A database that is away is told of by those who need it; the next turn will do.
        running = work()
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
