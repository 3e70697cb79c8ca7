import { KeelsonError } from "../../base/error.ts";
import { translateDatabaseError } from "../../data/database-error.ts";
import type { WriteAnswer } from "../../data/execute.ts";
import { createRecords, deleteRecords, lockRecords, updateRecords } from "../../data/execute-many.ts";
import type { Transaction } from "../../data/transaction.ts";
import type { BatchOperationModel, ResourceModel, WriteKind } from "../../model/app-model.ts";
import type { Call } from "../call.ts";
import { executionOf } from "../execution-of.ts";
import { isComposed } from "../is-composed.ts";
import { judge, writeRecord } from "../write-record.ts";
import { type BatchInput, errorOfBatch, type FailedItem, type RunnableItem } from "./batch-input.ts";
import type { BatchItemResult } from "./batch-result.ts";
import { groupItems, type ItemGroup } from "./group-items.ts";
import { failedItem } from "./prepare-batch.ts";

/**
 * Runs a batch in a transaction: as a few statements where that comes to the same as single calls, and else one by
 * one. A constraint says only that somebody has violated it; then what the statements did is undone, and single
 * calls tell who it was. Whether the items stand and fall together or not, what others do at the same time (a lock
 * that is not let go of, a lost race) ends the whole batch.
 *
 *     locked ──statements──→ written
 *        └──violated, or they may meet──→ one by one ──→ written, item by item
 */
export async function runBatch(
  call: Call,
  operation: BatchOperationModel,
  transaction: Transaction,
): Promise<void> {
  const { resource } = operation;
  const { atomic, items } = call.input as BatchInput;
  const end = atomic ? items.findIndex((item) => !item.ok) : -1;
  const runnable = (end < 0 ? items : items.slice(0, end)).filter((item) => item.ok);
  const found = await run(call, resource, transaction, { items: runnable, atomic });
  for (const item of items) if (!item.ok) found.set(item.index, item);
  const failed = items.map(({ index }) => found.get(index)).find(isFailed);
  if (atomic && failed) throw errorOfBatch(failed);
  call.executed = {
    kind: "batch",
    atomic,
    items: items.flatMap(({ index }): readonly BatchItemResult[] => {
      const result = found.get(index);
      return result ? [result] : [];
    }),
  };
}

async function run(
  call: Call,
  resource: ResourceModel,
  transaction: Transaction,
  { items, atomic }: { readonly items: readonly RunnableItem[]; readonly atomic: boolean },
): Promise<Found> {
  if (items.length === 0) return new Map();
  const groups = groupItems(call, resource, items);
  await lockFirst(call, resource, transaction, items, groups);
  const found = groups && (await asStatements(call, resource, transaction, groups));
  return found ?? oneByOne(call, transaction, items, atomic);
}

type Found = Map<number, BatchItemResult | FailedItem>;

const isFailed = (result: BatchItemResult | FailedItem | undefined): result is FailedItem =>
  result?.ok === false;

/** Everyone who locks several records begins with the same one, so that nobody waits in a circle. */
async function lockFirst(
  call: Call,
  resource: ResourceModel,
  transaction: Transaction,
  items: readonly RunnableItem[],
  groups: readonly ItemGroup[] | undefined,
): Promise<void> {
  const ids = items.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const changing = groups?.filter(({ kind }) => kind !== "create").length;
  // One statement locks in order by itself.
  if (ids.length < 2 || changing === 1) return;
  const deletes = items.some(({ operation }) => operation.kind === "delete");
  await lockRecords(executionOf(call, transaction), { resource, ids, deletes });
}

/** Undefined where a constraint was violated, and nothing was done. */
async function asStatements(
  call: Call,
  resource: ResourceModel,
  transaction: Transaction,
  groups: readonly ItemGroup[],
): Promise<Found | undefined> {
  try {
    return await transaction.nested(async (inner) => {
      const found: Found = new Map();
      for (const group of groups) {
        const results = group.alone
          ? [await oneItem(call, inner, group.items[0] as RunnableItem)]
          : await oneStatement(call, resource, inner, group);
        for (const [position, item] of group.items.entries()) {
          const result = results[position];
          if (result) found.set(item.index, result);
        }
      }
      return found;
    });
  } catch (error) {
    if (itemError(call, error)) return undefined;
    throw error;
  }
}

