import { derivedName } from "../../model/derived-name.ts";
import { snakeCase } from "../../model/names.ts";
import { adoptColumn, shortType, writtenField } from "./adopt-column.ts";
import { type AdoptedIndexes, adoptIndexes } from "./adopt-indexes.ts";
import { adoptKey } from "./adopt-key.ts";
import { type FoundReference, isDerivedReference, referenceCall, referenceName } from "./adopt-relations.ts";
import { findKept, isKept, type KeptPlan } from "./adopt-timestamps.ts";
import type { AdoptedResource, Finding } from "./adoption.ts";
import type { Catalogue, ColumnEntry } from "./catalogue.ts";
import { isDerivedTable, isView, type NamedTable, placeOf } from "./find-tables.ts";
import { type CheckMeaning, noMeaning, readCheck } from "./read-check.ts";
import { camelCaseOf, claim, wordsOf } from "./readable-name.ts";
import type { WrittenField } from "./written-call.ts";

/** What becomes of a table, before relations of others are added to it. */
export interface TablePlan {
  readonly table: NamedTable;
  readonly resource: AdoptedResource;
  /** By field name. */
  readonly references: ReadonlyMap<string, FoundReference>;
  /** All names that are taken. */
  readonly names: Set<string>;
  readonly findings: readonly Finding[];
}

interface Surroundings {
  readonly references: readonly FoundReference[];
  readonly isByName: (resource: string) => boolean;
}

/** Names that no field can have here. */
const reservedNames =
  `id limit cursor sort fields expand filter and or not then constructor prototype toString valueOf
 toJSON hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString tableoid xmin cmin xmax cmax ctid`.split(
    /\s+/,
  );

/** What is found out about a table on the way. */
interface Building {
  readonly table: NamedTable;
  readonly place: string;
  readonly surroundings: Surroundings;
  readonly checks: ReadonlyMap<string, CheckMeaning>;
  readonly names: Set<string>;
  readonly fields: Map<string, WrittenField>;
  readonly found: Map<string, FoundReference>;
  /** Field names by column. */
  readonly byColumn: Map<string, string>;
  readonly unmanaged: string[];
  readonly databaseNames: Record<string, string>;
  readonly findings: Finding[];
  creatable: boolean;
}

function note({ findings, place }: Building, kind: Finding["kind"], what: string, where = place): void {
  findings.push({ kind, where, what });
}

export function adoptTable(catalogue: Catalogue, table: NamedTable, surroundings: Surroundings): TablePlan {
  const { entry } = table;
  const view = isView(entry);
  const kept = findKept(entry, view);
  const key = adoptKey(entry, table.key, view);
  // Where a resource is as all others are, the name is kept for soft deletion.
  const usual = !view && Object.keys(kept.options).length === 0 ? ["deletedAt"] : [];
  const checks = meanings(table);
  const building: Building = {
    table,
    place: placeOf(catalogue, entry),
    surroundings,
    checks: checks.byColumn,
    names: new Set([...reservedNames, ...usual, ...kept.names]),
    fields: new Map(),
    found: new Map(),
    byColumn: new Map(),
    unmanaged: [],
    databaseNames: {},
    findings: [],
    creatable: !view,
  };
  for (const column of entry.columns) {
    if (!isKept(kept, column.name) && key.generated !== column.name) addColumn(building, column, usual);
  }
  for (const finding of checks.findings) note(building, "kept by the database", finding);
  building.unmanaged.push(...unmanagedConstraints(table, surroundings.references));
  const declared = view ? [] : addIndexes(building, kept);
  noteBehaviour(building, kept);
  if (!isDerivedTable(table, catalogue.ownSchema) && snakeCase(table.name) !== entry.name)
    note(building, "renamed", `The resource is called "${table.name}".`);
  const { fields, found, byColumn, names, findings } = building;
  const resource: AdoptedResource = {
    name: table.name,
    entry,
    fields,
    key:
      key.written.kind === "fields"
        ? { kind: "fields", fields: key.written.fields.map((column) => byColumn.get(column) ?? column) }
        : key.written,
    options: {
      ...tableOptions(catalogue, table),
      ...(view ? { view: true } : {}),
      ...kept.options,
      ...listOptions(table, fields, found, byColumn, kept.names),
      ...(declared.length > 0 ? { indexes: declared } : {}),
      ...(view ? {} : storageOptions(building)),
    },
    imports: [],
    view,
    creatable: building.creatable,
  };
  return { table, resource, references: found, names, findings };
}

