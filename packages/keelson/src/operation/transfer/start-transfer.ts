import { failure } from "../../base/error.ts";
import type { OperationRecord } from "../../data/operations/operation-record.ts";
import { insertOperation } from "../../data/operations/operation-records.ts";
import { beginContent } from "../../data/operations/stored-content.ts";
import type { Transaction } from "../../data/transaction.ts";
import type { Filter } from "../../declare/handler.ts";
import type { ResourceModel } from "../../model/app-model.ts";
import type { FileFormat } from "../../transfer/file-format.ts";
import type { App, Call } from "../call.ts";
import { enqueueFor } from "../enqueue-in.ts";
import { checkIgnored, defaultKey, keyFault } from "./check-key.ts";
import { type OperationView, operationView } from "./operation-view.ts";
import { callerOf, ownerOf } from "./owner-of.ts";
import { callResource } from "./transfer-context.ts";
import type { ExportRequest, ImportRequest } from "./transfer-request.ts";

/** The job that runs an operation. */
export const transferJobName = "keelson.transfer";

/** Accepts an import: its file has been received, and a job will write the rows. */
export async function startImport(call: Call, transaction: Transaction): Promise<OperationView> {
  const resource = resourceOf(call);
  const { received } = call;
  if (!received) throw failure("malformed_request", "The file is missing.");
  const {
    onConflict,
    key = defaultKey(resource),
    ignore = [],
    maxErrors,
  } = call.input as {
    readonly onConflict: ImportRequest["onConflict"];
    readonly key?: readonly string[];
    readonly ignore?: readonly string[];
    readonly maxErrors: number;
  };
  refuse("key", keyFault(resource, key));
  refuse("ignore", checkIgnored(resource, ignore));
  const format = received.format;
  const apiVersion = call.upgraded || call.version?.current === false ? call.version?.date : undefined;
  if (onConflict !== "fail" && apiVersion !== undefined && call.version?.resources.has(resource.name))
    refuse("onConflict", "In the words of an older version of the API rows can only be added.");
  const request: ImportRequest = {
    format,
    onConflict,
    key: onConflict === "fail" ? [] : key,
    maxErrors,
    ignore,
    apiVersion,
  };
  return start(call, transaction, { kind: "import", request, source: received.id, output: null });
}

/** Accepts an export, once it is sure that there is nothing wrong with what is asked. */
export async function startExport(call: Call, transaction: Transaction): Promise<OperationView> {
  const resource = resourceOf(call);
  const { format, filter, fields } = call.input as {
    readonly format: FileFormat;
    readonly filter?: Filter;
    readonly fields?: readonly string[];
  };
  const apiVersion = call.version?.current === false ? call.version.date : undefined;
  const { app, caller, envelope } = call;
  const context = {
    app,
    resource,
    caller,
    door: "export",
    trusted: false,
    apiVersion,
    requestId: envelope.requestId,
  };
  const tried = await callResource(context, "list", {
    transaction,
    read: { limit: 1, sort: "id", ...(filter ? { filter } : {}), ...(fields ? { fields } : {}) },
  });
  if (!tried.ok) throw tried.error;
  const output = app.newId();
  await beginContent(transaction, output);
  const request: ExportRequest = { format, filter, fields, apiVersion };
  return start(call, transaction, { kind: "export", request, source: null, output });
}

async function start(
  call: Call,
  transaction: Transaction,
  asked: {
    readonly kind: string;
    readonly request: ImportRequest | ExportRequest;
    readonly source: string | null;
    readonly output: string | null;
  },
): Promise<OperationView> {
  const { app, caller } = call;
  const operation = { ...asked, id: app.newId(), resource: resourceOf(call).name, runner: "server" } as const;
  const record = await insertOperation(
    transaction,
    { ...operation, caller, owner: ownerOf(caller) ?? "" },
    app.transfers.retentionMs,
  );
  await enqueueTransfer(app, transaction, record);
  return operationView(record);
}

/** Has an operation run in the background, in the name of its caller. */
export async function enqueueTransfer(
  app: App,
  transaction: Transaction,
  record: OperationRecord,
): Promise<void> {
  const enqueue = enqueueFor(app, callerOf(record.caller), record.id, transaction) as (
    job: { readonly name: string },
    input: unknown,
  ) => Promise<unknown>;
  await enqueue({ name: transferJobName }, { operation: record.id });
}

function resourceOf({ envelope }: Call): ResourceModel {
  const { operation } = envelope;
  if (!operation.resource) throw new Error(`"${operation.name}" is on no resource`);
  return operation.resource;
}

/** In the terms of the caller: a parameter where it came by a URL. */
function refuse(member: string, detail: string | undefined): void {
  if (detail === undefined) return;
  const parameter = member === "key" || member === "ignore" || member === "onConflict";
  throw failure("invalid_parameter", {
    errors: [{ ...(parameter ? { parameter: member } : {}), code: "invalid", detail }],
  });
}
