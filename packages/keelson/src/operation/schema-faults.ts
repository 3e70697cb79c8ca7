import type { ErrorObject } from "ajv/dist/2020.js";
import type { Fault } from "../base/error.ts";
import { didYouMean } from "../base/nearest.ts";
import type { Path } from "./locate-input.ts";

/** A fault whose place is still a path into the value. */
export interface InputFault extends Pick<Fault, "code" | "detail"> {
  readonly path: Path;
}

/** Why a member that exists may not be given here; undefined when there is no such member at all. */
export type ExplainMember = (path: Path, name: string) => Pick<Fault, "code" | "detail"> | undefined;

/** Says in plain English what a schema found wrong. `at` is where the checked value is. */
export function faultOf(error: ErrorObject, at: Path, explain: ExplainMember): InputFault {
  const path = [...at, ...pathOf(error.instancePath)];
  switch (error.keyword) {
    case "required":
      return { path: [...path, error.params.missingProperty], code: "required", detail: "is required." };
    case "additionalProperties":
    case "unevaluatedProperties":
      return unknownMember(error, path, explain);
    default:
      return { path, ...plainFault(error) };
  }
}

function unknownMember(error: ErrorObject, path: Path, explain: ExplainMember): InputFault {
  const name: string = error.params.additionalProperty ?? error.params.unevaluatedProperty;
  const member = [...path, name];
  const known = explain(path, name);
  if (known) return { path: member, ...known };
  const candidates = Object.keys(error.parentSchema?.properties ?? {});
  return { path: member, code: "unknown", detail: `is not a known member.${didYouMean(name, candidates)}` };
}

type Plain = Pick<Fault, "code" | "detail">;
type Params = Readonly<Record<string, unknown>>;

const plain: Readonly<Record<string, (params: Params, error: ErrorObject) => Plain>> = {
  type: ({ type }, error) => ({
    code: "type",
    detail: `must be ${typeWords(type)}, not ${kindOf(error.data)}.`,
  }),
  minLength: ({ limit }) => ({
    code: "minLength",
    detail: `must have at least ${count(limit, "character")}.`,
  }),
  maxLength: ({ limit }) => ({
    code: "maxLength",
    detail: `must have at most ${count(limit, "character")}.`,
  }),
  minItems: ({ limit }) => ({ code: "minItems", detail: `must have at least ${count(limit, "item")}.` }),
  maxItems: ({ limit }) => ({ code: "maxItems", detail: `must have at most ${count(limit, "item")}.` }),
  uniqueItems: ({ i, j }) => ({
    code: "unique",
    detail: `must not repeat an item (${j} and ${i} are equal).`,
  }),
  minimum: ({ limit }) => ({ code: "min", detail: `must be at least ${limit}.` }),
  maximum: ({ limit }) => ({ code: "max", detail: `must be at most ${limit}.` }),
  "x-minimum": (_params, error) => ({ code: "min", detail: `must be at least ${error.schema}.` }),
  "x-maximum": (_params, error) => ({ code: "max", detail: `must be at most ${error.schema}.` }),
  "x-precision": (_params, error) => ({ code: "precision", detail: digitsDetail(error) }),
  pattern: ({ pattern }) => ({ code: "pattern", detail: `must match ${pattern}.` }),
  enum: ({ allowedValues }) => ({ code: "enum", detail: `must be ${choices(allowedValues)}.` }),
  const: ({ allowedValue }) => ({ code: "enum", detail: `must be ${JSON.stringify(allowedValue)}.` }),
  format: ({ format }) => ({ code: "format", detail: `must be ${formatWords[String(format)] ?? format}.` }),
};

const plainFault = (error: ErrorObject): Plain =>
  plain[error.keyword]?.(error.params, error) ?? {
    code: "schema",
    detail: `${error.message ?? `does not satisfy "${error.keyword}"`}.`,
  };

const formatWords: Readonly<Record<string, string>> = {
  int64: "a 64-bit whole number without leading zeros, as a text",
  decimal: 'a decimal number such as "12.50", as a text',
  date: 'a date that exists, such as "2026-11-21"',
  "date-time": 'an RFC 3339 timestamp with offset and at most microseconds, such as "2026-11-21T09:00:00Z"',
  uuid: "a UUID",
  email: "an e-mail address",
  uri: "an absolute http or https URL",
};

const words: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

const typeWords = (type: unknown): string =>
  (Array.isArray(type) ? type : [type]).map((word) => words[String(word)] ?? String(word)).join(" or ");

/** What a JSON value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "boolean") return String(value);
  return words[typeof value] ?? typeof value;
}

const count = (limit: unknown, noun: string): string => `${limit} ${noun}${limit === 1 ? "" : "s"}`;

function choices(allowed: unknown): string {
  const texts = (allowed as readonly unknown[]).map((value) => JSON.stringify(value));
  return texts.length === 1 ? (texts[0] ?? "") : `one of ${texts.join(", ")}`;
}

function digitsDetail({ parentSchema }: ErrorObject): string {
  const [precision, scale] = [Number(parentSchema?.["x-precision"]), Number(parentSchema?.["x-scale"])];
  return `must have at most ${count(precision - scale, "digit")} before the point and ${scale} after it.`;
}

const pathOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
