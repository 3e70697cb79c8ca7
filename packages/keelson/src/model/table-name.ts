import type { TableName } from "../declare/resource.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

/**
 * A table as the model, snapshots and messages name it: its name, or `schema.name` where it is in another schema
 * than the connection's own. Names with a dot are only taken together with a schema, and schemas have none.
 */
export const tableText = (table: TableName): string =>
  typeof table === "string" ? table : `${table.schema}.${table.name}`;

/** The schema, if it is named, and the name. */
export function tableParts(text: string): { readonly schema: string | undefined; readonly name: string } {
  const dot = text.indexOf(".");
  return dot < 0
    ? { schema: undefined, name: text }
    : { schema: text.slice(0, dot), name: text.slice(dot + 1) };
}

/** The name alone; what names of constraints and indexes begin with. */
export const bareTable = (text: string): string => tableParts(text).name;

/** A table in SQL. */
export function quoteTable(text: string): string {
  const { schema, name } = tableParts(text);
  return schema === undefined ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