async function oneStatement(
  call: Call,
  resource: ResourceModel,
  transaction: Transaction,
  { kind, items }: ItemGroup,
): Promise<readonly (BatchItemResult | FailedItem)[]> {
  const execution = executionOf(call, transaction);
  const { nodes } = call.selection;
  const targets = { ids: items.map(({ id }) => id ?? ""), versions: items.map(({ versions }) => versions) };
  if (kind === "delete")
    return results(call, items, await deleteRecords(execution, { resource, ...targets }));
  const rows = items.map(({ input }) => withId(call, resource, kind, input ?? {}));
  const answers =
    kind === "create"
      ? await createRecords(execution, { resource, rows, nodes })
      : await updateRecords(execution, { resource, rows, nodes, ...targets });
  const ids = rows.map((row, position) => items[position]?.id ?? String(row.id ?? ""));
  return results(call, items, answers, ids);
}

const withId = (
  { app }: Call,
  { key }: ResourceModel,
  kind: WriteKind,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  kind === "create" && key.by === "keelson" && typeof input.id !== "string"
    ? { ...input, id: app.newId() }
    : input;

function results(
  call: Call,
  items: readonly RunnableItem[],
  answers: readonly WriteAnswer[],
  ids = items.map(({ id }) => id ?? ""),
): readonly (BatchItemResult | FailedItem)[] {
  return items.map((item, position) => {
    const answer = answers[position] as WriteAnswer;
    const kind = item.operation.kind as WriteKind;
    try {
      judge(answer);
    } catch (error) {
      if (error instanceof KeelsonError) return failedItem(call, item, error);
      throw error;
    }
    const id = answer.id ?? ids[position] ?? "";
    if (kind === "delete") return { ok: true, kind, id, version: null, json: null, composed: false };
    const json = answer.json ?? JSON.stringify({ id });
    return { ok: true, kind, id, version: answer.version ?? 1, json, composed: isComposed(call) };
  });
}

/** As single calls would do it; an atomic batch ends with the first that fails. */
async function oneByOne(
  call: Call,
  transaction: Transaction,
  items: readonly RunnableItem[],
  atomic: boolean,
): Promise<Found> {
  const found: Found = new Map();
  for (const item of items) {
    const result = await attempt(call, transaction, item);
    found.set(item.index, result);
    if (atomic && !result.ok) break;
  }
  return found;
}

async function attempt(
  call: Call,
  transaction: Transaction,
  item: RunnableItem,
): Promise<BatchItemResult | FailedItem> {
  try {
    return await transaction.nested((inner) => oneItem(call, inner, item));
  } catch (error) {
    const known = itemError(call, error);
    if (!known) throw error;
    return failedItem(call, item, known);
  }
}

/** The single call that the item stands for, from where it would begin to write. */
async function oneItem(call: Call, transaction: Transaction, item: RunnableItem): Promise<BatchItemResult> {
  const { operation, id, versions, input } = item;
  const { preconditions: _whole, ...envelope } = call.envelope;
  const single: Call = {
    ...call,
    envelope: {
      ...envelope,
      operation,
      ...(id === undefined ? {} : { id }),
      ...(versions === null ? {} : { preconditions: { ifMatch: versions } }),
    },
    input,
    executed: { kind: "none" },
  };
  await writeRecord(single, operation, transaction);
  const kind = operation.kind as WriteKind;
  const { executed } = single;
  if (executed.kind !== "record")
    return { ok: true, kind, id: id ?? "", version: null, json: null, composed: false };
  const { json, version } = executed;
  return { ok: true, kind, id: executed.id, version, json, composed: isComposed(call) };
}

/** What others do at the same time, or the key of the whole. */
const ofAll: ReadonlySet<string> = new Set(["conflict", "idempotency_in_progress", "idempotency_key_reused"]);

/**
 * What the item itself is to blame for. Races and locks are nobody's fault: the transaction is run again for them, or
 * the caller told.
 */
function itemError(call: Call, error: unknown): KeelsonError | undefined {
  const { app, view } = call;
  const known = translateDatabaseError(
    error,
    app.model,
    (resource) => view.rule(resource, "read").op !== "never",
  );
  if (!(known instanceof KeelsonError) || known.status >= 500 || ofAll.has(known.code)) return undefined;
  return known;
}
