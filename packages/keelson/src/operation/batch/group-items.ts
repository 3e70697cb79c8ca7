import { judgingTables, writeShape } from "../../data/plan/plan-write-many.ts";
import type { AppModel, ResourceModel, WriteKind } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { writtenTables } from "../../model/written-tables.ts";
import type { Call } from "../call.ts";
import { mergingFields } from "../validate-input.ts";
import { linksOf } from "../write-record.ts";
import type { RunnableItem } from "./batch-input.ts";

/** Items that one statement writes, or one that is written like a single call. */
export interface ItemGroup {
  readonly kind: WriteKind;
  readonly items: readonly RunnableItem[];
  /** Whether it takes more than the one statement. */
  readonly alone: boolean;
}

/**
 * Puts the items of a batch together into as few statements as do the same as single calls one after the other.
 * Undefined where only these do: where what one item writes may change what is allowed, found or taken for another.
 */
export function groupItems(
  call: Call,
  resource: ResourceModel,
  items: readonly RunnableItem[],
): readonly ItemGroup[] | undefined {
  if (items.length > 1 && mayMeet(call, resource, items)) return undefined;
  const ordered = ordersMatter(resource, items);
  const groups: { readonly key: string; readonly group: ItemGroup & { items: RunnableItem[] } }[] = [];
  for (const item of items) {
    const kind = kindOf(item);
    const alone = needsMore(resource, item);
    const both = ordered && takes(resource, item) && frees(resource, item);
    const key = alone || both ? `alone ${item.index}` : `${kind} ${shapeOf(resource, item)}`;
    const known = ordered ? groups.slice(-1) : groups;
    const same = known.find((other) => other.key === key);
    if (same) same.group.items.push(item);
    else groups.push({ key, group: { kind, alone, items: [item] } });
  }
  return groups.map(({ group }) => group);
}

const kindOf = ({ operation }: RunnableItem): WriteKind => operation.kind as WriteKind;

const dataOf = ({ input }: RunnableItem): Readonly<Record<string, unknown>> => input ?? {};

const shapeOf = (resource: ResourceModel, item: RunnableItem): string =>
  kindOf(item) === "delete" ? "" : writeShape({ resource, data: dataOf(item) });

/** Links are another statement, merged values are judged after the fact, and ids of the database name no row before. */
const needsMore = (resource: ResourceModel, item: RunnableItem): boolean =>
  linksOf(resource, item.input).length > 0 ||
  (kindOf(item) === "update" && mergingFields(resource, dataOf(item)).length > 0) ||
  (kindOf(item) === "create" && resource.key.by === "database");

/** What is unique is taken by one item and given free by another: then it matters which comes first. */
const ordersMatter = (resource: ResourceModel, items: readonly RunnableItem[]): boolean =>
  items.length > 1 &&
  items.some((item) => takes(resource, item)) &&
  items.some((item) => frees(resource, item));

function takes(resource: ResourceModel, item: RunnableItem): boolean {
  const unique = uniqueFields(resource);
  return kindOf(item) === "create" ? unique.size > 0 : setsUnique(item, unique);
}

const frees = (resource: ResourceModel, item: RunnableItem): boolean =>
  kindOf(item) === "delete" || (kindOf(item) === "update" && setsUnique(item, uniqueFields(resource)));

const setsUnique = (item: RunnableItem, unique: ReadonlySet<string>): boolean =>
  Object.keys(dataOf(item)).some((name) => unique.has(name));

const uniqueByResource = new WeakMap<ResourceModel, ReadonlySet<string>>();

function uniqueFields(resource: ResourceModel): ReadonlySet<string> {
  let known = uniqueByResource.get(resource);
  if (!known) {
    const natural = resource.key.by === "fields" ? resource.key.parts.map(({ field }) => field) : [];
    const indexed = resource.indexes.filter(({ unique }) => unique).flatMap(({ fields }) => fields);
    known = new Set([...natural, ...indexed]);
    uniqueByResource.set(resource, known);
  }
  return known;
}

/** Whether what is written by one item may be looked at on behalf of another. */
function mayMeet(call: Call, resource: ResourceModel, items: readonly RunnableItem[]): boolean {
  const { model } = call.app;
  const kinds = [...new Set(items.map(kindOf))];
  if (kinds.includes("delete") && isTakenAlong(model, resource)) return true;
  // A key that is given may be that of another item.
  if (items.some(({ input }) => typeof input?.id === "string") && kinds.length > 1) return true;
  const natural = resource.key.by === "fields" ? resource.key.parts : [];
  const setsKey = (item: RunnableItem) => natural.some(({ field }) => dataOf(item)[field] !== undefined);
  if (natural.length > 0 && kinds.length > 1 && items.some(setsKey)) return true;
  if (items.some((item) => kindOf(item) === "update" && setsKey(item))) return true;
  const written = new Set(kinds.flatMap((kind) => writtenTables(model, resource, kind)));
  return items.some((item) => looksAt(call, resource, item, written));
}

/** A deletion takes rows along, or is held up by them, that may be those of another item. */
const isTakenAlong = (model: AppModel, resource: ResourceModel): boolean => {
  const gone = new Set(writtenTables(model, resource, "delete"));
  return [...resource.fields.values()].some(({ relation }) => {
    if (relation?.kind !== "one") return false;
    const table = model.resources.get(relation.target)?.table;
    return table !== undefined && gone.has(table);
  });
};

const looks = new WeakMap<AppModel, Map<string, readonly string[]>>();
/** Clients can invent shapes without end. */
const maxLooks = 1_000;

function looksAt(
  { app: { model }, view, selection }: Call,
  resource: ResourceModel,
  item: RunnableItem,
  written: ReadonlySet<string>,
): boolean {
  const kind = kindOf(item);
  const key = `${kind} ${resource.name} ${view.signature} ${shapeOf(resource, item)}`;
  let known = looks.get(model);
  if (!known || known.size > maxLooks) {
    known = new Map();
    looks.set(model, known);
  }
  let tables = known.get(key);
  if (!tables) {
    tables = tablesOf(model, view, { resource, data: dataOf(item), nodes: selection.nodes }, kind);
    known.set(key, tables);
  }
  return tables.some((table) => written.has(table));
}

const tablesOf = (
  model: AppModel,
  view: PolicyView,
  request: Parameters<typeof judgingTables>[0]["request"],
  write: WriteKind,
): readonly string[] => judgingTables({ model, request, write, view });
