import { type Fault, failure, KeelsonError } from "../../base/error.ts";
import type { BatchOperationModel, VersionModel, WriteKind } from "../../model/app-model.ts";
import type { Call } from "../call.ts";
import { maxFaults } from "../locate-input.ts";
import { recordId } from "../record-id.ts";
import { downgradeError } from "../version/downgrade-error.ts";
import { upgradeInput } from "../version/upgrade-input.ts";
import {
  type BatchInput,
  errorOfItem,
  type FailedItem,
  itemPointer,
  type PreparedItem,
  type RunnableItem,
} from "./batch-input.ts";
import { type ReadItem, readBatch } from "./read-batch.ts";

/**
 * Takes a batch apart and checks every item as the single call would: shape, id, version, and the record against the
 * schema. What is wrong with an item is wrong with it alone.
 *
 * @param operation - in the words of the version that the request is worded in
 * @param keep - whether items go on in the form that checking gave them, or as they were given
 * @throws KeelsonError `validation_failed` where it is no batch, or names one record twice
 */
export async function prepareBatch(
  call: Call,
  operation: BatchOperationModel,
  keep: "checked" | "given",
): Promise<readonly PreparedItem[]> {
  const read = readBatch(operation, call.envelope.input);
  refuseTwice(read, operation);
  const most = Math.min(maxFaults, Math.ceil(maxFaultsOfAll / read.length));
  return Promise.all(read.map((item) => prepareItem(call, item, { keep, most })));
}

/** Which of two changes of one record is meant to come first is not for anybody to guess. */
function refuseTwice(items: readonly ReadItem[], { resource }: BatchOperationModel): void {
  const first = new Map<string, number>();
  const errors: Fault[] = [];
  for (const { id, index, operation } of items) {
    if (id === undefined || operation === undefined || operation.kind === "create") continue;
    const name = resource.key.parts[0]?.spec.kind === "uuid" ? id.toLowerCase() : id;
    const before = first.get(name);
    if (before === undefined) first.set(name, index);
    else {
      const detail = `names the record of item ${before}; a batch changes a record once.`;
      errors.push({ pointer: itemPointer(index, "id"), code: "duplicate", detail });
    }
  }
  if (errors.length > 0) throw failure("validation_failed", { errors: errors.slice(0, maxFaults) });
}

/** Of a large batch each item tells less, so that what is sent in a few bytes is not answered, and kept, in many. */
const maxFaultsOfAll = 1_000;

async function prepareItem(
  call: Call,
  item: ReadItem,
  { keep, most }: { readonly keep: "checked" | "given"; readonly most: number },
): Promise<PreparedItem> {
  const { index, operation, id, versions, isVersioned, data } = item;
  const failed = (error: KeelsonError): FailedItem => ({ ok: false, index, id, error });
  const valid = operation && operation.kind !== "delete" && data !== undefined;
  const validated = valid ? await call.app.validators.of(operation, isTrusted(call))(data) : undefined;
  const faults = [...item.faults];
  if (validated && !validated.ok) faults.push(...pointed(validated.error, index));
  if (!operation || faults.length > 0)
    return failed(failure("validation_failed", { errors: faults.slice(0, most) }));
  const input = (keep === "checked" && validated?.ok ? validated.value : data) as RunnableItem["input"];
  if (operation.kind === "create") return { ok: true, index, operation, id: undefined, versions, input };
  if (operation.resource.requireIfMatch && !isVersioned && !isTrusted(call))
    return failed(failure("precondition_required"));
  try {
    const own = recordId({ envelope: { ...call.envelope, id: id ?? "" } }, operation.resource);
    return { ok: true, index, operation, id: own, versions, input };
  } catch (error) {
    if (error instanceof KeelsonError) return failed(error);
    throw error;
  }
}

const isTrusted = ({ envelope }: Call): boolean => envelope.trusted === true;

const pointed = (errors: readonly Fault[], index: number): readonly Fault[] =>
  errorOfItem(failure("validation_failed", { errors }), index).errors;

/** Items of an older version in the words of the newest, which `operation` has; see the step `upgrade`. */
export function upgradeItems(
  version: VersionModel,
  { writes }: BatchOperationModel,
  items: readonly PreparedItem[],
): readonly PreparedItem[] {
  return items.map((item) => {
    const now = item.ok ? writes.get(item.operation.kind as WriteKind) : undefined;
    if (!item.ok || !now || item.input === undefined) return item;
    const input = upgradeInput(version, item.operation, item.input) as RunnableItem["input"];
    return { ...item, operation: now, input };
  });
}

/** Checks upgraded items anew, as what they now are. What is wrong with them is told in the words that were used. */
export async function revalidate(
  call: Call,
  items: readonly PreparedItem[],
): Promise<readonly PreparedItem[]> {
  return Promise.all(
    items.map(async (item): Promise<PreparedItem> => {
      if (!item.ok || item.input === undefined) return item;
      const validated = await call.app.validators.of(item.operation, isTrusted(call))(item.input);
      if (validated.ok) return { ...item, input: validated.value as RunnableItem["input"] };
      return failedItem(call, item, failure("validation_failed", { errors: validated.error }));
    }),
  );
}

/** What a single call was refused with, as what became of the item. */
export function failedItem({ upgraded }: Call, item: RunnableItem, error: KeelsonError): FailedItem {
  const worded = upgraded ? downgradeError(upgraded.version, item.operation, error) : error;
  return { ok: false, index: item.index, id: item.id, error: errorOfItem(worded, item.index) };
}

/**
 * Ends an atomic batch with all that is not valid in it. Whatever else is wrong with an item is told in its turn, if
 * those before it can be done.
 *
 * @throws KeelsonError `validation_failed`
 */
export function refuseInvalid({ atomic, items }: BatchInput): void {
  if (!atomic) return;
  const errors = items.flatMap((item) =>
    !item.ok && item.error.code === "validation_failed" ? item.error.errors : [],
  );
  if (errors.length > 0) throw failure("validation_failed", { errors: errors.slice(0, maxFaults) });
}
