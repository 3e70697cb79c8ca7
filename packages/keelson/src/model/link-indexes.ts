import type { FieldModel, IndexModel, KeyModel } from "./app-model.ts";
import { derivedName } from "./derived-name.ts";
import { type DraftResource, databaseName } from "./draft-resource.ts";
import { bareTable } from "./table-name.ts";

type Fields = ReadonlyMap<string, FieldModel>;

/**
 * Unique fields and references get an index of their own, and so does every order that lists offer (with the
 * id, which breaks ties): reading any page from its index is what makes a list cheap. The rest are declared.
 */
export function linkIndexes(draft: DraftResource, fields: Fields, list: Order): readonly IndexModel[] {
  const declared = [
    ...(draft.declaration.options.mixins ?? []).flatMap((mixin) => mixin.indexes ?? []),
    ...(draft.declaration.options.indexes ?? []),
  ];
  const derived = draft.declaration.options.derivedIndexes !== false;
  const indexes = [
    ...[...fields.values()].filter((field) => field.spec.unique).map((field) => uniqueIndex(draft, field)),
    ...declared.map((options) => declaredIndex(draft, fields, options.on, options.unique ?? false)),
    ...[...fields.values()]
      .filter((field) => derived && field.relation?.kind === "one")
      .map((field) => referenceIndex(draft, field)),
    ...(derived ? sortIndexes(draft, fields, list) : []),
  ];
  return withoutCovered(indexes, list.key);
}

/** How lists of the resource are ordered when nothing is asked, and by what in the end. */
interface Order {
  readonly key: KeyModel;
  readonly defaultSort: string;
}

function uniqueIndex(draft: DraftResource, field: FieldModel): IndexModel {
  return {
    name: databaseName(
      draft,
      derivedName(bareTable(draft.table), ...field.columns.map((column) => column.name), "key"),
    ),
    unique: true,
    origin: "unique",
    columns: field.columns.map((column) => ({ column: column.name, descending: false })),
    fields: [field.name],
  };
}

function referenceIndex(draft: DraftResource, field: FieldModel): IndexModel {
  const column = field.columns[0]?.name ?? field.name;
  return {
    name: databaseName(draft, derivedName(bareTable(draft.table), column, "idx")),
    unique: false,
    origin: "reference",
    columns: [{ column, descending: false }],
    fields: [field.name],
  };
}

function declaredIndex(
  draft: DraftResource,
  fields: Fields,
  on: readonly string[],
  unique: boolean,
): IndexModel {
  const columns = on.flatMap((entry) => {
    const descending = entry.startsWith("-");
    const [name = "", part] = (descending ? entry.slice(1) : entry).split(".");
    const all = fields.get(name)?.columns ?? [];
    const chosen = part === undefined ? all : all.slice(part === "currency" ? 1 : 0).slice(0, 1);
    return chosen.map((column) => ({ column: column.name, descending }));
  });
  return {
    name: databaseName(
      draft,
      derivedName(bareTable(draft.table), ...columns.map(({ column }) => column), unique ? "key" : "idx"),
    ),
    unique,
    origin: "declared",
    columns,
    fields: on.map((entry) => entry.replace(/^-/, "").split(".")[0] ?? entry),
  };
}

function sortIndexes(draft: DraftResource, fields: Fields, order: Order): readonly IndexModel[] {
  const { list } = draft.declaration.options;
  const orders = [...(list?.sort ?? []), order.defaultSort.split(",")[0] ?? ""];
  const paths = [...new Set(orders.map((order) => order.replace(/^-/, "")))].filter((path) => path !== "id");
  return paths.flatMap((path): IndexModel[] => {
    const [name = "", part] = path.split(".");
    const field = fields.get(name);
    const column = part === "currency" ? field?.columns[1] : field?.columns[0];
    // A path through a reference orders by another table's column.
    if (!field || !column || (field.relation && part !== undefined)) return [];
    const keyColumns = order.key.parts.map((part) => part.column).filter((one) => one !== column.name);
    const names = [column.name, ...keyColumns];
    return [
      {
        name: databaseName(draft, derivedName(bareTable(draft.table), ...names, "idx")),
        unique: false,
        origin: "sort",
        columns: names.map((one) => ({ column: one, descending: false })),
        fields: [name],
      },
    ];
  });
}

/** Derived indexes are dropped where another one, or the key's own, begins with the same columns. */
function withoutCovered(indexes: readonly IndexModel[], key: KeyModel): readonly IndexModel[] {
  const keyIndex = { columns: key.parts.map(({ column }) => ({ column, descending: false })) };
  return indexes.filter((index, position) => {
    if (index.origin !== "reference" && index.origin !== "sort") return true;
    if (key.by === "fields" && beginsWith(keyIndex, index)) return false;
    return !indexes.some(
      (other, place) =>
        place !== position && beginsWith(other, index) && !(beginsWith(index, other) && place > position),
    );
  });
}

/** Read from the other end, an index gives the opposite order; so all directions may also be turned. */
function beginsWith(long: Pick<IndexModel, "columns">, short: Pick<IndexModel, "columns">): boolean {
  const turned = short.columns[0]?.descending !== long.columns[0]?.descending;
  return short.columns.every(
    ({ column, descending }, i) =>
      long.columns[i]?.column === column && (long.columns[i]?.descending === descending) !== turned,
  );
}
