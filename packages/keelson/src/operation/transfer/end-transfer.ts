import { failure, KeelsonError } from "../../base/error.ts";
import type { Database } from "../../data/database.ts";
import { finishOperation, releaseOperation } from "../../data/operations/operation-lease.ts";
import type { OperationRecord } from "../../data/operations/operation-record.ts";
import { removeContent } from "../../data/operations/stored-content.ts";
import { FileError } from "../../transfer/source-row.ts";
import { LostClaim, type TransferEnd } from "./import-rows.ts";

/** Claims without an end after which an operation is given up: each is a process that died, or a failure of ours. */
const maxClaims = 20;

export interface EndOptions {
  readonly database: Database;
  /** As it was claimed. */
  readonly record: OperationRecord;
  /** How long an operation that has ended can be asked about. */
  readonly retentionMs: number;
}

/**
 * Runs a claimed operation to its end and writes that down. One that is stopped is let go: whoever claims it next goes
 * on from its checkpoint.
 *
 * @throws what is nobody's fault but ours, after which the operation can be claimed again
 */
export async function endTransfer(
  { database, record, retentionMs }: EndOptions,
  work: () => Promise<TransferEnd>,
): Promise<OperationRecord> {
  const ended = await settle(record, work).catch(async (error: unknown) => {
    if (error instanceof LostClaim) return undefined;
    if (record.fence < maxClaims) {
      await releaseOperation(database, record).catch(() => {});
      throw error;
    }
    const problem = error instanceof KeelsonError ? error : failure("internal", { cause: error });
    return { end: "failed", record, error: problem } as const;
  });
  if (ended === undefined) return record;
  const { end } = ended;
  if (end !== "stopped") return finish({ database, record, retentionMs }, { ...ended, end } as Finished);
  await releaseOperation(database, record);
  return ended.record;
}

/** What the file or its sender did wrong ends the operation; everything else is thrown. */
async function settle(record: OperationRecord, work: () => Promise<TransferEnd>): Promise<TransferEnd> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) return { end: "failed", record, error: problemOf(error) };
    if (error instanceof KeelsonError && error.status < 500) return { end: "failed", record, error };
    throw error;
  }
}

const problemOf = ({ message, faults, line }: FileError): KeelsonError =>
  failure("malformed_file", { detail: message, errors: faults, members: { line } });

type Finished = TransferEnd & { readonly end: Exclude<TransferEnd["end"], "stopped"> };

async function finish(
  { database, record, retentionMs }: EndOptions,
  ended: Finished,
): Promise<OperationRecord> {
  const state = ended.end === "done" ? "succeeded" : ended.end;
  const error = ended.end === "failed" ? errorMembers(ended.error) : undefined;
  const finished = await database.transaction("write", async (transaction) => {
    const written = await finishOperation(transaction, record, { state, error }, retentionMs);
    if (!written) return undefined;
    if (record.source !== null) await removeContent(transaction, record.source);
    if (record.output !== null && state !== "succeeded") await removeContent(transaction, record.output);
    return written;
  });
  return finished ?? ended.record;
}

/** A problem without what belongs to one answer alone. */
const errorMembers = ({ code, status, title, detail, errors, members }: KeelsonError): object => ({
  ...members,
  title,
  status,
  code,
  ...(detail === undefined ? {} : { detail }),
  ...(errors.length > 0 ? { errors } : {}),
});
