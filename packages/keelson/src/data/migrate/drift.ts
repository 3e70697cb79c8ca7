import { type Diagnostic, DiagnosticError } from "../../base/diagnostic.ts";
import { quoteIdentifier } from "../../model/quote-identifier.ts";
import { tableParts } from "../../model/table-name.ts";
import type { Connection } from "./connect.ts";
import { diff } from "./diff-snapshots.ts";
import { printDirectly } from "./print-directly.ts";
import { readSchema, type SchemaObject } from "./read-schema.ts";
import { emptySnapshot, everything, type SchemaSnapshot } from "./schema-snapshot.ts";

/** One way in which the live database is not what it should be. */
export type Drift =
  | { readonly kind: "missing"; readonly expected: SchemaObject }
  | { readonly kind: "extra"; readonly actual: SchemaObject }
  | { readonly kind: "different"; readonly expected: SchemaObject; readonly actual: SchemaObject }
  /** It is there and does not work: a half-built index, a constraint that was never validated. */
  | { readonly kind: "invalid"; readonly actual: SchemaObject };

/** Compares two schemas. What belongs to a missing or extra table is not listed again. Pure. */
function drift(expected: readonly SchemaObject[], actual: readonly SchemaObject[]): readonly Drift[] {
  const wanted = new Map(expected.map((object) => [keyOf(object), object]));
  const found = new Map(actual.map((object) => [keyOf(object), object]));
  const shared = (object: SchemaObject, other: ReadonlyMap<string, SchemaObject>): boolean =>
    object.kind === "table" || other.has(keyOf({ ...object, kind: "table", name: object.table }));
  return [
    ...expected.flatMap((object): readonly Drift[] => {
      const live = found.get(keyOf(object));
      if (!live) return shared(object, found) ? [{ kind: "missing", expected: object }] : [];
      if (live.definition !== object.definition)
        return [{ kind: "different", expected: object, actual: live }];
      return live.valid ? [] : [{ kind: "invalid", actual: live }];
    }),
    ...actual.flatMap((object): readonly Drift[] =>
      !wanted.has(keyOf(object)) && shared(object, wanted) ? [{ kind: "extra", actual: object }] : [],
    ),
  ];
}

const keyOf = ({ table, kind, name }: SchemaObject): string => JSON.stringify([table, kind, name]);

/**
 * Compares the live database with a snapshot. The snapshot is built in a schema of its own and read back the
 * same way, so that PostgreSQL's spelling of expressions and types cancels out; nothing of it is committed.
 *
 * @throws DiagnosticError when the database user may not create a schema
 */
export async function findDrift(connection: Connection, snapshot: SchemaSnapshot): Promise<readonly Drift[]> {
  const { rows } = await connection.query<{ schema: string | null; scratch: string }>(
    "select current_schema() as schema, 'keelson_drift_' || pg_backend_pid() as scratch",
  );
  const { schema, scratch } = rows[0] ?? {};
  if (!schema || !scratch) return [];
  await connection.query("begin");
  try {
    const others = [...new Set(snapshot.tables.flatMap(({ name }) => tableParts(name).schema ?? []))];
    const standIns = new Map(others.map((other, position) => [other, `${scratch}_${position}`]));
    const actual = await readAll(connection, schema, new Map(others.map((other) => [other, other])));
    await connection.query(`create schema ${quoteIdentifier(scratch)}`).catch(explainRefusal);
    // Types that the tables need are still found in the schema itself.
    await connection.query(
      `set local search_path = ${[scratch, schema].map((name) => quoteIdentifier(name)).join(", ")}`,
    );
    const wanted = moveTables(snapshot, standIns);
    for (const statement of printDirectly(diff(emptySnapshot, wanted))) await connection.query(statement);
    const expected = await readAll(connection, scratch, standIns);
    return drift(managed(expected, snapshot), managed(actual, snapshot));
  } finally {
    await connection.query("rollback");
  }
}

