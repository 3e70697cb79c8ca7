import { pluralOf, snakeCase } from "../../model/names.ts";
import type { Finding } from "./adoption.ts";
import type { Catalogue, ConstraintEntry, TableEntry } from "./catalogue.ts";
import { camelCaseOf, claim, singularOf, wordsOf } from "./readable-name.ts";

/** A table that becomes a resource, with its name. */
export interface NamedTable {
  readonly entry: TableEntry;
  readonly name: string;
  /** Declared where it does not follow from the name. */
  readonly plural: string | undefined;
  /** The columns that identify a row. */
  readonly key: readonly string[];
}

/** A table that only links two others. */
export interface JoinEntry {
  readonly entry: TableEntry;
  readonly own: ConstraintEntry;
  readonly target: ConstraintEntry;
}

export interface SortedTables {
  readonly tables: readonly NamedTable[];
  readonly joins: readonly JoinEntry[];
  readonly findings: readonly Finding[];
}

/** `sales.orders`; without the schema for those of the connection's own. */
export const placeOf = (
  { ownSchema }: Pick<Catalogue, "ownSchema">,
  table: { readonly schema: string; readonly name: string },
): string => (table.schema === ownSchema ? table.name : `${table.schema}.${table.name}`);

/** Tables of tools that keep their own books. */
const bookkeeping = new Set([
  "schema_migrations",
  "ar_internal_metadata",
  "django_migrations",
  "_prisma_migrations",
  "knex_migrations",
  "knex_migrations_lock",
  "flyway_schema_history",
  "databasechangelog",
  "databasechangeloglock",
  "alembic_version",
  "goose_db_version",
  "__drizzle_migrations",
]);

/** Decides what each table becomes. */
export function findTables(catalogue: Catalogue): SortedTables {
  const findings: Finding[] = [];
  const leaveOut = (entry: TableEntry, what: string): void => {
    findings.push({ kind: "left out", where: placeOf(catalogue, entry), what });
  };
  const keyed = new Map<TableEntry, readonly string[]>();
  for (const entry of catalogue.tables) {
    const key = keyOf(entry);
    if (bookkeeping.has(entry.name))
      leaveOut(entry, "The table is another tool's own record of its migrations.");
    else if (entry.kind === "foreign")
      leaveOut(entry, "The rows of a foreign table are in another database.");
    else if (key) keyed.set(entry, key);
    else if (isView(entry))
      leaveOut(
        entry,
        "The view has no column that looks like a key: declare it by hand, and name what identifies a row.",
      );
    else
      leaveOut(entry, "The table has neither a primary key nor a unique index that could stand in for one.");
  }
  const joins = [...keyed.keys()].flatMap((entry) => asJoin(entry, keyed) ?? []);
  const joined = new Set(joins.map(({ entry }) => entry));
  const names = new Set<string>();
  const plurals = new Set<string>();
  const tables = [...keyed]
    .filter(([entry]) => !joined.has(entry))
    .map(([entry, key]) => named(entry, key, names, plurals));
  return { tables, joins, findings };
}

export const isView = ({ kind }: TableEntry): boolean => kind === "view" || kind === "materialized";

/** The primary key; for views a column that is called like one. */
function keyOf(entry: TableEntry): readonly string[] | undefined {
  const primary = entry.constraints.find(({ type }) => type === "p");
  if (primary) return primary.columns;
  if (!isView(entry)) return undefined;
  const singular = singularOf(wordsOf(entry.name).at(-1) ?? "");
  const candidates = ["id", "uuid", `${singular}_id`, `${singular}id`];
  const found = candidates.flatMap((wanted) =>
    entry.columns.filter(({ name }) => name.toLowerCase() === wanted),
  );
  return found[0] && [found[0].name];
}

/** A table of two references, which together are its key, and of nothing else. */
function asJoin(entry: TableEntry, keyed: ReadonlyMap<TableEntry, readonly string[]>): JoinEntry | undefined {
  const primary = entry.constraints.find(({ type }) => type === "p");
  const keys = entry.constraints.filter(({ type }) => type === "f");
  if (
    entry.kind !== "table" ||
    entry.columns.length !== 2 ||
    primary?.columns.length !== 2 ||
    keys.length !== 2
  )
    return undefined;
  const single = ({ columns, target }: ConstraintEntry): boolean => {
    const table = [...keyed].find(([other]) => other.schema === target?.schema && other.name === target.name);
    return columns.length === 1 && table?.[1].length === 1 && table[1][0] === target?.columns[0];
  };
  const [own, target] = entry.columns.map((column) => keys.find(({ columns }) => columns[0] === column.name));
  // Links between rows of one table would be a resource that refers to itself twice.
  const same = own?.target?.schema === target?.target?.schema && own?.target?.name === target?.target?.name;
  return own && target && !same && single(own) && single(target) ? { entry, own, target } : undefined;
}

function named(
  entry: TableEntry,
  key: readonly string[],
  names: Set<string>,
  plurals: Set<string>,
): NamedTable {
  const words = wordsOf(entry.name);
  const last = words.at(-1) ?? "";
  const singular = [...words.slice(0, -1), singularOf(last)];
  const wanted = camelCaseOf(singular, "table");
  const name = claim(isReserved(wanted) ? `${wanted}Record` : wanted, names);
  const asWritten = camelCaseOf(words, "tables");
  const derived = pluralOf(name);
  const isPlural = singularOf(last) !== last && !isReserved(asWritten);
  const free = claim(isPlural && derived !== asWritten && name === wanted ? asWritten : derived, plurals);
  return { entry, name, plural: free === derived ? undefined : free, key };
}

/** Names that would be no names of a constant in TypeScript, or hide what the file imports. */
const isReserved = (name: string): boolean => reserved.has(name);

const reserved = new Set(
  `break case catch class const continue debugger default delete do else enum export extends false finally for
   function if implements import in instanceof interface let new null package private protected public return
   static super switch this throw true try typeof var void while with yield await async eval arguments undefined
   constructor then prototype resource backend text integer bigint decimal number boolean choice money date
   timestamp uuid email url json list object reference many`
    .split(/\s+/)
    .concat([
      "toString",
      "valueOf",
      "hasOwnProperty",
      "manyToMany",
      "selfReference",
      "referenceByName",
      "caller",
    ]),
);

/** Whether the table's name follows from the resource's. */
export const isDerivedTable = ({ entry, name, plural }: NamedTable, ownSchema: string): boolean =>
  entry.schema === ownSchema && snakeCase(plural ?? pluralOf(name)) === entry.name;
