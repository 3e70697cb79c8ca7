import type { ColumnEntry } from "./catalogue.ts";
import { type CheckMeaning, noMeaning } from "./read-check.ts";
import { type Call, callOf, type WrittenField } from "./written-call.ts";

const textTypes = /^(text|citext|name|character varying|character|bpchar)(?:\((\d+)\))?$/;
/** Types whose values have one text that PostgreSQL prints and reads. */
const textLike = /^(time|interval|inet|cidr|macaddr|macaddr8)\b/;
const shortNames: readonly (readonly [RegExp, string])[] = [
  [/^character varying/, "varchar"],
  [/^character/, "char"],
  [/^timestamp(\(\d\))? without time zone$/, "timestamp$1"],
  [/^timestamp(\(\d\))? with time zone$/, "timestamptz$1"],
  [/^time(\(\d\))? without time zone$/, "time$1"],
  [/^time(\(\d\))? with time zone$/, "timetz$1"],
];

/** A type as people write it. */
export const shortType = (type: string): string =>
  shortNames.reduce((text, [long, short]) => text.replace(long, short), type);

/** A column as a field, or why it cannot be one. */
export type AdoptedColumn =
  | { readonly call: Call; readonly type: string | undefined }
  | { readonly fault: string };

/** The kind of field that a column's type is; `type` where the column's is not the kind's own. */
export function adoptColumn(column: ColumnEntry, check: CheckMeaning = noMeaning): AdoptedColumn {
  if (column.isArray) return { fault: `its type is ${column.type}, a list of PostgreSQL's own` };
  const type = column.isDomain ? column.type : shortType(column.type);
  if (column.baseKind === "enum") {
    const words = column.enumValues ?? [];
    if (words.length === 0 || words.includes(""))
      return { fault: `its type ${column.type} has no usable words` };
    return { call: callOf("choice", ...words), type };
  }
  if (column.baseKind !== "base") return { fault: `its type is ${column.type}, which has no form in JSON` };
  const found = baseKind(shortType(column.base), column.base, check);
  if (!found) return { fault: `its type is ${column.type}, which has no form in JSON` };
  return { call: found.call, type: column.isDomain || found.mapped ? type : undefined };
}

interface Found {
  readonly call: Call;
  /** Whether the type must be named, since the kind alone would be another or bring a check along. */
  readonly mapped: boolean;
}

function baseKind(type: string, long: string, check: CheckMeaning): Found | undefined {
  const bounds = boundsOf(check);
  const numbers = Object.keys(bounds).length === 0 ? [] : [bounds];
  const texts = Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, String(value)]));
  const plain = (call: Call, mapped = numbers.length > 0): Found => ({ call, mapped });
  switch (type) {
    case "smallint":
      return plain(callOf("integer", ...numbers), true);
    case "integer":
      return plain(callOf("integer", ...numbers));
    case "bigint":
      return plain(callOf("bigint", ...(numbers.length === 0 ? [] : [texts])));
    case "real":
      return plain(callOf("number", ...numbers), true);
    case "double precision":
      return plain(callOf("number", ...numbers));
    case "boolean":
    case "date":
    case "uuid":
      return plain(callOf(type), false);
    case "json":
      return plain(callOf("json", {}), true);
    case "jsonb":
      return plain(callOf("json", {}), false);
    case "timestamptz":
      return plain(callOf("timestamp"), false);
    default:
      return sizedKind(type, long, check, texts);
  }
}

function sizedKind(
  type: string,
  long: string,
  check: CheckMeaning,
  bounds: Readonly<Record<string, string>>,
): Found | undefined {
  if (/^timestamp/.test(type)) return { call: callOf("timestamp"), mapped: true };
  const digits = /^numeric(?:\((\d+),(-?\d+)\))?$/.exec(type);
  if (digits) return decimalKind(digits, bounds);
  if (textLike.test(type)) return { call: callOf("text", { max: 100 }), mapped: true };
  const text = textTypes.exec(long);
  if (!text) return undefined;
  if (check.choices) return { call: callOf("choice", ...check.choices), mapped: true };
  return { call: textCall(Number(text[2] ?? 0), check), mapped: true };
}