const storageOptions = ({ unmanaged, databaseNames }: Building): Readonly<Record<string, unknown>> => ({
  derivedIndexes: false,
  ...(unmanaged.length > 0 ? { unmanaged: [...new Set(unmanaged)] } : {}),
  ...(Object.keys(databaseNames).length > 0 ? { databaseNames } : {}),
});

function addColumn(building: Building, column: ColumnEntry, usual: readonly string[]): void {
  const { table, surroundings, place } = building;
  const reference = surroundings.references.find((one) => one.column === column);
  const adopted = reference
    ? {
        call: referenceCall(reference, surroundings.isByName(reference.to.name)),
        type: referenceType(column, reference),
      }
    : adoptColumn(column, building.checks.get(column.name));
  if ("fault" in adopted) {
    leaveOut(building, column, adopted.fault);
    return;
  }
  const wanted = reference ? referenceName(column.name) : camelCaseOf(wordsOf(column.name), "field");
  const taken = reservedNames.includes(wanted) || usual.includes(wanted);
  const name = claim(taken ? `${wanted}Value` : wanted, building.names);
  const derived = reference ? isDerivedReference(name, column.name) : snakeCase(name) === column.name;
  const field = writtenField(column, adopted, {
    column: derived ? undefined : column.name,
    unique: !isView(table.entry) && isUniqueAlone(table, column.name),
    inKey: table.key.includes(column.name),
  });
  building.fields.set(name, field);
  building.byColumn.set(column.name, name);
  if (!derived) note(building, "renamed", `The field is called "${name}".`, `${place}.${column.name}`);
  if (!reference) return;
  building.found.set(name, reference);
  const usualName = derivedName(table.entry.name, column.name, "fkey");
  nameIt(building.databaseNames, usualName, reference.constraint.name);
}

function leaveOut(building: Building, column: ColumnEntry, fault: string): void {
  building.unmanaged.push(column.name);
  const needed = column.required && column.default === null && !column.generated && column.identity === "";
  if (needed) building.creatable = false;
  const consequence = needed ? " It must have a value, so records cannot be created." : "";
  note(building, "left out", `${sentence(fault)}.${consequence}`, `${building.place}.${column.name}`);
}

