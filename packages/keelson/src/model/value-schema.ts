import { maxEmailLength, maxUrlLength } from "../base/address-text.ts";
import { maxDecimalLength } from "../base/number-text.ts";
import type { FieldSpec, JsonSchema } from "../declare/field-spec.ts";
import { defaultTextMax } from "./columns.ts";
import { closedObject, nullable } from "./schema-parts.ts";

/** Longest list without a declared `max`, and longest list of links; so that no field is unbounded. */
const defaultListMax = 1_000;

const int32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } as const;
const exact = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } as const;

/** The formats that say more than their JSON type; `operation/schema-validator.ts` asserts them exactly. */
const formats = {
  bigint: "int64",
  decimal: "decimal",
  date: "date",
  timestamp: "date-time",
} as const;

/**
 * What a schema is for. `create` is a complete value from outside; `patch` is a merge patch (RFC 7396), in
 * which every member may be left out and `null` removes.
 */
export interface SchemaUse {
  readonly side: "output" | "create" | "patch";
  /** Handlers may set read-only fields and choose ids. */
  readonly trusted: boolean;
  /** What stands for the value of a `json` field. */
  readonly embed: (schema: DeclaredSchema, side: "input" | "output") => JsonSchema;
}

/** What a `json` field is declared with. */
export type DeclaredSchema = NonNullable<FieldSpec["schema"]>;

/** The schema of one value. */
export function valueSchema(spec: FieldSpec, use: SchemaUse): JsonSchema {
  const schema = { ...kindSchema(spec, use), ...annotations(spec, use) };
  // An emptied list of links is an empty list.
  return spec.optional && spec.kind !== "manyToMany" ? nullable(schema) : schema;
}

/** A closed object with these members: input or output of a command, or a nested object. */
export function membersSchema(members: ReadonlyMap<string, FieldSpec>, use: SchemaUse): JsonSchema {
  const offered = [...members].filter(([, spec]) => isOffered(spec, use));
  return closedObject(
    offered.map(([name, spec]) => [name, valueSchema(spec, use)]),
    offered.filter(([, spec]) => isRequired(spec, use)).map(([name]) => name),
  );
}

/** Whether a value may have this member on this side. */
function isOffered(spec: FieldSpec, use: SchemaUse): boolean {
  if (use.side === "output") return !spec.writeOnly;
  if (spec.readOnly && !use.trusted) return false;
  return !(spec.immutable && use.side === "patch");
}

/** Also in answers: a nested object may have been stored before the member was declared. */
const isRequired = (spec: FieldSpec, use: SchemaUse): boolean =>
  use.side !== "patch" && !spec.optional && spec.default === undefined;

/**
 * What a kind allows. `x-minimum` and `x-maximum` bound values that JSON holds as text; `x-precision` and
 * `x-scale` bound the digits of a decimal.
 */
function kindSchema(spec: FieldSpec, use: SchemaUse): JsonSchema {
  switch (spec.kind) {
    case "text":
      return spec.composed && use.side === "output" ? { type: "string" } : textSchema(spec);
    case "integer":
      return { type: "integer", format: "int32", ...integerBounds(spec), ...valueBounds(spec) };
    case "number":
      return { type: "number", format: "double", ...valueBounds(spec) };
    case "boolean":
      return { type: "boolean" };
    case "bigint":
    case "date":
    case "timestamp":
      return { type: "string", format: formats[spec.kind], ...textBounds(spec) };
    case "decimal":
      return { type: "string", format: formats.decimal, ...digits(spec), ...textBounds(spec) };
    case "choice":
      return { type: "string", enum: spec.choices ?? [] };
    case "money":
      return moneySchema(spec);
    case "uuid":
      return { type: "string", format: "uuid" };
    case "reference":
      return idSchema(spec.key, use);
    case "email":
      return { type: "string", format: "email", maxLength: maxEmailLength };
    case "url":
      return { type: "string", format: "uri", maxLength: maxUrlLength };
    case "json":
      return use.embed(spec.schema ?? {}, use.side === "output" ? "output" : "input");
    case "list":
      return listSchema(spec, use);
    case "object":
      return membersSchema(new Map(Object.entries(spec.members ?? {})), use);
    case "many":
    case "manyToMany":
      return {
        type: "array",
        items: idSchema(spec.key, use),
        maxItems: defaultListMax,
        uniqueItems: true,
      };
  }
}

/** An id, which is a text whatever its column holds. */
export const idSchema = (key: FieldSpec | undefined, use: SchemaUse): JsonSchema =>
  key === undefined ? { type: "string", format: "uuid" } : kindSchema(key, use);

/** Whether a schema is validated by its own library instead of by JSON Schema. */
export const isStandardSchema = (
  schema: FieldSpec["schema"],
): schema is Extract<NonNullable<FieldSpec["schema"]>, { "~standard": unknown }> =>
  schema !== undefined && "~standard" in schema;

function textSchema(spec: FieldSpec): JsonSchema {
  return {
    type: "string",
    ...(spec.min === undefined ? {} : { minLength: spec.min }),
    maxLength: spec.max ?? defaultTextMax,
    ...(spec.pattern === undefined ? {} : { pattern: `^(?:${spec.pattern})$` }),
  };
}

/** A patch gives money whole: amounts of different currencies must not mix. */
function moneySchema(spec: FieldSpec): JsonSchema {
  const currency =
    spec.currency === undefined
      ? { type: "string", pattern: "^[A-Z]{3}$", description: "ISO 4217 code." }
      : { type: "string", enum: [spec.currency] };
  return {
    type: "object",
    properties: {
      amount: { type: "integer", ...exact, ...valueBounds(spec), description: "In minor units." },
      currency,
    },
    required: ["amount", "currency"],
    additionalProperties: false,
  };
}

/** Lists are replaced whole, so their items are complete also in a patch. */
function listSchema(spec: FieldSpec, use: SchemaUse): JsonSchema {
  const itemUse: SchemaUse = use.side === "patch" ? { ...use, side: "create" } : use;
  return {
    type: "array",
    items: spec.of === undefined ? {} : valueSchema(spec.of, itemUse),
    ...(spec.min === undefined ? {} : { minItems: spec.min }),
    maxItems: spec.max ?? defaultListMax,
  };
}

const integerBounds = ({ columnType }: FieldSpec) =>
  columnType === "smallint" ? { minimum: -(2 ** 15), maximum: 2 ** 15 - 1 } : int32;

const valueBounds = ({ min, max }: FieldSpec): JsonSchema => ({
  ...(min === undefined ? {} : { minimum: min }),
  ...(max === undefined ? {} : { maximum: max }),
});

const textBounds = ({ min, max }: FieldSpec): JsonSchema => ({
  ...(min === undefined ? {} : { "x-minimum": min }),
  ...(max === undefined ? {} : { "x-maximum": max }),
});

const digits = ({ precision, scale }: FieldSpec): JsonSchema =>
  precision === undefined
    ? { maxLength: maxDecimalLength }
    : { "x-precision": precision, "x-scale": scale ?? 0 };

function annotations(spec: FieldSpec, use: SchemaUse): JsonSchema {
  const parts = [
    spec.description,
    spec.deprecated === undefined ? undefined : `Deprecated: ${spec.deprecated}`,
  ];
  const description = parts.filter((part) => part !== undefined).join("\n\n");
  return {
    ...(description === "" ? {} : { description }),
    ...(spec.example === undefined ? {} : { examples: [spec.example] }),
    ...(spec.deprecated === undefined ? {} : { deprecated: true }),
    ...(spec.default?.kind === "value" && use.side === "create" ? { default: spec.default.value } : {}),
  };
}
