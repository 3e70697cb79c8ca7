import type { FieldSpec } from "../declare/field-spec.ts";
import type { CheckModel, ColumnModel } from "./app-model.ts";
import { derivedName } from "./derived-name.ts";
import { snakeCase } from "./names.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import { bareTable } from "./table-name.ts";

/** What a check says, before its constraint has a name. */
type Check = Pick<CheckModel, "sql" | "allows">;

/** Longest text without a declared `max`; part of the contract, so that no field is unbounded. */
export const defaultTextMax = 10_000;

const columnTypes = {
  text: "text",
  integer: "integer",
  bigint: "bigint",
  number: "double precision",
  boolean: "boolean",
  choice: "text",
  date: "date",
  timestamp: "timestamptz",
  uuid: "uuid",
  email: "text",
  url: "text",
  json: "jsonb",
  list: "jsonb",
  object: "jsonb",
} as const;

/** What the columns of a field are called: none for inverse relations, two for money of any currency. */
export function columnNamesOf(field: string, spec: FieldSpec): readonly string[] {
  if (spec.columns !== undefined) return spec.columns;
  const name = snakeCase(field);
  switch (spec.kind) {
    case "many":
    case "manyToMany":
      return [];
    case "reference":
      return [`${name}_id`];
    case "money":
      return spec.currency === undefined ? [`${name}_amount`, `${name}_currency`] : [`${name}_amount`];
    default:
      return [name];
  }
}

/** The type of a field's column, for kinds that have one. */
export function columnTypeOf(spec: FieldSpec, keyType = "uuid"): string {
  if (spec.columnType !== undefined) return spec.columnType;
  if (spec.kind === "reference") return keyType;
  if (spec.kind === "decimal") return decimalType(spec);
  return columnTypes[spec.kind as keyof typeof columnTypes] ?? "text";
}

/**
 * The columns a field is stored in. A column whose type is declared has no checks: it is as the database has it.
 *
 * @param keyType - for references, the type of the key they refer to
 */
export function columnsOf(
  table: string,
  field: string,
  spec: FieldSpec,
  keyType = "uuid",
): readonly ColumnModel[] {
  const columns = derivedColumns(table, field, spec, keyType);
  const { columnType, filled } = spec;
  if (columnType === undefined && filled === undefined) return columns;
  return columns.map((column) => ({
    ...column,
    ...(columnType === undefined
      ? {}
      : {
          type: columnType,
          checks: [],
          default: spec.default === undefined ? undefined : defaultSql(columnType, spec.default),
        }),
    ...(filled === undefined ? {} : { made: filled === "always" ? "always" : "default" }),
  }));
}

function derivedColumns(
  table: string,
  field: string,
  spec: FieldSpec,
  keyType: string,
): readonly ColumnModel[] {
  const [name, currencyName] = columnNamesOf(field, spec);
  if (name === undefined) return [];
  switch (spec.kind) {
    case "many":
    case "manyToMany":
      return [];
    case "reference":
      return [column(table, name, keyType, spec, undefined)];
    case "money":
      return moneyColumns(table, name, currencyName, spec);
    case "decimal":
      return [column(table, name, decimalType(spec), spec, valueBounds(name, spec))];
    case "integer":
    case "bigint":
    case "number":
    case "date":
    case "timestamp":
      return [column(table, name, columnTypes[spec.kind], spec, valueBounds(name, spec))];
    case "text":
      return [column(table, name, "text", spec, lengthBounds(name, spec.min, spec.max ?? defaultTextMax))];
    case "email":
      return [column(table, name, "text", spec, lengthBounds(name, undefined, 254))];
    case "url":
      return [column(table, name, "text", spec, lengthBounds(name, undefined, 2048))];
    case "choice":
      return [column(table, name, "text", spec, choiceCheck(name, spec.choices ?? []))];
    default:
      return [column(table, name, columnTypes[spec.kind], spec, undefined)];
  }
}

function moneyColumns(
  table: string,
  amountName: string,
  currencyName: string | undefined,
  spec: FieldSpec,
): readonly ColumnModel[] {
  const given =
    spec.default?.kind === "value" ? (spec.default.value as { amount: number; currency: string }) : undefined;
  const withDefault = (part: unknown): FieldSpec => {
    const { default: _default, ...rest } = spec;
    return part === undefined ? rest : { ...rest, default: { kind: "value", value: part } };
  };
  const amount = column(
    table,
    amountName,
    "bigint",
    withDefault(given?.amount),
    amountCheck(amountName, spec),
  );
  if (currencyName === undefined) return [amount];
  const letters = { sql: `${quoteIdentifier(currencyName)} ~ '^[A-Z]{3}$'`, allows: {} };
  return [amount, column(table, currencyName, "text", withDefault(given?.currency), letters)];
}

/** Amounts are JSON numbers, so none may be beyond what those hold exactly. */
function amountCheck(name: string, spec: FieldSpec): Check {
  const safe = `${quoteIdentifier(name)} between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}`;
  const bounds = valueBounds(name, spec);
  return {
    sql: bounds === undefined ? safe : `${safe} and ${bounds.sql}`,
    allows: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, ...bounds?.allows },
  };
}

const choiceCheck = (name: string, choices: readonly string[]): Check => ({
  sql: `${quoteIdentifier(name)} in (${choices.map(sqlString).join(", ")})`,
  allows: { choices },
});

const decimalType = (spec: FieldSpec): string =>
  spec.precision === undefined ? "numeric" : `numeric(${spec.precision},${spec.scale ?? 0})`;

function valueBounds(name: string, spec: FieldSpec): Check | undefined {
  const { min, max } = spec;
  const quoted = quoteIdentifier(name);
  const parts = [
    ...(min === undefined ? [] : [`${quoted} >= ${boundLiteral(spec, min)}`]),
    ...(max === undefined ? [] : [`${quoted} <= ${boundLiteral(spec, max)}`]),
  ];
  return parts.length === 0 ? undefined : { sql: parts.join(" and "), allows: allowed(min, max) };
}

const boundLiteral = (spec: FieldSpec, bound: number | string): string =>
  spec.kind === "date" || spec.kind === "timestamp"
    ? `${sqlString(String(bound))}::${columnTypes[spec.kind]}`
    : String(bound);

function lengthBounds(name: string, min: number | string | undefined, max: number | string): Check {
  const length = `char_length(${quoteIdentifier(name)})`;
  const upper = `${length} <= ${max}`;
  return {
    sql: min === undefined ? upper : `${length} >= ${min} and ${upper}`,
    allows: allowed(min, max),
  };
}

const allowed = (min: number | string | undefined, max: number | string | undefined) => ({
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

function column(
  table: string,
  name: string,
  type: string,
  spec: FieldSpec,
  check: Check | undefined,
): ColumnModel {
  return {
    name,
    type,
    nullable: spec.optional,
    default: spec.default === undefined ? undefined : defaultSql(type, spec.default),
    checks: check === undefined ? [] : [{ name: derivedName(bareTable(table), name, "check"), ...check }],
  };
}

function defaultSql(type: string, given: NonNullable<FieldSpec["default"]>): string {
  if (given.kind === "database") return given.sql;
  const { value } = given;
  if (type === "jsonb") return `${sqlString(JSON.stringify(value))}::jsonb`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return type === "text" ? sqlString(String(value)) : `${sqlString(String(value))}::${type}`;
}

/** A text as an SQL literal. Only ever used with declared values, never with input. */
const sqlString = (value: string): string => `'${value.replaceAll("'", "''")}'`;
