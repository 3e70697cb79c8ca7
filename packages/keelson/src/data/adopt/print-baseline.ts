import { quoteIdentifier as q } from "../../model/quote-identifier.ts";
import type { Catalogue, ColumnEntry, TableEntry } from "./catalogue.ts";
import { isView } from "./find-tables.ts";

/**
 * The schema as statements that make it anew in an empty database: for tests and for whoever starts afresh. Functions,
 * triggers, policies and grants are not the tables' own and stay out.
 */
export function printBaseline(catalogue: Catalogue): readonly string[] {
  const { ownSchema, tables } = catalogue;
  const name = ({ schema, name: table }: { readonly schema: string; readonly name: string }): string =>
    schema === ownSchema ? q(table) : `${q(schema)}.${q(table)}`;
  const schemas = [...new Set([...tables, ...catalogue.types].map(({ schema }) => schema))].filter(
    (schema) => schema !== ownSchema,
  );
  const stored = tables.filter((table) => !isView(table) && table.kind !== "foreign");
  return [
    ...catalogue.extensions.map((extension) => `create extension if not exists ${q(extension)}`),
    ...schemas.map((schema) => `create schema if not exists ${q(schema)}`),
    ...catalogue.types.map(({ definition }) => definition),
    ...catalogue.sequences.map((sequence) => `create sequence ${name(sequence)} as ${sequence.type}`),
    ...stored.flatMap((table) => [createTable(table, name(table)), ...partitionOf(table, name)]),
    ...catalogue.sequences.flatMap((sequence) =>
      sequence.owner === null
        ? []
        : [
            `alter sequence ${name(sequence)} owned by ${name({ schema: sequence.owner.schema, name: sequence.owner.table })}.${q(sequence.owner.column)}`,
          ],
    ),
    ...stored.flatMap((table) =>
      table.indexes
        .filter(({ ofConstraint, valid }) => !ofConstraint && valid)
        .map(({ definition }) => definition.replace(/ ON ONLY /, " ON ")),
    ),
    ...stored.flatMap((table) =>
      table.constraints
        .filter(({ type }) => type === "f")
        .map((key) => `alter table ${name(table)} add constraint ${q(key.name)} ${key.definition}`),
    ),
    ...tables
      .filter(isView)
      .map(
        (view) =>
          `create ${view.kind === "view" ? "view" : "materialized view"} ${name(view)} as ${view.query?.trim().replace(/;$/, "") ?? ""}`,
      ),
    ...tables
      .filter(({ kind }) => kind === "materialized")
      .flatMap((view) => view.indexes.filter(({ valid }) => valid).map(({ definition }) => definition)),
  ];
}

function createTable(table: TableEntry, name: string): string {
  const parts = [
    ...table.columns.map(columnDefinition),
    ...table.constraints
      .filter(({ type }) => type !== "f")
      .map((constraint) => `constraint ${q(constraint.name)} ${constraint.definition}`),
  ];
  const partition = table.kind === "partitioned" ? ` partition by ${table.partitionKey}` : "";
  return `create table ${name} (\n  ${parts.join(",\n  ")}\n)${partition}`;
}

/** Rows need a place: one partition for all of them does for tests. */
const partitionOf = (
  table: TableEntry,
  name: (table: { schema: string; name: string }) => string,
): readonly string[] =>
  table.kind === "partitioned" && !table.partitionKey?.startsWith("HASH")
    ? [`create table ${name({ ...table, name: `${table.name}_rest` })} partition of ${name(table)} default`]
    : [];

function columnDefinition(column: ColumnEntry): string {
  const words = [q(column.name), column.type];
  if (column.generated) words.push(`generated always as (${column.default}) stored`);
  else if (column.identity !== "")
    words.push(`generated ${column.identity === "a" ? "always" : "by default"} as identity`);
  else if (column.default !== null) words.push(`default ${column.default}`);
  if (column.required && !column.isDomain) words.push("not null");
  return words.join(" ");
}