function decimalKind(digits: RegExpExecArray, bounds: Readonly<Record<string, string>>): Found | undefined {
  const [, precision, scale] = digits;
  if (Number(scale ?? 0) < 0 || Number(scale ?? 0) > Number(precision ?? 0)) return undefined;
  const size = precision === undefined ? {} : { precision: Number(precision), scale: Number(scale) };
  const options = { ...size, ...bounds };
  return {
    call: callOf("decimal", ...(Object.keys(options).length === 0 ? [] : [options])),
    mapped: Object.keys(bounds).length > 0,
  };
}

function textCall(size: number, { minLength, maxLength }: CheckMeaning): Call {
  const max = Math.min(maxLength ?? Infinity, size > 0 ? size : Infinity);
  const options = {
    ...(minLength === undefined ? {} : { min: minLength }),
    ...(Number.isFinite(max) ? { max } : {}),
  };
  return callOf("text", ...(Object.keys(options).length === 0 ? [] : [options]));
}

const boundsOf = ({ min, max }: CheckMeaning): Readonly<Record<string, number>> => ({
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});

/** The modifiers that say what the database does where no value is given. */
function defaultModifiers(column: ColumnEntry, call: Call, mapped: boolean): readonly Call[] {
  if (column.generated) return [callOf("computedByDatabase")];
  if (column.identity !== "") return [callOf("filledByDatabase")];
  const sql = column.default;
  if (sql === null) return [];
  const literal = literalOf(sql, call);
  if (literal !== undefined)
    return mapped ? [callOf("default", literal), callOf("filledByDatabase")] : [callOf("default", literal)];
  const known = (
    { timestamp: "now()", date: "CURRENT_DATE", uuid: "gen_random_uuid()" } as Record<string, string>
  )[call.name];
  if (!mapped && known === sql) return [callOf("defaultTo", sql.toLowerCase())];
  return [callOf("filledByDatabase")];
}

/** A default that is a value of the field, and that Keelson would write in the very same way. */
function literalOf(sql: string, { name, args }: Call): unknown {
  const words = args.flatMap((arg) => ("json" in arg ? [arg.json] : []));
  const text = /^'((?:[^']|'')*)'::[\w\s".]+(?:\(\d+\))?$/.exec(sql)?.[1]?.replaceAll("''", "'");
  switch (name) {
    case "boolean":
      return sql === "true" ? true : sql === "false" ? false : undefined;
    case "integer":
      return /^-?\d{1,9}$/.test(sql) && within(Number(sql), words[0]) ? Number(sql) : undefined;
    case "choice":
      return text !== undefined && words.includes(text) ? text : undefined;
    case "text":
      return text !== undefined && fits(text, words[0]) ? text : undefined;
    default:
      return undefined;
  }
}

const within = (value: number, bounds: unknown): boolean => {
  const { min = -Infinity, max = Infinity } = (bounds ?? {}) as { min?: number; max?: number };
  return value >= min && value <= max;
};

const fits = (text: string, bounds: unknown): boolean => within([...text].length, bounds);

/** A column as a field in full. */
export function writtenField(
  column: ColumnEntry,
  adopted: { readonly call: Call; readonly type: string | undefined },
  more: { readonly column: string | undefined; readonly unique: boolean; readonly inKey: boolean },
): WrittenField {
  const { call, type } = adopted;
  const mapped = type !== undefined;
  return {
    call,
    modifiers: [
      ...(more.column === undefined && !mapped
        ? []
        : [callOf("column", more.column ?? column.name, ...(mapped ? [{ type }] : []))]),
      ...(column.required || more.inKey ? [] : [callOf("optional")]),
      ...defaultModifiers(column, call, mapped),
      ...(more.unique ? [callOf("unique")] : []),
      ...(column.comment ? [callOf("description", column.comment)] : []),
    ],
  };
}