/** The indexes to declare; names of constraints and what stays unmanaged are noted. */
function addIndexes(building: Building, kept: KeptPlan): AdoptedIndexes["declared"] {
  const { table, byColumn, databaseNames } = building;
  const indexes = adoptIndexes(table.entry, { byColumn, kept, key: table.key });
  for (const { name, why } of indexes.unmanaged) {
    building.unmanaged.push(name);
    note(building, "kept by the database", `Index ${name}: ${why}.`);
  }
  Object.assign(databaseNames, indexes.names);
  const primary = table.entry.constraints.find(({ type }) => type === "p");
  if (primary) nameIt(databaseNames, derivedName(table.entry.name, "pkey"), primary.name);
  return indexes.declared;
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function nameIt(names: Record<string, string>, derived: string, actual: string): void {
  if (derived !== actual) names[derived] = actual;
}

/** A reference's column follows the key it refers to, unless it is of another size. */
function referenceType(column: ColumnEntry, { to, constraint }: FoundReference): string | undefined {
  const target = to.entry.columns.find(({ name }) => name === constraint.target?.columns[0]);
  return target && target.type !== column.type
    ? column.isDomain
      ? column.type
      : shortType(column.type)
    : undefined;
}

function isUniqueAlone({ entry, key }: NamedTable, column: string): boolean {
  if (key.length === 1 && key[0] === column) return false;
  return entry.indexes.some(
    ({ unique, primary, plain, valid, columns, descending }) =>
      unique &&
      !primary &&
      plain &&
      valid &&
      columns.length === 1 &&
      columns[0] === column &&
      descending[0] === false,
  );
}

/** What the checks over single columns mean for fields; the rest in words. */
function meanings({ entry }: NamedTable): {
  readonly byColumn: ReadonlyMap<string, CheckMeaning>;
  readonly findings: readonly string[];
} {
  const byColumn = new Map<string, CheckMeaning>();
  const findings: string[] = [];
  for (const { type, name, columns, expression } of entry.constraints) {
    if (type !== "c" || expression === null) continue;
    const [first = ""] = columns;
    const column = entry.columns.find((one) => one.name === first);
    const whole = /^(smallint|integer|bigint)$/.test(column?.base ?? "");
    const read = columns.length === 1 ? readCheck(expression, first, whole) : undefined;
    if (read) byColumn.set(first, { ...(byColumn.get(first) ?? noMeaning), ...read });
    else findings.push(`Check ${name}: ${expression}. What breaks it is refused by the database (422).`);
  }
  return { byColumn, findings };
}

/** Checks stay the database's own, as do foreign keys that are no references, and constraints of other kinds. */
const unmanagedConstraints = (
  { entry }: NamedTable,
  references: readonly FoundReference[],
): readonly string[] =>
  entry.constraints
    .filter(
      (constraint) =>
        constraint.type === "c" ||
        constraint.type === "x" ||
        (constraint.type === "f" && !references.some((reference) => reference.constraint === constraint)),
    )
    .map(({ name }) => name);

function noteBehaviour(building: Building, kept: KeptPlan): void {
  const { entry } = building.table;
  const remains = (what: string): void => note(building, "kept by the database", what);
  if (entry.triggers.length > 0)
    remains(
      `Triggers ${entry.triggers.join(", ")}: they run as before, and the baseline migration does not make them.`,
    );
  if (entry.rowSecurity)
    remains(
      "Row security: its policies apply to the user that Keelson connects as, beside the access rules.",
    );
  for (const { type, name, definition, valid } of entry.constraints) {
    if (type === "x") remains(`Constraint ${name}: ${definition}.`);
    if (!valid)
      note(
        building,
        "note",
        `Constraint ${name} was never validated: rows that were there before may break it.`,
      );
  }
  if (entry.kind !== "partitioned") return;
  remains(`Partitions by ${entry.partitionKey}: the baseline migration makes one for all rows.`);
  if (kept.names.includes("version")) return;
  building.creatable = false;
  note(
    building,
    "note",
    "PostgreSQL does not tell which transaction wrote a new row of a partitioned table, so records cannot be created without a version column.",
  );
}

function tableOptions({ ownSchema }: Catalogue, table: NamedTable): Readonly<Record<string, unknown>> {
  const { entry, plural } = table;
  const named = entry.schema !== ownSchema || entry.name.includes(".") || /^_[a-z]$/.test(entry.name);
  return {
    ...(plural === undefined ? {} : { plural }),
    ...(entry.comment ? { description: entry.comment } : {}),
    ...(isDerivedTable(table, ownSchema)
      ? {}
      : { table: named ? { schema: entry.schema, name: entry.name } : entry.name }),
  };
}

/** Lists may be filtered by what narrows them, and sorted by what an index has in order. */
function listOptions(
  { entry, key }: NamedTable,
  fields: ReadonlyMap<string, WrittenField>,
  references: ReadonlyMap<string, FoundReference>,
  byColumn: ReadonlyMap<string, string>,
  kept: readonly string[],
): Readonly<Record<string, unknown>> {
  const leading = new Set(
    entry.indexes.flatMap(({ columns: [first] }) => (first ? [byColumn.get(first)] : [])),
  );
  const isComparable = (name: string): boolean => fields.get(name)?.call.name !== "json";
  const narrow = [...fields].filter(
    ([name, { call }]) =>
      references.has(name) || leading.has(name) || call.name === "choice" || call.name === "boolean",
  );
  const filter = [
    ...narrow.map(([name]) => name).filter(isComparable),
    ...kept.filter((name) => name === "createdAt"),
  ];
  const sort = [
    ...[...fields.keys()].filter((name) => leading.has(name) && !references.has(name) && isComparable(name)),
    ...kept.filter((name) => name !== "version"),
  ];
  // Without an index on it, the time of creation would be sorted anew for every page.
  const indexed = entry.indexes.some(({ columns: [first] }) => first === kept[0]);
  const list = {
    ...(filter.length > 0 ? { filter } : {}),
    ...(sort.length > 0 ? { sort } : {}),
    ...(kept.includes("createdAt") && !indexed && key.length > 0 ? { defaultSort: "id" } : {}),
  };
  return Object.keys(list).length === 0 ? {} : { list };
}
