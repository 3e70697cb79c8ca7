import { pluralOf, snakeCase } from "../../model/names.ts";
import type { Finding } from "./adoption.ts";
import type { Catalogue, ColumnEntry, ConstraintEntry, TableEntry } from "./catalogue.ts";
import { type JoinEntry, type NamedTable, placeOf } from "./find-tables.ts";
import { camelCaseOf, wordsOf } from "./readable-name.ts";
import type { Call } from "./written-call.ts";

/** A foreign key that becomes a reference. */
export interface FoundReference {
  readonly from: NamedTable;
  readonly to: NamedTable;
  readonly constraint: ConstraintEntry;
  readonly column: ColumnEntry;
}

const actions: Readonly<Record<string, string>> = {
  a: "noAction",
  r: "restrict",
  c: "cascade",
  n: "setNull",
};

/** The foreign keys that are references; for the others, why they are not. */
export function findReferences(
  catalogue: Catalogue,
  tables: readonly NamedTable[],
): { readonly references: readonly FoundReference[]; readonly findings: readonly Finding[] } {
  const references: FoundReference[] = [];
  const findings: Finding[] = [];
  for (const from of tables) {
    for (const constraint of from.entry.constraints.filter(({ type }) => type === "f")) {
      const to = targetOf(tables, constraint);
      const column = from.entry.columns.find(({ name }) => name === constraint.columns[0]);
      const fault = faultOf(
        constraint,
        to,
        column,
        references.filter((other) => other.from === from),
      );
      if (to && column && fault === undefined) references.push({ from, to, constraint, column });
      else
        findings.push({
          kind: "kept by the database",
          where: `${placeOf(catalogue, from.entry)}, foreign key ${constraint.name}`,
          what: `${fault ?? "What it refers to is not adopted"}; its columns are fields of their own.`,
        });
    }
  }
  return { references, findings };
}

const targetOf = (tables: readonly NamedTable[], { target }: ConstraintEntry): NamedTable | undefined =>
  tables.find(({ entry }) => entry.schema === target?.schema && entry.name === target.name);

function faultOf(
  constraint: ConstraintEntry,
  to: NamedTable | undefined,
  column: ColumnEntry | undefined,
  others: readonly FoundReference[],
): string | undefined {
  if (constraint.columns.length > 1) return `It refers by ${constraint.columns.length} columns together`;
  if (!to) return "What it refers to is not adopted";
  if (to.key.length !== 1 || to.key[0] !== constraint.target?.columns[0])
    return "It does not refer to a primary key of one column";
  if (others.some((other) => other.column === column)) return "Its column has a foreign key already";
  if (actions[constraint.onDelete] === undefined || actions[constraint.onUpdate] === undefined)
    return "It sets a default when what it refers to goes";
  if (constraint.onDelete === "n" && column?.required)
    return "It would empty a column that must have a value";
  return undefined;
}

/** `customer_id` → customer; `author` stays; the column's own name where nothing is left. */
export function referenceName(column: string): string {
  const words = wordsOf(column);
  const last = words.at(-1);
  const rest =
    words.length > 1 && (last === "id" || last === "uuid" || last === "fk") ? words.slice(0, -1) : words;
  return camelCaseOf(rest, "reference");
}

/** The call that declares a reference. `byName` where a function would make a circle of types. */
export function referenceCall({ from, to, constraint }: FoundReference, byName: boolean): Call {
  const onDelete = actions[constraint.onDelete] ?? "noAction";
  const onUpdate = actions[constraint.onUpdate] ?? "noAction";
  const options = {
    ...(onDelete === "restrict" ? {} : { onDelete }),
    ...(onUpdate === "noAction" ? {} : { onUpdate }),
    ...(constraint.deferrable ? { deferrable: constraint.deferred ? "deferred" : "immediate" } : {}),
  };
  const more = Object.keys(options).length === 0 ? [] : [{ json: options }];
  if (from === to) return { name: "selfReference", args: [{ json: from.name }, ...more] };
  if (byName) return { name: "referenceByName", args: [{ json: to.name }, ...more] };
  return { name: "reference", args: [{ resource: to.name }, ...more] };
}

/** Whether a field's column would be called as it is. */
export const isDerivedReference = (field: string, column: string): boolean =>
  `${snakeCase(field)}_id` === column;

/**
 * The edges that close a circle when resources are visited in order: those are declared by name. Resources refer
 * to what they import, and two files that import each other's types could not be inferred.
 */
export function circular(edges: readonly (readonly [from: string, to: string])[]): ReadonlySet<string> {
  const kept = new Map<string, Set<string>>();
  const closing = new Set<string>();
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(kept.get(from) ?? [])].some((next) => reaches(next, to, seen));
  };
  for (const [from, to] of edges) {
    if (from === to) continue;
    if (reaches(to, from)) closing.add(edge(from, to));
    else kept.set(from, (kept.get(from) ?? new Set()).add(to));
  }
  return closing;
}

export const edge = (from: string, to: string): string => `${from}→${to}`;

/** The call that declares a many-to-many relation over a join table. */
export function joinCall({ entry, own, target }: JoinEntry, to: NamedTable, ownSchema: string): Call {
  const plain = entry.schema === ownSchema && !entry.name.includes(".") && !/^_[a-z]$/.test(entry.name);
  const table = plain ? entry.name : { schema: entry.schema, name: entry.name };
  return {
    name: "manyToMany",
    args: [
      { resource: to.name },
      { json: { join: { table, own: own.columns[0], target: target.columns[0] } } },
    ],
  };
}

/** Name of the relation from a record to those that refer to it. */
export function inverseName(
  reference: FoundReference,
  siblings: readonly FoundReference[],
  field: string,
): string {
  const plural = reference.from.plural ?? pluralOf(reference.from.name);
  return siblings.length === 1 ? plural : `${plural}By${field.charAt(0).toUpperCase()}${field.slice(1)}`;
}

export const isSameTable = (table: TableEntry, target: ConstraintEntry["target"]): boolean =>
  table.schema === target?.schema && table.name === target.name;
