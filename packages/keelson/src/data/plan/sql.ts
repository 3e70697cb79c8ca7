import { createHash } from "node:crypto";
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql,
} from "kysely";
import type { CallerCast } from "../../model/caller-text.ts";
import { quoteTable } from "../../model/table-name.ts";
import type { Statement } from "../transaction.ts";
import { type RowLayout, rowLayout } from "./layout.ts";

/** A piece of SQL with its parameters; composed with Kysely's `sql` tag, compiled once per plan. */
export type Sql<T = unknown> = RawBuilder<T>;

/**
 * What a parameter is filled with when the statement runs. Plans hold slots, never values, so that one plan
 * serves every call of the same shape.
 */
export type Slot =
  /** The n-th value that the call brings. */
  | { readonly slot: "value"; readonly index: number }
  /** The caller's id; null for callers without one or, for uuid columns, when it is not a UUID. */
  | { readonly slot: "callerId"; readonly as: CallerCast }
  | { readonly slot: "claim"; readonly claim: string; readonly as: CallerCast }
  | { readonly slot: "claimList"; readonly claim: string; readonly as: CallerCast };

/** A statement and what fills its parameters. */
export interface Plan {
  readonly statement: Statement;
  readonly slots: readonly Slot[];
  /** How its rows are written as JSON, where they are records. */
  readonly layout: RowLayout;
  /** Where a list's sort values are in its rows. */
  readonly keys: readonly number[];
  /** Every table that the statement names. */
  readonly tables: readonly string[];
  /** Whether the answer depends on the time of day. */
  readonly timed: boolean;
}

const noLayout = rowLayout([], 0);

// Only compiles: it has no connection.
const compiler = new Kysely<Record<string, never>>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** Compiles a composed statement into a plan; the name is derived from the text. */
export function compilePlan(query: Sql, shape: Partial<Pick<Plan, "layout" | "keys">> = {}): Plan {
  const compiled = query.compile(compiler);
  const tables = new Set<string>();
  collectTables(compiled.query, tables);
  const name = `k_${createHash("sha256").update(compiled.sql).digest("base64url").slice(0, 22)}`;
  return Object.freeze({
    statement: Object.freeze({ name, text: compiled.sql }),
    slots: Object.freeze(compiled.parameters as readonly Slot[]),
    layout: shape.layout ?? noLayout,
    keys: shape.keys ?? [],
    tables: Object.freeze([...tables]),
    timed: compiled.sql.includes("now()"),
  });
}

/** Tables by their text in SQL; as many as the models of this process have. */
const tablesByText = new Map<string, string>();

/** Walks whatever was composed, so that no way of joining fragments can hide a table. */
function collectTables(node: unknown, into: Set<string>): void {
  if (typeof node !== "object" || node === null) return;
  const { sqlFragments } = node as { readonly sqlFragments?: readonly string[] };
  const table = sqlFragments?.length === 1 ? tablesByText.get(sqlFragments[0] ?? "") : undefined;
  if (table !== undefined) into.add(table);
  else for (const part of Object.values(node)) collectTables(part, into);
}

/** The n-th value of the call as a parameter. */
export const valueSlot = (index: number): Sql => sql`${{ slot: "value", index } satisfies Slot}`;

/** A parameter filled from the caller. */
export const slot = (of: Slot): Sql => sql`${of}`;

/** A column of an aliased row. */
export const columnOf = (alias: string, column: string): Sql => sql`${sql.id(alias, column)}`;

/** A name that is a column of the only row it could mean, or that a column is given. */
export const named = (name: string): Sql => sql`${sql.id(name)}`;

/** A table of the model. Its only way into a statement, which is how a plan knows its tables. */
export function tableOf(table: string): Sql {
  const text = quoteTable(table);
  tablesByText.set(text, table);
  return sql.raw(text);
}

/** A declared text as a literal; never for input. */
export const literalText = (value: string): Sql => sql.lit(value);

/** Fragments separated by commas. */
export const commaList = (parts: readonly Sql[]): Sql => sql.join(parts, sql`, `);

/** All conditions hold; none means true. */
export const allOf = (parts: readonly (Sql | undefined)[]): Sql => joined(parts, sql` and `, sql`true`);

/** At least one condition holds; none means false. */
export const anyOf = (parts: readonly (Sql | undefined)[]): Sql => joined(parts, sql` or `, sql`false`);

function joined(parts: readonly (Sql | undefined)[], separator: Sql, none: Sql): Sql {
  const present = parts.filter((part) => part !== undefined);
  const [first] = present;
  if (!first) return none;
  return present.length === 1 ? first : sql`(${sql.join(present, separator)})`;
}
