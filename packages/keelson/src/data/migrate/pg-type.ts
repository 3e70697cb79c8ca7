import type { Node, TypeName } from "libpg-query";
import type { SqlParser } from "./parse-sql.ts";
import { strings } from "./sql-name.ts";

/** A column type in PostgreSQL's inner words: `int4`, `varchar` with modifiers [20], `app.mood`. */
export interface PgType {
  readonly name: string;
  /** Length, or precision and scale; words for types of extensions; empty where the type is written without. */
  readonly modifiers: readonly (number | string)[];
  readonly array: boolean;
}

const spoken: Readonly<Record<string, string>> = {
  int2: "smallint",
  int4: "integer",
  int8: "bigint",
  float4: "real",
  float8: "double precision",
  bool: "boolean",
  bpchar: "char",
};

/** The type that a tree writes. */
export function pgType(type: TypeName): PgType {
  const names = strings(type.names);
  return {
    name: (names[0] === "pg_catalog" ? names.slice(1) : names).join("."),
    modifiers: (type.typmods ?? []).map(modifierOf),
    array: (type.arrayBounds ?? []).length > 0,
  };
}

/** The type that a text such as `character varying(20)` means; undefined when it is not a type. */
export function parsePgType(text: string, parser: SqlParser): PgType | undefined {
  const parsed = parser.parse(`SELECT NULL::${text}`);
  const node = parsed.ok ? parsed.statements[0]?.node : undefined;
  const target = node !== undefined && "SelectStmt" in node ? node.SelectStmt.targetList?.[0] : undefined;
  const value = target !== undefined && "ResTarget" in target ? target.ResTarget.val : undefined;
  if (value === undefined || !("TypeCast" in value)) return undefined;
  return value.TypeCast.typeName === undefined ? undefined : pgType(value.TypeCast.typeName);
}

/** A type as people write it. */
export function printPgType({ name, modifiers, array }: PgType): string {
  const length = modifiers.length > 0 ? `(${modifiers.join(", ")})` : "";
  return `${spoken[name] ?? name}${length}${array ? "[]" : ""}`;
}

/** `geometry(point, 4326)` has a word for its first modifier, which the grammar takes for a column. */
function modifierOf(node: Node): number | string {
  if ("ColumnRef" in node) return strings(node.ColumnRef.fields).join(".");
  if (!("A_Const" in node)) return "…";
  const { ival, sval } = node.A_Const;
  // A zero is left out of the answer.
  return ival === undefined ? (sval?.sval ?? "…") : (ival.ival ?? 0);
}
