import { type Caller, system } from "../base/caller.ts";
import type { Transaction } from "../data/transaction.ts";
import type { BatchItem, BatchResult } from "../declare/batch.ts";
import type { Page, SystemDb } from "../declare/handler.ts";
import type { StandardOperation } from "../declare/resource.ts";
import type { ResourceTypes } from "../declare/row.ts";
import type { AppModel, BatchOperationModel, StandardOperationModel } from "../model/app-model.ts";
import { newBatchOperation } from "../model/link-operations.ts";
import type { Observe } from "../observe/observation.ts";
import { type BatchItemResult, statusOf } from "./batch/batch-result.ts";
import type { CallWatch } from "./call-watch.ts";
import type { Envelope } from "./envelope.ts";
import type { Outcome } from "./outcome.ts";
import { systemSql } from "./system-sql.ts";

/** What a `Db` needs: the pipeline, the caller, and what its envelopes have in common. */
export interface CallerDbOptions {
  readonly model: AppModel;
  readonly run: (envelope: Envelope) => Promise<Outcome>;
  readonly caller: Caller;
  readonly common: Pick<Envelope, "door"> &
    Partial<Pick<Envelope, "trusted" | "signal" | "requestId" | "tally" | "footprint" | "partOf">>;
  readonly newRequestId: () => string;
  readonly observe: Observe;
  /** Only in development. */
  readonly watch?: CallWatch;
  /** The handler's transaction; without it every call commits by itself. */
  readonly transaction?: Transaction;
}

/**
 * The data as one caller may see and change it: every method is one envelope through the pipeline, so rules,
 * validation and observation are those of any other door.
 */
export function newCallerDb(options: CallerDbOptions): SystemDb {
  const call = async (
    resource: ResourceTypes,
    kind: StandardOperation | "batch",
    part: Partial<Envelope>,
  ): Promise<Outcome & { ok: true }> => {
    const outcome = await options.run({
      ...options.common,
      requestId: options.common.requestId ?? options.newRequestId(),
      operation:
        kind === "batch"
          ? batchOperation(options.model, resource.name)
          : standardOperation(options.model, resource.name, kind),
      credentials: { kind: "caller", caller: options.caller },
      ...(options.transaction ? { transaction: options.transaction } : {}),
      ...part,
    });
    if (!outcome.ok) throw outcome.error;
    return outcome;
  };
  const db = {
    get: async (resource, id, { expand, lock } = {}) =>
      parsed(
        await call(resource, "get", { id, read: { expand: expandPaths(expand) }, ...(lock ? { lock } : {}) }),
      ),
    find: async (resource, { expand, sort, ...rest } = {}) =>
      parsed(
        await call(resource, "list", {
          read: {
            ...rest,
            expand: expandPaths(expand),
            ...(sort === undefined ? {} : { sort: typeof sort === "string" ? sort : sort.join(",") }),
          },
        }),
      ) as Page<never>,
    create: async (resource, data) => parsed(await call(resource, "create", { input: data })),
    update: async (resource, id, changes, { version } = {}) =>
      parsed(await call(resource, "update", { id, input: changes, ...ifVersion(version) })),
    delete: async (resource, id, { version } = {}) => {
      await call(resource, "delete", { id, ...ifVersion(version) });
    },
    batch: async (resource: ResourceTypes, items: readonly GivenItem[], { atomic = true } = {}) =>
      parsed(
        await call(resource, "batch", {
          atomic,
          input: { items: items.map(({ version, ...item }) => ({ ...item, ifMatch: version })) },
        }),
      ),
    asSystem: (reason) => newCallerDb({ ...options, caller: system(reason, onBehalfOf(options.caller)) }),
    sql: (tables) => systemSql(options, tables) as never,
  } as SystemDb;
  return Object.freeze(db);
}

const onBehalfOf = (caller: Caller): string | null =>
  caller.kind === "system" ? caller.onBehalfOf : caller.id;

const ifVersion = (version: number | undefined): Partial<Envelope> =>
  version === undefined ? {} : { preconditions: { ifMatch: [version] } };

const operations = new WeakMap<AppModel, Map<string, StandardOperationModel>>();

/** A standard operation of a resource, offered at the doors or not: the access rule decides. */
function standardOperation(
  model: AppModel,
  resourceName: string,
  kind: StandardOperation,
): StandardOperationModel {
  let known = operations.get(model);
  if (!known) {
    known = new Map();
    operations.set(model, known);
  }
  const name = `${resourceName}.${kind}`;
  let operation = known.get(name);
  if (!operation) {
    const resource = model.resources.get(resourceName);
    if (!resource)
      throw new TypeError(
        `"${resourceName}" is not a resource of this back end; add it to backend({ resources })`,
      );
    operation = { kind, name, resource, effect: kind === "list" || kind === "get" ? "read" : "write" };
    known.set(name, operation);
  }
  return operation;
}

/** What handlers may send at once, whatever the doors allow. */
const maxBatchItems = 1_000;

function batchOperation(model: AppModel, resourceName: string): BatchOperationModel {
  const writes = (["create", "update", "delete"] as const).map((kind) =>
    standardOperation(model, resourceName, kind),
  );
  const [{ resource }] = writes as [StandardOperationModel];
  return newBatchOperation(resource, writes, maxBatchItems);
}

type GivenItem = BatchItem<ResourceTypes> & { readonly version?: number };

/** The value of a successful outcome. */
export function parsed(outcome: Outcome & { ok: true }): never {
  switch (outcome.kind) {
    case "record":
      return JSON.parse(outcome.json) as never;
    case "page":
      return {
        data: JSON.parse(outcome.json),
        nextCursor: outcome.nextCursor,
        prevCursor: outcome.prevCursor,
      } as never;
    case "batch":
      return outcome.items.map(resultOf) as never;
    case "value":
      return outcome.value as never;
    case "none":
      return undefined as never;
  }
}

const resultOf = (item: BatchItemResult): BatchResult<unknown> =>
  item.ok
    ? {
        ok: true,
        status: statusOf(item) as 200,
        id: item.id,
        data: item.json === null ? undefined : JSON.parse(item.json),
      }
    : { ok: false, status: statusOf(item), id: item.id, error: item.error };

/** `{ lines: { expand: { product: true } } }` as `lines`, `lines.product`. */
function expandPaths(expand: unknown, prefix = ""): string[] {
  if (typeof expand !== "object" || expand === null) return [];
  return Object.entries(expand).flatMap(([name, inner]) => {
    const path = `${prefix}${name}`;
    const nested =
      typeof inner === "object" && inner !== null
        ? (inner as { readonly expand?: unknown }).expand
        : undefined;
    return [path, ...expandPaths(nested, `${path}.`)];
  });
}
