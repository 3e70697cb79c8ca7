import { typeEffect } from "./change-effect.ts";
import type { SchemaChange } from "./schema-change.ts";
import type { ColumnSnapshot, TableSnapshot } from "./schema-snapshot.ts";

/** How the columns of a table change; those with the same name are the same column. */
export function diffColumns(before: TableSnapshot, after: TableSnapshot): readonly SchemaChange[] {
  const at = { table: after.name, resource: after.resource };
  const earlier = new Map(before.columns.map((column) => [column.name, column]));
  const kept = new Set(after.columns.map(({ name }) => name));
  return [
    ...after.columns.flatMap((column): readonly SchemaChange[] => {
      const old = earlier.get(column.name);
      return old ? diffColumn(old, column, at) : [{ kind: "addColumn", ...at, column }];
    }),
    ...before.columns
      .filter(({ name }) => !kept.has(name))
      .map((column): SchemaChange => ({ kind: "dropColumn", ...at, column })),
  ];
}

function diffColumn(
  old: ColumnSnapshot,
  column: ColumnSnapshot,
  at: { readonly table: string; readonly resource: string },
): readonly SchemaChange[] {
  const changes: SchemaChange[] = [];
  if (old.type !== column.type) {
    const effect = typeEffect(old.type, column.type);
    changes.push({ kind: "changeType", ...at, column, from: old.type, effect });
  }
  const own = old.made !== undefined && column.made !== undefined;
  if (!own && old.default !== column.default) {
    changes.push({ kind: "changeDefault", ...at, column, from: old.default });
  }
  if (old.nullable !== column.nullable) {
    changes.push({ kind: column.nullable ? "allowNull" : "requireValue", ...at, column });
  }
  return changes;
}
