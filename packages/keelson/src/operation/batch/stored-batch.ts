import { KeelsonError } from "../../base/error.ts";
import { readRecord } from "../../data/execute.ts";
import { findRecords } from "../../data/execute-many.ts";
import type { Call } from "../call.ts";
import type { Executed } from "../executed.ts";
import { executionOf } from "../execution-of.ts";
import { isComposed } from "../is-composed.ts";
import type { BatchItemResult, WrittenItem } from "./batch-result.ts";

type ExecutedBatch = Extract<Executed, { readonly kind: "batch" }>;

/** The answer of a batch as it is kept under an idempotency key; the records' texts are kept beside it. */
export interface StoredBatch {
  readonly kind: "batch";
  readonly atomic: boolean;
  readonly items: readonly (Omit<WrittenItem, "json"> | StoredRefusal)[];
}

interface StoredRefusal {
  readonly ok: false;
  readonly id?: string;
  readonly error: Pick<KeelsonError, "code" | "status" | "title" | "errors" | "members" | "headers"> & {
    readonly detail?: string;
  };
}

export function storedBatch({ atomic, items }: ExecutedBatch): {
  readonly of: StoredBatch;
  readonly body: string;
} {
  const of = { kind: "batch", atomic, items: items.map(storedItem) } as const;
  return { of, body: JSON.stringify(items.map((item) => (item.ok ? item.json : null))) };
}

function storedItem(item: BatchItemResult): StoredBatch["items"][number] {
  if (item.ok) {
    const { json: _text, ...rest } = item;
    return rest;
  }
  const { code, status, title, detail, errors, members, headers } = item.error;
  const error = {
    code,
    status,
    title,
    errors,
    members,
    headers,
    ...(detail === undefined ? {} : { detail }),
  };
  return { ok: false, ...(item.id === undefined ? {} : { id: item.id }), error };
}

/**
 * The answer once more, for a caller who may no longer read all of it: of records that are not there for them now
 * they are told what they knew, the id.
 *
 * @param body - null where it was too long to be kept
 * @param changed - whether the caller's rules or the words of the API are others now: then records are read as they are
 */
export async function presentBatch(
  call: Call,
  { atomic, items }: StoredBatch,
  { body, changed }: { readonly body: string | null; readonly changed: boolean },
): Promise<ExecutedBatch> {
  const texts = body === null ? undefined : (JSON.parse(body) as readonly (string | null)[]);
  const shown = items.flatMap((item) => (item.ok && item.kind !== "delete" ? [item.id] : []));
  const seen = await seenOf(call, shown);
  const present = async (item: StoredBatch["items"][number], index: number): Promise<BatchItemResult> => {
    if (!item.ok) return { ok: false, id: item.id, error: errorOf(item) };
    if (item.kind === "delete") return { ...item, json: null };
    const onlyId = JSON.stringify({ id: item.id });
    if (!seen.has(item.id)) return { ...item, json: onlyId };
    if (texts && !changed) return { ...item, json: texts[index] ?? onlyId };
    return asItIs(call, item, onlyId);
  };
  const results: BatchItemResult[] = [];
  for (const [index, item] of items.entries()) results.push(await present(item, index));
  return { kind: "batch", atomic, items: results };
}

async function seenOf(call: Call, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const resource = call.app.model.resources.get(call.selection.resource);
  if (!resource || ids.length === 0) return new Set();
  return new Set(await findRecords(executionOf(call, call.session), { resource, ids }));
}

async function asItIs(call: Call, item: Omit<WrittenItem, "json">, onlyId: string): Promise<BatchItemResult> {
  const { nodes, resource: name } = call.selection;
  const resource = call.app.model.resources.get(name);
  const record =
    resource && (await readRecord(executionOf(call, call.session), { resource, id: item.id, nodes }));
  if (!record) return { ...item, json: onlyId };
  return { ...item, json: record.json, version: record.version, composed: isComposed(call) };
}

const errorOf = ({ error: { detail, errors, members, headers, ...row } }: StoredRefusal): KeelsonError =>
  new KeelsonError(row.code, row, {
    ...(detail === undefined ? {} : { detail }),
    errors,
    members,
    headers,
  });
