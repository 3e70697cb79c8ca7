import type { Caller } from "../../base/caller.ts";
import type { Transaction } from "../../data/transaction.ts";
import type { ResourceModel, StandardOperationModel } from "../../model/app-model.ts";
import type { App } from "../call.ts";
import type { Envelope } from "../envelope.ts";
import type { Footprint } from "../footprint.ts";
import type { Outcome } from "../outcome.ts";

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
  const { app, resource, caller, door, trusted, apiVersion, requestId } = context;
  return app.run({
    door,
    requestId,
    operation: standardOperation(resource, kind),
    credentials: { kind: "caller", caller },
    ...(trusted ? { trusted } : {}),
    ...(apiVersion === undefined ? {} : { apiVersion: { asked: apiVersion, chosen: undefined } }),
    ...part,
  });
}

const operations = new WeakMap<ResourceModel, Map<string, StandardOperationModel>>();

/** The same object every time: validators are found by it. */
export function standardOperation(
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
