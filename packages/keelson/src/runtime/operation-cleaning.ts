import { reviveOperations } from "../data/operations/operation-lease.ts";
import { removeExpiredOperations } from "../data/operations/operation-records.ts";
import { removeOrphanedContents } from "../data/operations/stored-content.ts";
import type { App } from "../operation/call.ts";
import { enqueueTransfer } from "../operation/transfer/start-transfer.ts";
import { type Cleaning, startCleaning } from "./cleaning.ts";

/** An upload that has not become an operation by then was broken off. */
const orphanAgeMs = 2 * 3_600_000;

/** Longer than any wait of a job between two runs: an operation left for so long has no job any more. */
const leftMs = 300_000;

const batchSize = 100;

/**
 * Removes operations whose time is over, with their files and reports, and what was left of broken uploads. Operations
 * whose job was given up, for having lost too many workers, get another one.
 */
export function startOperationCleaning(app: App, everyMs?: number): Cleaning {
  const { database, observe } = app;
  return startCleaning(async () => {
    const operations = await removeExpiredOperations(database, batchSize);
    const files = await removeOrphanedContents(database, orphanAgeMs, batchSize);
    if (operations + files > 0) observe({ type: "operations.cleaned", operations, files });
    if (!app.jobs) return;
    for (const record of await reviveOperations(database, leftMs, batchSize))
      await database.transaction("write", (transaction) => enqueueTransfer(app, transaction, record));
  }, everyMs);
}