/** The connection's own schema, and others under the names that they are known by. */
async function readAll(
  connection: Connection,
  own: string,
  others: ReadonlyMap<string, string>,
): Promise<readonly SchemaObject[]> {
  const found: SchemaObject[] = [...(await readSchema(connection, own))];
  for (const [shownAs, schema] of others) found.push(...(await readSchema(connection, schema, shownAs)));
  return found;
}

/** The same tables in other schemas. */
function moveTables(snapshot: SchemaSnapshot, schemas: ReadonlyMap<string, string>): SchemaSnapshot {
  const moved = (text: string): string => {
    const { schema, name } = tableParts(text);
    return schema === undefined ? text : `${schemas.get(schema) ?? schema}.${name}`;
  };
  return {
    ...snapshot,
    tables: snapshot.tables.map((table) => ({
      ...table,
      name: moved(table.name),
      foreignKeys: table.foreignKeys.map((key) => ({ ...key, target: moved(key.target) })),
    })),
  };
}

/** What is the model's business of a schema, and of that only what it says. */
function managed(objects: readonly SchemaObject[], { tables }: SchemaSnapshot): readonly SchemaObject[] {
  const known = new Map(tables.map((table) => [table.name, table]));
  return objects.flatMap((object): readonly SchemaObject[] => {
    const table = known.get(object.table);
    const { unmanaged = [] } = table ?? {};
    const column = object.kind === "column" && table?.columns.find(({ name }) => name === object.name);
    if (unmanaged.includes(everything)) return object.kind === "table" || column ? [plainly(object)] : [];
    if (object.kind !== "table" && unmanaged.includes(object.name)) return [];
    // The model leaves it to the database what a column that it fills is filled with.
    return [column && column.made !== undefined ? plainly(object) : object];
  });
}

const plainly = (object: SchemaObject): SchemaObject => ({
  ...object,
  definition: object.definition.replace(/ (default|generated) .*$/s, ""),
});

function explainRefusal(error: unknown): never {
  if ((error as { code?: unknown }).code !== "42501") throw error;
  throw new DiagnosticError([
    {
      code: "drift-privilege",
      severity: "error",
      where: "DATABASE_URL",
      what: "The drift report builds the expected schema for comparison, and this user may not create schemas.",
      instead: "Use the user that applies migrations, or `grant create on database … to …`.",
    },
  ]);
}

/** A table that no resource asks for may be somebody's own; everything else is a fault. */
export function describeDrift(found: Drift): Diagnostic {
  const object = found.kind === "missing" ? found.expected : found.actual;
  const what = { code: `drift-${found.kind}`, where: placeOf(object) };
  switch (found.kind) {
    case "missing":
      return {
        ...what,
        severity: "error",
        what: `It is not there${object.definition === "" ? "" : `: ${object.definition}`}.`,
        instead: "Apply pending migrations; where there are none, write one that creates it.",
      };
    case "extra":
      return {
        ...what,
        severity: object.kind === "table" ? "warning" : "error",
        what: `The model does not know it${object.definition === "" ? "" : `: ${object.definition}`}.`,
        instead: "Declare it, or drop it in a migration written by hand.",
      };
    case "different":
      return {
        ...what,
        severity: "error",
        what: `It is ${found.actual.definition}; the model says ${found.expected.definition}.`,
        instead: "Bring it into line in a migration written by hand.",
      };
    case "invalid":
      return {
        ...what,
        severity: "error",
        what:
          object.kind === "index"
            ? "Its concurrent build did not finish: PostgreSQL keeps it up to date and never uses it."
            : "It was never validated: rows that were there before may break it.",
        instead:
          object.kind === "index"
            ? `Run \`reindex index concurrently ${quoteIdentifier(object.name)}\`.`
            : `Run \`alter table ${quoteIdentifier(object.table)} validate constraint ${quoteIdentifier(object.name)}\`.`,
      };
    default:
      return found satisfies never;
  }
}

const placeOf = ({ kind, table, name }: SchemaObject): string =>
  kind === "table" ? `table "${table}"` : `table "${table}", ${kind} "${name}"`;
