import { failure } from "../../base/error.ts";
import { claimOperation } from "../../data/operations/operation-lease.ts";
import type { OperationRecord } from "../../data/operations/operation-record.ts";
import { findOperation } from "../../data/operations/operation-records.ts";
import {
  addPart,
  findContent,
  partBytes,
  readContent,
  sealContent,
} from "../../data/operations/stored-content.ts";
import { uuid } from "../../declare/field.ts";
import type { Job } from "../../declare/job.ts";
import { job } from "../../declare/job.ts";
import type { App } from "../call.ts";
import { endTransfer } from "./end-transfer.ts";
import { type ExportSink, exportedBytes, exportRows } from "./export-rows.ts";
import { importRows, type TransferEnd } from "./import-rows.ts";
import { callerOf } from "./owner-of.ts";
import { readSource } from "./read-source.ts";
import { transferJobName } from "./start-transfer.ts";
import type { TransferContext } from "./transfer-context.ts";
import type { ExportRequest, ImportRequest } from "./transfer-request.ts";

/**
 * The job that runs operations of the servers. Its worker's lease says who runs one; the operation's own fence is what
 * keeps a worker that was taken for dead from writing.
 *
 * @param app - asked when a job runs, since the queue is opened before the pipeline is put together
 */
export const transferJob = (app: () => App): Job =>
  job(transferJobName, {
    input: { operation: uuid() },
    transaction: "each",
    timeout: "1d",
    retry: { limit: 30, from: "1s", to: "1m" },
    run: ({ input, signal }) => runTransfer(app(), input.operation, signal),
  }) as unknown as Job;

/**
 * Runs an operation from where it is to its end, or until the signal; nothing where it has ended.
 *
 * @throws KeelsonError `unavailable` while somebody else may still be at it: the job is run again later
 */
async function runTransfer(app: App, id: string, signal: AbortSignal): Promise<void> {
  const { database } = app;
  const { leaseMs } = app.transfers;
  const record = await claimOperation(database, id, { leaseMs, holder: "job" });
  if (!record) {
    const found = await findOperation(database, id, null);
    if (found?.state === "running")
      throw failure("unavailable", "Another process may still be working on it.");
    return;
  }
  const resource = app.model.resources.get(record.resource);
  if (!resource) throw new Error(`the resource "${record.resource}" of operation ${id} is unknown`);
  const request = record.request as ImportRequest & ExportRequest;
  const context: TransferContext = {
    app,
    resource,
    caller: callerOf(record.caller),
    door: record.kind,
    trusted: false,
    apiVersion: request.apiVersion,
    requestId: record.id,
  };
  await endTransfer({ database, record, retentionMs: app.transfers.retentionMs }, () =>
    record.kind === "import"
      ? runImport(context, record, request, signal)
      : runExport(context, record, request, signal),
  );
}

async function runImport(
  context: TransferContext,
  record: OperationRecord,
  request: ImportRequest,
  signal: AbortSignal,
): Promise<TransferEnd> {
  const { database } = context.app;
  const content = record.source === null ? undefined : await findContent(database, record.source);
  if (!content) throw new Error(`the file of operation ${record.id} is missing`);
  const rows = readSource(context, request, readContent(database, content.id, { to: content.bytes }));
  return importRows({ context, request, record, rows, leaseMs: context.app.transfers.leaseMs, signal });
}

async function runExport(
  context: TransferContext,
  record: OperationRecord,
  request: ExportRequest,
  signal: AbortSignal,
): Promise<TransferEnd> {
  const { database } = context.app;
  const output = record.output ?? "";
  const sink: ExportSink = {
    partBytes,
    write: (part, advance) =>
      database.transaction("write", async (transaction) => {
        if (part.bytes.length > 0) await addPart(transaction, output, part);
        return advance(transaction);
      }),
  };
  const ended = await exportRows({
    context,
    request,
    record,
    sink,
    leaseMs: context.app.transfers.leaseMs,
    signal,
  });
  if (ended.end === "done")
    await sealContent(database, { id: output, bytes: exportedBytes(ended.record), sha256: null });
  return ended;
}
