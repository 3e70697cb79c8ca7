import { failure } from "../../base/error.ts";
import { isUuid } from "../../base/id.ts";
import { readFaults } from "../../data/operations/operation-faults.ts";
import { cancelOperation } from "../../data/operations/operation-lease.ts";
import type { OperationRecord } from "../../data/operations/operation-record.ts";
import { findOperation, listOperations } from "../../data/operations/operation-records.ts";
import { findContent, readContent, removeContent } from "../../data/operations/stored-content.ts";
import type { Transaction } from "../../data/transaction.ts";
import { fileFormats } from "../../transfer/file-format.ts";
import type { Call } from "../call.ts";
import { Download } from "./download.ts";
import { type OperationView, operationView } from "./operation-view.ts";
import { ownerOf } from "./owner-of.ts";
import type { ExportRequest } from "./transfer-request.ts";

/** Whose operations a call may see: the caller's own, and everybody's for the system. */
const ownerFor = ({ caller }: Call): string | null =>
  caller.kind === "system" ? null : (ownerOf(caller) ?? "");

/** An operation of the caller's; anybody else's does not exist. */
async function ownOperation(call: Call, transaction: Transaction): Promise<OperationRecord> {
  const { id = "" } = call.envelope;
  const record = isUuid(id) ? await findOperation(transaction, id, ownerFor(call)) : undefined;
  if (!record || (record.endedAt !== null && record.expiresAt <= call.app.clock.now()))
    throw failure("not_found");
  return record;
}

export const askOperation = async (call: Call, transaction: Transaction): Promise<OperationView> =>
  operationView(await ownOperation(call, transaction));

/** A page of operations, and the id after which the next one begins. */
export async function askOperations(call: Call, transaction: Transaction) {
  const { limit = 50, before = null } = call.input as { readonly limit?: number; readonly before?: string };
  const found = await listOperations(transaction, { owner: ownerFor(call), before, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const data = shown.map(operationView);
  return { data, nextBefore: found.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

/** @throws KeelsonError `conflict` for one that has ended otherwise */
export async function cancel(call: Call, transaction: Transaction): Promise<OperationView> {
  const before = await ownOperation(call, transaction);
  const record = await cancelOperation(transaction, before.id);
  if (record?.state === "cancelled")
    for (const content of [before.source, before.output])
      if (content) await removeContent(transaction, content);
  if (record) return operationView(record);
  if (before.state === "cancelled") return operationView(before);
  throw failure("conflict", `The operation has ended: it is ${before.state}.`);
}

export async function downloadFile(call: Call, transaction: Transaction): Promise<Download> {
  const record = await ownOperation(call, transaction);
  if (record.kind !== "export") throw failure("not_found", "Only exports have a file.");
  if (record.endedAt === null) throw failure("conflict", "The export is not done yet.");
  const content = record.output === null ? undefined : await findContent(transaction, record.output);
  if (!content) throw failure("not_found", "There is no file: the export did not succeed.");
  const { format } = record.request as ExportRequest;
  const { mediaType, ending } = fileFormats[format];
  return new Download({
    mediaType: format === "csv" ? `${mediaType}; charset=utf-8; header=present` : mediaType,
    fileName: `${fileStem(record)}.${ending}`,
    bytes: content.bytes,
    tag: content.id,
    read: (from, to) => readContent(call.app.database, content.id, { from, to }),
  });
}

export async function downloadReport(call: Call, transaction: Transaction): Promise<Download> {
  const record = await ownOperation(call, transaction);
  if (record.kind !== "import") throw failure("not_found", "Only imports have a report.");
  return new Download({
    mediaType: fileFormats.ndjson.mediaType,
    fileName: `${fileStem(record)}-report.ndjson`,
    bytes: null,
    tag: undefined,
    read: () => reportLines(call, record.id),
  });
}

async function* reportLines(call: Call, id: string): AsyncGenerator<Uint8Array> {
  for await (const lines of readFaults(call.app.database, id))
    yield Buffer.from(lines.map((line) => `${line}\n`).join(""));
}

const fileStem = ({ resource, createdAt }: OperationRecord): string =>
  `${resource}-${new Date(createdAt).toISOString().slice(0, 10)}`;
