import { derivedName } from "../../model/derived-name.ts";
import type { KeptPlan } from "./adopt-timestamps.ts";
import type { IndexEntry, TableEntry } from "./catalogue.ts";

export interface AdoptedIndexes {
  readonly declared: readonly { readonly on: readonly string[]; readonly unique?: true }[];
  /** What the database calls them, by what Keelson would. */
  readonly names: Readonly<Record<string, string>>;
  readonly unmanaged: readonly { readonly name: string; readonly why: string }[];
}

/** The indexes of a table: those over columns are declared, the others stay as they are. */
export function adoptIndexes(
  entry: TableEntry,
  {
    byColumn,
    kept,
    key,
  }: {
    readonly byColumn: ReadonlyMap<string, string>;
    readonly kept: KeptPlan;
    readonly key: readonly string[];
  },
): AdoptedIndexes {
  const fieldOf = (column: string): string | undefined =>
    byColumn.get(column) ??
    Object.entries(kept.columns).find(([, name]) => name === column)?.[0] ??
    (key.length === 1 && key[0] === column ? "id" : undefined);
  const declared: { on: string[]; unique?: true }[] = [];
  const names: Record<string, string> = {};
  const unmanaged: { name: string; why: string }[] = [];
  const seen = new Set<string>();
  // Unique ones first: where two are over the same columns, the one that forbids something is the one to know.
  const indexes = [...entry.indexes].sort((a, b) => Number(b.unique) - Number(a.unique));
  for (const index of indexes) {
    if (index.primary) continue;
    const why = faultOf(index, fieldOf, seen);
    if (why !== undefined) {
      unmanaged.push({ name: index.name, why });
      continue;
    }
    const columns = index.columns.map(String);
    seen.add(columns.join());
    const derived = derivedName(entry.name, ...columns, index.unique ? "key" : "idx");
    if (derived !== index.name) names[derived] = index.name;
    const alone =
      index.unique && columns.length === 1 && index.descending[0] === false && byColumn.has(columns[0] ?? "");
    if (alone) continue;
    const on = columns.map((column, place) => `${index.descending[place] ? "-" : ""}${fieldOf(column)}`);
    declared.push(index.unique ? { on, unique: true } : { on });
  }
  return { declared, names, unmanaged };
}

function faultOf(
  { plain, valid, columns, definition }: IndexEntry,
  fieldOf: (column: string) => string | undefined,
  seen: ReadonlySet<string>,
): string | undefined {
  if (!valid) return "its build did not finish";
  if (!plain) return definition.replace(/^.* USING /, "using ");
  if (columns.some((column) => column === null || fieldOf(column) === undefined))
    return "it is over what is no field";
  return seen.has(columns.join()) ? "another index is over the same columns" : undefined;
}
