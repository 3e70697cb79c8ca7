import { sql } from "kysely";
import type { KeyPart } from "../../model/app-model.ts";
import { isTextual, keySeparator } from "../../model/key-text.ts";
import { columnOf, literalText, type Sql } from "./sql.ts";

/** An id that has no column of its own, in the form in which the API shows it. */
export function idExpression(alias: string, parts: readonly KeyPart[]): Sql {
  const [only] = parts;
  if (parts.length === 1 && only) return columnOf(alias, only.column);
  const pieces = parts.map(({ column, spec }) => {
    const value = sql`${columnOf(alias, column)}::text`;
    return isTextual(spec)
      ? sql`replace(replace(${value}, '!', '!0'), ${literalText(keySeparator)}, '!1')`
      : value;
  });
  return sql`(${sql.join(pieces, sql` || ${literalText(keySeparator)} || `)})`;
}
