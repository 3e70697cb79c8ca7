import type { SchemaSnapshot } from "./schema-snapshot.ts";
import type { CheckContext } from "./schema-state.ts";

/** What the checker may take for granted about a database that is at this snapshot. */
export function checkContextOf(snapshot: SchemaSnapshot): CheckContext {
  const path = (table: string, column: string): string => `${table}.${column}`;
  return {
    existingTables: new Set(snapshot.tables.map(({ name }) => name)),
    columnTypes: new Map(
      snapshot.tables.flatMap((table) =>
        table.columns.map(({ name, type }) => [path(table.name, name), type] as const),
      ),
    ),
    provenNotNull: new Set(
      snapshot.tables.flatMap((table) =>
        table.columns.flatMap(({ name, nullable }) => (nullable ? [] : [path(table.name, name)])),
      ),
    ),
  };
}
