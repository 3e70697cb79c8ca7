import type { IndexModel, ResourceModel } from "../../model/app-model.ts";
import { derivedName } from "../../model/derived-name.ts";
import { createIndex } from "../migrate/ddl.ts";
import type { IndexNeed, NeededColumn } from "./index-need.ts";

/** An index to declare. */
export interface IndexAdvice {
  readonly resource: ResourceModel;
  /** For `indexes: [{ on: … }]`. */
  readonly on: readonly string[];
  /** What that becomes. */
  readonly sql: string;
}

/**
 * The index that would answer a list: columns compared for equality first, then the order, then ranges. Undefined
 * where the model has it already, or where no index of columns would help.
 */
export function adviseIndex(need: IndexNeed): IndexAdvice | undefined {
  const ordered = need.sort.filter(({ column }) => !need.equal.some((other) => other.column === column));
  // Ranges of several values come in no order: alone they are worth more than the order, behind it they only filter.
  const [first] = need.range;
  const narrowed = need.equal.length === 0 && first !== undefined && first.column !== ordered[0]?.column;
  const entries = narrowed
    ? [first]
    : [...byKind(need.equal), ...ordered, ...need.range].filter(
        (entry, place, all) => all.findIndex(({ column }) => column === entry.column) === place,
      );
  const columns = entries.map((entry) => ({
    column: entry.column,
    descending: "descending" in entry && entry.descending === true,
    name: entry.name,
  }));
  if (columns.length === 0) return undefined;
  // Timestamps hardly ever tie; where other values do, the id keeps a page from being sorted.
  const last = ordered.at(-1);
  if (last && need.range.length === 0 && last.type !== "timestamp")
    columns.push({ column: "id", descending: last.descending, name: "id" });
  return hasIndex(need.resource, columns) ? undefined : printed(need.resource, columns);
}

/** The index over columns that a plan compared for equality; undefined where one begins with one of them. */
export function adviseForColumns(resource: ResourceModel, names: readonly string[]): IndexAdvice | undefined {
  const columns = [...resource.fields.values()].flatMap((field) =>
    field.columns.length === 1 && names.includes(field.columns[0]?.name ?? "")
      ? [{ column: field.columns[0]?.name ?? "", descending: false, name: field.name }]
      : [],
  );
  if (columns.length === 0 || resource.indexes.some((index) => begins(index, columns))) return undefined;
  return printed(resource, columns);
}

/** Whether some index of the model begins with a condition of the list, so that it never reads the whole table. */
export const isFiltered = ({ resource, equal, range }: IndexNeed): boolean =>
  resource.indexes.some((index) => begins(index, [...equal, ...range])) ||
  [...equal, ...range].some(({ column }) => column === "id");

const begins = (index: IndexModel, columns: readonly { readonly column: string }[]): boolean =>
  columns.some(({ column }) => column === index.columns[0]?.column);

/** References first: they narrow most, and an index that begins with them serves more than this list. */
const byKind = (columns: readonly NeededColumn[]): readonly NeededColumn[] =>
  [...columns].sort((a, b) => rank(a) - rank(b));

const rank = ({ type }: NeededColumn): number =>
  type === "reference" ? 0 : type === "choice" || type === "boolean" ? 2 : 1;

type Column = IndexModel["columns"][number];

/** Directions may all be turned: an index is read from either end. */
function hasIndex(resource: ResourceModel, columns: readonly Column[]): boolean {
  return resource.indexes.some((index) => {
    const turned = index.columns[0]?.descending !== columns[0]?.descending;
    return columns.every(
      ({ column, descending }, place) =>
        index.columns[place]?.column === column &&
        (index.columns[place]?.descending === descending) !== turned,
    );
  });
}

function printed(
  resource: ResourceModel,
  columns: readonly (Column & { readonly name: string })[],
): IndexAdvice {
  const { table } = resource;
  const name = derivedName(table, ...columns.map(({ column }) => column), "idx");
  return {
    resource,
    on: columns.map((column) => (column.descending ? `-${column.name}` : column.name)),
    sql: createIndex(table, {
      name,
      unique: false,
      columns: columns.map(({ column, descending }) => ({ column, descending })),
    }),
  };
}
