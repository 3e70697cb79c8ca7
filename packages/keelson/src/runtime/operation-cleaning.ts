import type { Database } from "../data/database.ts";
import { removeExpiredOperations } from "../data/operations/operation-records.ts";
import { removeOrphanedContents } from "../data/operations/stored-content.ts";
import type { Observe } from "../observe/observation.ts";
import { type Cleaning, startCleaning } from "./cleaning.ts";

/** An upload that has not become an operation by then was broken off. */
const orphanAgeMs = 2 * 3_600_000;

const batchSize = 100;

/** Removes operations whose time is over, with their files and reports, and what was left of broken uploads. */
export function startOperationCleaning(database: Database, observe: Observe, everyMs?: number): Cleaning {
  return startCleaning(async () => {
    const operations = await removeExpiredOperations(database, batchSize);
    const files = await removeOrphanedContents(database, orphanAgeMs, batchSize);
    if (operations + files > 0) observe({ type: "operations.cleaned", operations, files });
  }, everyMs);
}
