import { snakeCase } from "../../model/names.ts";
import type { SchemaChange } from "./schema-change.ts";

/** A name for a migration whose author gave none: what it does, as far as a few words can say. */
export function nameChanges(changes: readonly SchemaChange[], initial: boolean): string {
  if (initial) return "initial";
  const told = changes.flatMap((change) => tell(change) ?? []);
  const phrases = [...new Set(told.map(({ phrase }) => phrase))];
  if (phrases.length === 1 && phrases[0]) return phrases[0];
  const tables = new Set(told.map(({ table }) => table));
  return tables.size === 1 ? `change_${[...tables][0]}` : "change_schema";
}

/** Constraints and indexes follow from fields, and are only named when they come alone. */
function tell(change: SchemaChange): { readonly table: string; readonly phrase: string } | undefined {
  switch (change.kind) {
    case "createTable":
    case "dropTable": {
      const table = change.table.name;
      return { table, phrase: `${change.kind === "createTable" ? "create" : "drop"}_${table}` };
    }
    case "renameTable":
      return { table: change.to, phrase: `rename_${change.from}_to_${change.to}` };
    case "addColumn":
      return { table: change.table, phrase: `add_${snakeCase(change.column.field)}_to_${change.table}` };
    case "dropColumn":
      return { table: change.table, phrase: `drop_${snakeCase(change.column.field)}_from_${change.table}` };
    case "renameColumn":
      return { table: change.table, phrase: `rename_${snakeCase(change.field)}_of_${change.table}` };
    case "changeType":
    case "changeDefault":
    case "allowNull":
    case "requireValue":
      return { table: change.table, phrase: `change_${snakeCase(change.column.field)}_of_${change.table}` };
    case "createIndex":
      return { table: change.table, phrase: `index_${change.table}` };
    default:
      return undefined;
  }
}
