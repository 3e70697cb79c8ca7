import { sql } from "kysely";
import type { ResourceModel } from "../../model/app-model.ts";
import { columnOf, type Sql } from "./sql.ts";

/**
 * What tells two versions of a row apart: its counter, or else the number of the transaction that last wrote it,
 * which PostgreSQL keeps with every row. Rows of views have none.
 */
export function versionOf(alias: string, { kept, view }: ResourceModel): Sql {
  if (kept.version !== undefined) return columnOf(alias, kept.version);
  return view ? sql`null` : sql`${columnOf(alias, "xmin")}::text::bigint`;
}

/** What a CTE must hand on beside the row's columns so that {@link carriedVersion} finds it. */
export const carryVersion = ({ kept }: ResourceModel, alias?: string): Sql =>
  kept.version === undefined
    ? sql`, ${alias === undefined ? sql`xmin` : columnOf(alias, "xmin")} as "_xmin"`
    : sql``;

/** The version of a row that came out of a CTE. */
export const carriedVersion = (alias: string, { kept }: ResourceModel): Sql =>
  kept.version === undefined ? sql`${columnOf(alias, "_xmin")}::text::bigint` : columnOf(alias, kept.version);
