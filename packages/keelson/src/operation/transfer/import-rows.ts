import { failure, type KeelsonError } from "../../base/error.ts";
import { insertFaults, type RowFault } from "../../data/operations/operation-faults.ts";
import { advanceOperation, type Claim } from "../../data/operations/operation-lease.ts";
import type { OperationRecord, RowCounts } from "../../data/operations/operation-record.ts";
import type { Transaction } from "../../data/transaction.ts";
import type { SourceRow, SourceRows } from "../../transfer/source-row.ts";
import { Footprint } from "../footprint.ts";
import { inChunks } from "./in-chunks.ts";
import { refusedLine, unreadableLine } from "./report-line.ts";
import type { TransferContext } from "./transfer-context.ts";
import { chunkRows, type ImportRequest } from "./transfer-request.ts";
import { writeRows } from "./write-rows.ts";

export interface ImportOptions {
  readonly context: TransferContext;
  readonly request: ImportRequest;
  /** As it was claimed. */
  readonly record: OperationRecord;
  /** All rows from the beginning; those that are done are passed over. */
  readonly rows: SourceRows;
  readonly leaseMs: number;
  /** Stops before the next chunk. */
  readonly signal: AbortSignal;
  readonly onAdvance?: (record: OperationRecord) => void;
}

/** How reading and writing came to an end; what has been written stays written. */
export type TransferEnd =
  | { readonly end: "done" | "cancelled" | "stopped"; readonly record: OperationRecord }
  | { readonly end: "failed"; readonly record: OperationRecord; readonly error: KeelsonError };

/** Somebody else has taken the operation over: whatever is not committed is theirs to do. */
export class LostClaim extends Error {
  constructor({ id }: Claim) {
    super(`operation ${id} is worked on by another process`);
    this.name = "LostClaim";
  }
}

/**
 * Writes rows in chunks, each in one transaction with its part of the report and the checkpoint: wherever the process
 * is killed, a row has been written and counted, or neither. Whoever goes on begins after the last chunk.
 */
export async function importRows(options: ImportOptions): Promise<TransferEnd> {
  const { request, rows, signal } = options;
  let { record } = options;
  const left = record.done;
  try {
    for await (const chunk of inChunks(rows, chunkRows, left)) {
      if (signal.aborted) return { end: "stopped", record };
      if (record.cancelRequested) return { end: "cancelled", record };
      record = await importChunk(options, record, chunk);
      options.onAdvance?.(record);
      if (record.failed > request.maxErrors) return { end: "failed", record, error: tooManyErrors(request) };
    }
  } catch (error) {
    // Whoever stops an import may close what it reads from, too.
    if (signal.aborted && !(error instanceof LostClaim)) return { end: "stopped", record };
    throw error;
  }
  return { end: record.cancelRequested ? "cancelled" : "done", record };
}

const tooManyErrors = ({ maxErrors }: ImportRequest): KeelsonError =>
  failure("too_many_errors", `More than ${maxErrors} rows were refused; the report has them.`);

async function importChunk(
  options: ImportOptions,
  before: OperationRecord,
  rows: readonly SourceRow[],
): Promise<OperationRecord> {
  const { app } = options.context;
  const footprint = app.cache ? new Footprint() : undefined;
  try {
    return await app.database.transaction("write", (transaction) =>
      writeChunk(options, before, rows, { transaction, footprint }),
    );
  } finally {
    // After the commit, or after a failure of which nobody knows whether it was one.
    if (footprint) app.cache?.changed(footprint.written);
  }
}

async function writeChunk(
  { context, request, leaseMs }: ImportOptions,
  before: OperationRecord,
  rows: readonly SourceRow[],
  {
    transaction,
    footprint,
  }: { readonly transaction: Transaction; readonly footprint: Footprint | undefined },
): Promise<OperationRecord> {
  const readable = rows.filter((row) => "members" in row);
  const outcomes = await writeRows(
    context,
    readable.map(({ members }) => members),
    { transaction, request, footprint },
  );
  const counts: Record<keyof RowCounts, number> = { created: 0, updated: 0, skipped: 0, failed: 0 };
  const faults: RowFault[] = [];
  let read = 0;
  for (const row of rows) {
    const outcome = "members" in row ? outcomes[read++] : undefined;
    counts[outcome?.kind ?? "failed"] += 1;
    if (!("members" in row)) faults.push(unreadableLine(row));
    else if (outcome?.kind === "failed") faults.push(refusedLine(context.resource, row, outcome.error));
  }
  await insertFaults(transaction, before.id, before.failed, faults);
  const record = await advanceOperation(
    transaction,
    before,
    { ...counts, done: rows.length, checkpoint: null },
    leaseMs,
  );
  if (!record) throw new LostClaim(before);
  return record;
}
