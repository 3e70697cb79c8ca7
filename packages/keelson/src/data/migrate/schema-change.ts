import type {
  CheckSnapshot,
  ColumnSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  TableSnapshot,
} from "./schema-snapshot.ts";

/**
 * One step from one schema to the next. Tables and columns go by the names they have after all renames;
 * `resource` and `field` are what the developer calls them.
 */
export type SchemaChange =
  | { readonly kind: "renameTable"; readonly from: string; readonly to: string; readonly resource: string }
  | (OfTable & {
      readonly kind: "renameColumn";
      readonly from: string;
      readonly to: string;
      readonly field: string;
    })
  | (OfTable & { readonly kind: "renameConstraint"; readonly from: string; readonly to: string })
  | (OfTable & { readonly kind: "renameIndex"; readonly from: string; readonly to: string })
  | (OfTable & {
      readonly kind: "dropForeignKey";
      readonly foreignKey: ForeignKeySnapshot;
      /** Its column or table is dropped as well. */
      readonly doomed: boolean;
    })
  | (OfTable & { readonly kind: "dropIndex"; readonly index: IndexSnapshot })
  | (OfTable & { readonly kind: "dropCheck"; readonly check: CheckSnapshot })
  | { readonly kind: "createTable"; readonly table: TableSnapshot }
  | (OfTable & { readonly kind: "addColumn"; readonly column: ColumnSnapshot })
  | (OfTable & {
      readonly kind: "changeType";
      readonly column: ColumnSnapshot;
      readonly from: string;
      readonly effect: TypeEffect;
    })
  | (OfTable & {
      readonly kind: "changeDefault";
      readonly column: ColumnSnapshot;
      readonly from: string | undefined;
    })
  | (OfTable & { readonly kind: "allowNull"; readonly column: ColumnSnapshot })
  | (OfTable & { readonly kind: "requireValue"; readonly column: ColumnSnapshot })
  | (OfTable & { readonly kind: "addCheck"; readonly check: CheckSnapshot })
  | (OfTable & {
      readonly kind: "replaceCheck";
      readonly from: CheckSnapshot;
      readonly check: CheckSnapshot;
      readonly effect: CheckEffect;
    })
  | (OfTable & { readonly kind: "createIndex"; readonly index: IndexSnapshot })
  | (OfTable & { readonly kind: "replaceIndex"; readonly index: IndexSnapshot })
  | (OfTable & { readonly kind: "addForeignKey"; readonly foreignKey: ForeignKeySnapshot })
  | (OfTable & { readonly kind: "replaceForeignKey"; readonly foreignKey: ForeignKeySnapshot })
  | (OfTable & { readonly kind: "dropColumn"; readonly column: ColumnSnapshot })
  | { readonly kind: "dropTable"; readonly table: TableSnapshot };

interface OfTable {
  readonly table: string;
  readonly resource: string;
}

/**
 * What a change of type does to the rows: `free` touches only the catalogue, `lossless` rewrites the table,
 * `lossy` rewrites it and may lose or refuse values.
 */
export type TypeEffect = "free" | "lossless" | "lossy";

/** What a changed check does to the rows: everything passes still, or something may not. */
export type CheckEffect = "wider" | "narrower" | "other";

/** True for changes after which something that was stored is gone. */
export const isDestructive = (change: SchemaChange): boolean =>
  change.kind === "dropTable" ||
  change.kind === "dropColumn" ||
  (change.kind === "changeType" && change.effect === "lossy");

/** Tells whether a column comes with these changes: no row has a value in it yet. */
export function newColumns(changes: readonly SchemaChange[]): (table: string, column: string) => boolean {
  const key = (table: string, column: string): string => JSON.stringify([table, column]);
  const added = new Set(
    changes.flatMap((change) => (change.kind === "addColumn" ? [key(change.table, change.column.name)] : [])),
  );
  return (table, column) => added.has(key(table, column));
}
