import type { Deferrable, OnDelete, OnUpdate } from "../../declare/field-spec.ts";
import type { CheckModel, ColumnModel } from "../../model/app-model.ts";

/**
 * The database schema that a model asks for, as plain JSON. Committed beside the migrations, so that the next
 * migration is the difference between two snapshots and never depends on what some database looks like.
 */
export interface SchemaSnapshot {
  readonly format: typeof snapshotFormat;
  /** By name. */
  readonly tables: readonly TableSnapshot[];
}

/** Raised when the shape below changes; older shapes are then read, newer ones refused. */
export const snapshotFormat = 1;

export interface TableSnapshot {
  /** `schema.name` for a table in a schema of its own. */
  readonly name: string;
  /** The resource whose rows it holds; what a table is known by when its name changes. */
  readonly resource: string;
  /** For the join table of a many-to-many relation: the field, and the resource at its other end. */
  readonly relation?: { readonly field: string; readonly target: string };
  /** The earlier name of the resource, or of the relation's field. */
  readonly renamedFrom?: string;
  readonly columns: readonly ColumnSnapshot[];
  readonly primaryKey: { readonly name: string; readonly columns: readonly string[] };
  readonly checks: readonly CheckSnapshot[];
  readonly indexes: readonly IndexSnapshot[];
  readonly foreignKeys: readonly ForeignKeySnapshot[];
  /** Columns, indexes and constraints that are there and none of the model's business. */
  readonly unmanaged?: readonly string[];
}

export interface ColumnSnapshot {
  readonly name: string;
  /** PostgreSQL type, as declared columns print it: `bigint`, `numeric(12,2)`, `timestamptz`. */
  readonly type: string;
  readonly nullable: boolean;
  /** SQL expression. */
  readonly default?: string;
  /** Who fills it, where it is the database; its default is then the database's own. */
  readonly made?: NonNullable<ColumnModel["made"]>;
  /** The values of its type, where that is an enum. */
  readonly enumValues?: readonly string[];
  /** The field it stores; in join tables the end it refers to. */
  readonly field: string;
  /** Which part, where a field has two columns. */
  readonly part?: "amount" | "currency";
  /** The earlier name of the field. */
  readonly renamedFrom?: string;
}

export interface CheckSnapshot {
  readonly name: string;
  /** Without the word CHECK; columns are quoted. */
  readonly sql: string;
  readonly columns: readonly string[];
  readonly allows: CheckModel["allows"];
}

export interface IndexSnapshot {
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly { readonly column: string; readonly descending: boolean }[];
  /** Predicate of a partial index. */
  readonly where?: string;
}

export interface ForeignKeySnapshot {
  readonly name: string;
  readonly column: string;
  /** Table whose key it refers to. */
  readonly target: string;
  /** `id` where it is missing. */
  readonly targetColumn?: string;
  readonly onDelete: OnDelete;
  readonly onUpdate?: OnUpdate;
  readonly deferrable?: Deferrable;
}

/** Among what is unmanaged: all but the columns that the model names. */
export const everything = "*";

/** The schema before the first migration. */
export const emptySnapshot: SchemaSnapshot = { format: snapshotFormat, tables: [] };

/** The text of `snapshot.json`: one line per column, index and constraint, so that merges stay readable. */
export function printSnapshot(snapshot: SchemaSnapshot): string {
  const tables = snapshot.tables.map((table) => {
    const { columns, checks, indexes, foreignKeys, ...head } = table;
    const lists = { columns, checks, indexes, foreignKeys };
    const lines = [
      ...Object.entries(head).map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`),
      ...Object.entries(lists).map(([key, items]) => printList(key, items)),
    ];
    return `    {\n${lines.join(",\n")}\n    }`;
  });
  const body = tables.length === 0 ? "[]" : `[\n${tables.join(",\n")}\n  ]`;
  return `{\n  "format": ${snapshot.format},\n  "tables": ${body}\n}\n`;
}

function printList(key: string, items: readonly object[]): string {
  if (items.length === 0) return `      ${JSON.stringify(key)}: []`;
  const lines = items.map((item) => `        ${JSON.stringify(item)}`);
  return `      ${JSON.stringify(key)}: [\n${lines.join(",\n")}\n      ]`;
}
