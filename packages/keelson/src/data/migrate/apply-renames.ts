import { quoteIdentifier } from "../../model/quote-identifier.ts";
import type { Renames } from "./find-renames.ts";
import type { SchemaSnapshot, TableSnapshot } from "./schema-snapshot.ts";

/** The schema as it is once tables and columns have their new names; constraints keep their old ones. */
export function applyRenames(snapshot: SchemaSnapshot, renames: Renames): SchemaSnapshot {
  const table = (name: string): string => renames.tables.get(name) ?? name;
  return {
    ...snapshot,
    tables: snapshot.tables.map((before) => renameIn(before, table, renames.columns.get(before.name))),
  };
}

function renameIn(
  before: TableSnapshot,
  table: (name: string) => string,
  columns: ReadonlyMap<string, string> = new Map(),
): TableSnapshot {
  const column = (name: string): string => columns.get(name) ?? name;
  const inSql = (sql: string): string => renameInSql(sql, columns);
  return {
    ...before,
    name: table(before.name),
    columns: before.columns.map((item) => ({ ...item, name: column(item.name) })),
    primaryKey: { ...before.primaryKey, columns: before.primaryKey.columns.map(column) },
    checks: before.checks.map((check) => ({
      ...check,
      sql: inSql(check.sql),
      columns: check.columns.map(column),
    })),
    indexes: before.indexes.map((index) => ({
      ...index,
      columns: index.columns.map((key) => ({ ...key, column: column(key.column) })),
      ...(index.where === undefined ? {} : { where: inSql(index.where) }),
    })),
    foreignKeys: before.foreignKeys.map((key) => ({
      ...key,
      column: column(key.column),
      target: table(key.target),
    })),
  };
}

/**
 * PostgreSQL renames columns inside its stored expressions by itself; this keeps our text of them in step.
 * All at once, so that two columns can trade names; string literals are passed over.
 */
function renameInSql(sql: string, columns: ReadonlyMap<string, string>): string {
  if (columns.size === 0) return sql;
  const quoted = new Map([...columns].map(([from, to]) => [quoteIdentifier(from), quoteIdentifier(to)]));
  return sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, (token) => quoted.get(token) ?? token);
}
