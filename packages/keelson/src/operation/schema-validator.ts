import { Ajv2020, type AnySchemaObject, type ErrorObject, type KeywordDefinition } from "ajv/dist/2020.js";
import formatsPlugin from "ajv-formats";
import { isEmail, isHttpUrl } from "../base/address-text.ts";
import { canonicalTimestamp, isDate } from "../base/calendar-text.ts";
import { isUuid } from "../base/id.ts";
import { fitsDecimal, isDecimal, isInt64 } from "../base/number-text.ts";
import { linearPattern } from "../base/pattern/linear-pattern.ts";
import type { JsonSchema } from "../declare/field-spec.ts";
import { compareValues } from "../model/compare-values.ts";
import type { Domain } from "../model/comparison-domain.ts";

/** Checks a value; answers what is wrong, or undefined. */
export type SchemaCheck = (value: unknown) => readonly ErrorObject[] | undefined;

/** Formats are asserted exactly: what passes is stored and comes back as the same value. */
const formats: Readonly<Record<string, true | ((text: string) => boolean)>> = {
  int32: true,
  double: true,
  int64: isInt64,
  decimal: isDecimal,
  date: isDate,
  "date-time": (text) => canonicalTimestamp(text) !== undefined,
  uuid: (text) => isUuid(text.toLowerCase()),
  email: isEmail,
  uri: isHttpUrl,
};

/** For bounds on values held as text: how they compare, and the form in which they can be compared. */
const bounded: Readonly<
  Record<string, { readonly domain: Domain; readonly read: (text: string) => string | undefined }>
> = {
  int64: { domain: "exact", read: (text) => (isInt64(text) ? text : undefined) },
  decimal: { domain: "exact", read: (text) => (isDecimal(text) ? text : undefined) },
  date: { domain: "date", read: (text) => (isDate(text) ? text : undefined) },
  "date-time": { domain: "timestamp", read: canonicalTimestamp },
};

/** Callers choose the text, so no pattern may backtrack. */
const regExp = Object.assign(
  (pattern: string) => {
    const compiled = linearPattern(pattern);
    if (!compiled.ok) throw new Error(`the pattern ${pattern} ${compiled.error}`);
    return compiled.value;
  },
  { code: "linearPattern" },
);

/** Bounds on values that JSON holds as texts. */
const keywords: readonly KeywordDefinition[] = [
  {
    keyword: "x-minimum",
    type: "string",
    schemaType: "string",
    compile: boundCheck((order) => order >= 0),
  },
  {
    keyword: "x-maximum",
    type: "string",
    schemaType: "string",
    compile: boundCheck((order) => order <= 0),
  },
  { keyword: "x-scale", schemaType: "number" },
  {
    keyword: "x-precision",
    type: "string",
    schemaType: "number",
    compile: (precision: number, parent: AnySchemaObject) => (text: string) =>
      !isDecimal(text) || fitsDecimal(text, precision, parent["x-scale"]),
  },
];

// Declared fields: every keyword is known, so a schema that this refuses is a bug of ours.
const strictAjv = new Ajv2020({
  allErrors: true,
  verbose: true,
  strict: true,
  allowUnionTypes: true,
  code: { regExp },
  formats: { ...formats },
  keywords: [...keywords],
});

/** A bound on a value held as text. What is not even of the format has been reported already. */
function boundCheck(holds: (order: number) => boolean) {
  return (bound: string, parent: AnySchemaObject) => {
    const rule = bounded[parent.format];
    const limit = rule?.read(bound);
    if (!rule || limit === undefined) throw new Error(`"${bound}" is no bound for format "${parent.format}"`);
    return (text: string) => {
      const value = rule.read(text);
      return value === undefined || holds(compareValues(rule.domain, value, limit));
    };
  };
}

/** Compiles a schema made from declared fields. */
export const compileSchema = (schema: JsonSchema): SchemaCheck => compileWith(strictAjv, schema);

// Schemas that developers declare for `json` fields: unknown keywords are annotations there.
const openAjv = newOpenAjv();

function newOpenAjv(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, logger: false, code: { regExp } });
  formatsPlugin.default(ajv);
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  return ajv;
}

/** Compiles schemas of a description of the API, in which declared fields and declared schemas meet. */
export interface DescriptionCompiler {
  /** Makes a document known by a URI, so that references can lead into it. */
  add(uri: string, document: JsonSchema): void;
  compile(schema: JsonSchema): SchemaCheck;
}

export function newDescriptionCompiler(): DescriptionCompiler {
  const ajv = newOpenAjv();
  for (const keyword of keywords) ajv.addKeyword(keyword);
  return {
    add: (uri, document) => void ajv.addSchema(document as AnySchemaObject, uri, false, false),
    compile: (schema) => compileWith(ajv, schema),
  };
}

/** Compiles a declared JSON Schema (2020-12). @throws Error when it is none */
export function compileDeclaredSchema(schema: JsonSchema): SchemaCheck {
  try {
    return compileWith(openAjv, schema);
  } finally {
    // Two fields may use the same `$id`.
    openAjv.removeSchema(schema as AnySchemaObject);
  }
}

function compileWith(ajv: Ajv2020, schema: JsonSchema): SchemaCheck {
  const check = ajv.compile(schema as AnySchemaObject);
  return (value) => (check(value) ? undefined : (check.errors ?? []));
}
