import { type Fault, failure } from "../../base/error.ts";
import { jsonPointer } from "../../base/json-pointer.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { BatchOperationModel, StandardOperationModel, WriteKind } from "../../model/app-model.ts";
import { maxFaults } from "../locate-input.ts";
import { kindOf } from "../schema-faults.ts";
import { itemPointer } from "./batch-input.ts";

/** An item as it was sent, its parts told apart; `faults` is everything that is wrong with them. */
export interface ReadItem {
  readonly index: number;
  readonly operation: StandardOperationModel | undefined;
  readonly id: string | undefined;
  readonly versions: readonly number[] | null;
  readonly isVersioned: boolean;
  readonly data: unknown;
  readonly faults: readonly Fault[];
}

/**
 * Takes a batch apart: `{ "items": [{ "operation", "id", "ifMatch", "data" }, …] }`.
 *
 * @throws KeelsonError `validation_failed` where it is no batch at all: items that are none only fail themselves
 */
export function readBatch(operation: BatchOperationModel, input: unknown): readonly ReadItem[] {
  if (!isMembers(input)) throw refused([fault([], "type", `must be an object, not ${kindOf(input)}.`)]);
  const faults = Object.keys(input)
    .filter((name) => name !== "items")
    .map((name) => fault([name], "unknown", `is not a member of a batch.${didYouMean(name, ["items"])}`));
  const { items } = input;
  const wrong = itemsFault(items, operation.maxItems);
  if (wrong) faults.unshift(wrong);
  if (faults.length > 0) throw refused(faults.slice(0, maxFaults));
  return (items as readonly unknown[]).map((item, index) => readItem(operation, item, index));
}

const refused = (errors: readonly Fault[]): Error => failure("validation_failed", { errors });

const fault = (path: readonly string[], code: string, detail: string): Fault => ({
  pointer: jsonPointer(path),
  code,
  detail,
});

const isMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function itemsFault(items: unknown, maxItems: number): Fault | undefined {
  if (items === undefined) return fault(["items"], "required", "is required.");
  if (!Array.isArray(items)) return fault(["items"], "type", `must be a list, not ${kindOf(items)}.`);
  if (items.length === 0) return fault(["items"], "minItems", "must have at least 1 item.");
  if (items.length > maxItems)
    return fault(["items"], "maxItems", `must have at most ${maxItems} items, not ${items.length}.`);
  return undefined;
}

/** What an item of each kind is made of besides its operation; the first of them must be there. */
const members: Readonly<Record<WriteKind, readonly string[]>> = {
  create: ["data"],
  update: ["id", "data", "ifMatch"],
  delete: ["id", "ifMatch"],
};

function readItem({ writes }: BatchOperationModel, item: unknown, index: number): ReadItem {
  const nothing = { index, operation: undefined, id: undefined, versions: null, isVersioned: false };
  const at = (name: string, code: string, detail: string): Fault => ({
    pointer: itemPointer(index, name),
    code,
    detail,
  });
  if (!isMembers(item)) {
    const detail = `must be an object, not ${kindOf(item)}.`;
    return { ...nothing, data: undefined, faults: [{ pointer: itemPointer(index), code: "type", detail }] };
  }
  const operation = writes.get(item.operation as WriteKind);
  if (!operation) {
    const known = [...writes.keys()].map((kind) => JSON.stringify(kind));
    const wanted = known.length === 1 ? known[0] : `one of ${known.join(", ")}`;
    const missing = item.operation === undefined;
    const wrong = at(
      "operation",
      missing ? "required" : "enum",
      missing ? "is required." : `must be ${wanted}.`,
    );
    return { ...nothing, data: undefined, faults: [wrong] };
  }
  const taken = members[operation.kind as WriteKind];
  const faults = [...memberFaults(item, taken, at), ...idFaults(item, taken, at)];
  const versions = versionsOf(item.ifMatch);
  if (versions === undefined && taken.includes("ifMatch"))
    faults.push(at("ifMatch", "type", "must be a version: the number, or the entity tag with it."));
  return {
    index,
    operation,
    id: typeof item.id === "string" ? item.id : undefined,
    versions: versions ?? null,
    isVersioned: item.ifMatch !== undefined,
    data: item.data,
    faults,
  };
}

type At = (name: string, code: string, detail: string) => Fault;

function memberFaults(item: Readonly<Record<string, unknown>>, taken: readonly string[], at: At): Fault[] {
  const known = ["operation", ...taken];
  const unknown = Object.keys(item).filter((name) => !known.includes(name) && item[name] !== undefined);
  const faults = unknown.map((name) =>
    at(name, "unknown", `is not a member of a ${String(item.operation)}.${didYouMean(name, known)}`),
  );
  if (taken.includes("data") && item.data === undefined) faults.push(at("data", "required", "is required."));
  return faults;
}

function idFaults({ id }: Readonly<Record<string, unknown>>, taken: readonly string[], at: At): Fault[] {
  if (!taken.includes("id") || typeof id === "string") return [];
  return id === undefined
    ? [at("id", "required", "is required.")]
    : [at("id", "type", `must be a text, not ${kindOf(id)}.`)];
}

/** Doors turn entity tags into numbers; `*` is any version. Undefined for what is none. */
function versionsOf(given: unknown): readonly number[] | null | undefined {
  if (given === undefined || given === "*") return null;
  return Number.isSafeInteger(given) && Number(given) >= 0 ? [Number(given)] : undefined;
}
