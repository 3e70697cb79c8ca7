import { sql } from "kysely";
import type { FieldKind, FieldSpec } from "../../declare/field-spec.ts";
import type { ColumnStyle } from "./layout.ts";
import { commaList, literalText, type Sql } from "./sql.ts";

/** A part of a JSON text: fixed, or an expression whose printed value is put in as it is. */
export type JsonPiece = string | Sql;

/** PostgreSQL takes at most 100 arguments in a call. */
const maxArguments = 90;

/** Concatenates pieces; fixed neighbours become one. A piece that is NULL counts as empty. */
export function jsonText(pieces: readonly JsonPiece[]): Sql<string> {
  const merged: JsonPiece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (typeof piece === "string" && typeof last === "string") merged[merged.length - 1] = last + piece;
    else merged.push(piece);
  }
  const parts = merged.map((piece) => (typeof piece === "string" ? literalText(piece) : piece));
  return concat(parts);
}

function concat(parts: readonly Sql[]): Sql<string> {
  if (parts.length <= maxArguments) return sql`concat(${commaList(parts)})`;
  const groups: Sql[] = [];
  for (let start = 0; start < parts.length; start += maxArguments) {
    groups.push(concat(parts.slice(start, start + maxArguments)));
  }
  return concat(groups);
}

/** How a kind of value is written, from the text that PostgreSQL prints for its column. */
const styles: Readonly<Record<Exclude<FieldKind, "money" | "many" | "manyToMany">, ColumnStyle>> = {
  uuid: "quoted",
  reference: "quoted",
  date: "quoted",
  timestamp: "timestamp",
  // 64-bit and decimal numbers are strings, since JSON readers lose their digits.
  bigint: "quoted",
  decimal: "quoted",
  integer: "bare",
  json: "bare",
  list: "bare",
  object: "bare",
  boolean: "boolean",
  number: "number",
  text: "escaped",
  choice: "escaped",
  email: "escaped",
  url: "escaped",
};

/** How Node writes the values of a field. */
export function styleOf({
  kind,
  key,
  columnType,
}: Pick<FieldSpec, "kind" | "key" | "columnType">): ColumnStyle {
  if (kind === "money") throw new Error("money has two values");
  if (kind === "timestamp" && columnType?.startsWith("timestamp") && !isZoned(columnType))
    return "localTimestamp";
  if (kind === "reference" && key) return styleOf(key);
  if (kind === "many" || kind === "manyToMany") throw new Error("a list of records has no value of its own");
  return styles[kind];
}

const isZoned = (type: string): boolean => /^timestamptz|with time zone/.test(type);

/** A column's value as JSON that PostgreSQL writes: the same bytes as Node writes for its style. */
export function printValue(
  spec: Pick<FieldSpec, "kind" | "key" | "columnType">,
  column: Sql,
  nullable: boolean,
): readonly JsonPiece[] {
  const style = styleOf(spec);
  switch (style) {
    case "quoted":
    case "localTimestamp":
    case "timestamp": {
      // The cheapest expression that ends in `Z`; the session's DateStyle is ISO.
      const value =
        style === "timestamp"
          ? sql`replace((${column} at time zone 'UTC')::text, ' ', 'T')`
          : style === "localTimestamp"
            ? sql`replace(${column}::text, ' ', 'T')`
            : column;
      const end = style === "quoted" ? '"' : 'Z"';
      return nullable ? [sql`coalesce('"' || ${value} || ${literalText(end)}, 'null')`] : ['"', value, end];
    }
    case "bare":
      return [nullable ? sql`coalesce(${column}::text, 'null')` : column];
    default:
      return [nullable ? sql`coalesce(to_json(${column})::text, 'null')` : sql`to_json(${column})`];
  }
}
