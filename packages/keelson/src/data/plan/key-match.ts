import { sql } from "kysely";
import type { ResourceModel } from "../../model/app-model.ts";
import { parseId } from "../../model/key-text.ts";
import type { ValueSink } from "./compile-filter.ts";
import { allOf, columnOf, type Sql } from "./sql.ts";

/** The values that find a record by its id: one for each column of its key. Ids were checked where they came in. */
export function idValues({ key, name }: ResourceModel, id: string): readonly string[] {
  const values = key.by === "keelson" ? [id] : parseId(key, id);
  if (!values) throw new Error(`an id that names no "${name}" came to the planner`);
  return values;
}

/** The record that the next values of the call identify. */
export const hasId = (alias: string, { key }: ResourceModel, sink: ValueSink): Sql =>
  allOf(key.parts.map(({ column }) => sql`${columnOf(alias, column)} = ${sink.add(undefined)}`));

/** Two rows are the same record. */
export const sameRecord = (left: string, right: string, { key }: ResourceModel): Sql =>
  allOf(key.parts.map(({ column }) => sql`${columnOf(left, column)} = ${columnOf(right, column)}`));
