import type { Database } from "../data/database.ts";
import { removeExpiredKeys } from "../data/idempotency-records.ts";
import type { Observe } from "../observe/observation.ts";
import { type Cleaning, startCleaning } from "./cleaning.ts";

/** Few enough that a batch holds its locks for milliseconds. */
const batchSize = 1_000;

/** Removes idempotency keys whose time is over, in batches. */
export function startKeyCleaning(database: Database, observe: Observe, everyMs?: number): Cleaning {
  let stopped = false;
  const cleaning = startCleaning(async () => {
    let removed = 0;
    for (let last = batchSize; last === batchSize && !stopped; removed += last)
      last = await removeExpiredKeys(database, batchSize);
    if (removed > 0) observe({ type: "idempotency.cleaned", removed });
  }, everyMs);
  return {
    stop: () => {
      stopped = true;
      return cleaning.stop();
    },
  };
}
