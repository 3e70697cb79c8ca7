import { shortType } from "./adopt-column.ts";
import type { ColumnEntry, TableEntry } from "./catalogue.ts";

/** Columns that Keelson goes on keeping. */
export interface KeptPlan {
  /** Of `createdAt`, `updatedAt`, `version`, those that there are. */
  readonly names: readonly string[];
  readonly columns: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, unknown>>;
}

const created = ["createdat", "createdon", "insertedat", "datecreated"];
const updated = ["updatedat", "updatedon", "modifiedat", "modifiedon", "dateupdated", "datemodified"];
const versions = ["version", "lockversion", "rowversion"];

/** Finds the columns that say when a row was made and changed, and how often. */
export function findKept({ columns }: TableEntry, view: boolean): KeptPlan {
  if (view) return { names: [], columns: {}, options: {} };
  const find = (names: readonly string[], fits: (column: ColumnEntry) => boolean): ColumnEntry | undefined =>
    columns.find((column) => names.includes(column.name.toLowerCase().replaceAll("_", "")) && fits(column));
  const createdAt = find(created, isMoment);
  const updatedAt = find(updated, isMoment);
  const version = find(versions, isCounter);
  const found = { createdAt, updatedAt, version };
  const timestamps = {
    ...stampOption("createdAt", "created_at", createdAt),
    ...stampOption("updatedAt", "updated_at", updatedAt),
  };
  return {
    names: Object.entries(found).flatMap(([name, column]) => (column ? [name] : [])),
    columns: Object.fromEntries(
      Object.entries(found).flatMap(([name, column]) => (column ? [[name, column.name]] : [])),
    ),
    options: {
      ...(createdAt || updatedAt
        ? Object.keys(timestamps).length === 0
          ? {}
          : { timestamps }
        : { timestamps: false }),
      ...(version?.name === "version" ? {} : { version: version?.name ?? false }),
    },
  };
}

export const isKept = ({ columns }: KeptPlan, column: string): boolean =>
  Object.values(columns).includes(column);

const isMoment = ({ type, generated }: ColumnEntry): boolean => /^timestamp/.test(type) && !generated;

const isCounter = ({ type, required, default: sql }: ColumnEntry): boolean =>
  type === "integer" && required && sql === "1";

function stampOption(
  name: string,
  usual: string,
  column: ColumnEntry | undefined,
): Readonly<Record<string, unknown>> {
  if (!column) return { [name]: false };
  const type = shortType(column.type);
  const unusual = {
    ...(type === "timestamptz" ? {} : { type }),
    ...(column.required ? {} : { optional: true }),
    ...(column.default === "now()" && type === "timestamptz"
      ? {}
      : { databaseDefault: column.default === null ? false : "own" }),
  };
  if (Object.keys(unusual).length > 0) return { [name]: { column: column.name, ...unusual } };
  return column.name === usual ? {} : { [name]: column.name };
}
