import type { Caller } from "../../base/caller.ts";
import type { Transaction } from "../../data/transaction.ts";
import type {
  BatchOperationModel,
  ResourceModel,
  StandardOperationModel,
  WriteKind,
} from "../../model/app-model.ts";
import type { BatchItemResult } from "../batch/batch-result.ts";
import type { App } from "../call.ts";
import type { Envelope } from "../envelope.ts";
import type { Footprint } from "../footprint.ts";
import type { Outcome } from "../outcome.ts";
import { chunkRows } from "./transfer-request.ts";

/** Whose rows are read or written, and on whose behalf. */
export interface TransferContext {
  readonly app: App;
  readonly resource: ResourceModel;
  readonly caller: Caller;
  /** Which door the calls are said to come by. */
  readonly door: string;
  /** Ids and read-only fields may be written: for the system, which keeps what another database had. */
  readonly trusted: boolean;
  /** The version of the API that rows are worded in. */
  readonly apiVersion: string | undefined;
  readonly requestId: string;
}

/** One call on a standard operation of the resource, offered at the doors or not: the access rule decides. */
export function callResource(
  context: TransferContext,
  kind: StandardOperationModel["kind"],
  part: Partial<Envelope> & { readonly transaction: Transaction; readonly footprint?: Footprint },
): Promise<Outcome> {
  return context.app.run({
    ...commonOf(context),
    operation: standardOperation(context.resource, kind),
    ...part,
  });
}

/** A write, as an item of a batch. */
export type WriteItem =
  | { readonly operation: "create"; readonly data: Readonly<Record<string, unknown>> }
  | {
      readonly operation: "update";
      readonly id: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly ifMatch?: number;
    };

/** Several writes, each for itself: what one is refused does not concern the others. */
export async function writeItems(
  context: TransferContext,
  items: readonly WriteItem[],
  {
    transaction,
    footprint,
  }: { readonly transaction: Transaction; readonly footprint: Footprint | undefined },
): Promise<readonly BatchItemResult[]> {
  const outcome = await context.app.run({
    ...commonOf(context),
    operation: batchOperation(context.resource),
    input: { items },
    atomic: false,
    transaction,
    ...(showsId(context) ? { read: { fields: ["id"] } } : {}),
    ...(footprint ? { footprint } : {}),
  });
  if (outcome.ok && outcome.kind === "batch") return outcome.items;
  throw outcome.ok ? new Error("a batch answered something else") : outcome.error;
}

/** Nobody looks at what was written, so as little of it as can be is read again. */
function showsId({ app, caller, resource }: TransferContext): boolean {
  const view = app.viewOf(caller);
  const id = resource.fields.get("id");
  return (
    id !== undefined &&
    view.rule(resource, "read").op !== "never" &&
    view.fieldRead(resource, id).op !== "never"
  );
}

const commonOf = ({ door, requestId, caller, trusted, apiVersion }: TransferContext) => ({
  door,
  requestId,
  credentials: { kind: "caller", caller } as const,
  ...(trusted ? { trusted } : {}),
  ...(apiVersion === undefined ? {} : { apiVersion: { asked: apiVersion, chosen: undefined } }),
});

const batches = new WeakMap<ResourceModel, BatchOperationModel>();

function batchOperation(resource: ResourceModel): BatchOperationModel {
  let batch = batches.get(resource);
  if (!batch) {
    const kinds: readonly WriteKind[] = ["create", "update"];
    const writes = new Map(kinds.map((kind) => [kind, standardOperation(resource, kind)]));
    batch = Object.freeze({
      kind: "batch",
      name: `${resource.name}.batch`,
      resource,
      effect: "write",
      writes,
      maxItems: chunkRows,
    });
    batches.set(resource, batch);
  }
  return batch;
}

const operations = new WeakMap<ResourceModel, Map<string, StandardOperationModel>>();

/** The same object every time: validators are found by it. */
function standardOperation(
  resource: ResourceModel,
  kind: StandardOperationModel["kind"],
): StandardOperationModel {
  let known = operations.get(resource);
  if (!known) {
    known = new Map();
    operations.set(resource, known);
  }
  let operation = known.get(kind);
  if (!operation) {
    const effect = kind === "list" || kind === "get" ? "read" : "write";
    operation = Object.freeze({ kind, name: `${resource.name}.${kind}`, resource, effect });
    known.set(kind, operation);
  }
  return operation;
}
