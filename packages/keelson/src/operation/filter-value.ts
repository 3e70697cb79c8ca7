import { canonicalTimestamp, isDate } from "../base/calendar-text.ts";
import type { Fault } from "../base/error.ts";
import { isUuid } from "../base/id.ts";
import { fitsDecimal, isDecimal, isInt64 } from "../base/number-text.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { FilterValue } from "../data/plan/selection.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import type { FieldPath } from "../model/app-model.ts";
import { defaultTextMax } from "../model/columns.ts";
import { findHazards } from "./json-hazards.ts";
import { kindOf } from "./schema-faults.ts";

export type ValueFault = Pick<Fault, "code" | "detail">;
type Read = Result<FilterValue, ValueFault>;

/**
 * Reads a value to compare a field with: of the field's own type in JSON, as its exact text in a URL. What
 * PostgreSQL could not take or would round is refused.
 */
export function readFilterValue(
  spec: FieldSpec,
  part: FieldPath["part"],
  given: unknown,
  textual: boolean,
): Read {
  switch (spec.kind) {
    case "integer":
      return readInteger(textual ? integerOf(given) : given, -(2 ** 31), 2 ** 31 - 1);
    case "money":
      if (part === "currency") return readText(given, (text) => /^[A-Z]{3}$/.test(text), "an ISO 4217 code");
      return readInteger(
        textual ? integerOf(given) : given,
        Number.MIN_SAFE_INTEGER,
        Number.MAX_SAFE_INTEGER,
      );
    case "number":
      return readNumber(textual ? numberOf(given) : given);
    case "boolean":
      return readBoolean(textual ? booleanOf(given) : given);
    case "choice":
      return readChoice(spec.choices ?? [], given);
    case "bigint":
      return readText(given, isInt64, "a 64-bit whole number without leading zeros");
    case "decimal":
      return readDecimal(spec, given);
    case "date":
      return readText(given, isDate, 'a date that exists, such as "2026-11-21"');
    case "timestamp":
      return readTimestamp(given);
    case "uuid":
      return readUuid(given);
    case "reference":
      return spec.key === undefined ? readUuid(given) : readFilterValue(spec.key, part, given, textual);
    default:
      return readPlainText(given);
  }
}

const refuse = (code: string, detail: string): Read => err({ code, detail });
const wrongType = (what: string, given: unknown): Read =>
  refuse("type", `must be ${what}, not ${typeof given === "string" ? `"${shown(given)}"` : kindOf(given)}.`);
const shown = (text: string): string => (text.length > 40 ? `${text.slice(0, 40).toWellFormed()}…` : text);

// Texts that are no number stay texts, and are refused as such.
const integerOf = (given: unknown): unknown =>
  typeof given === "string" && /^(?:0|-?[1-9]\d{0,18})$/.test(given) ? Number(given) : given;
const numberOf = (given: unknown): unknown =>
  typeof given === "string" && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(given)
    ? Number(given)
    : given;
const booleanOf = (given: unknown): unknown => (given === "true" ? true : given === "false" ? false : given);

function readInteger(value: unknown, min: number, max: number): Read {
  if (typeof value !== "number" || !Number.isInteger(value)) return wrongType("a whole number", value);
  return value < min || value > max ? refuse("range", `must be from ${min} to ${max}.`) : ok(value);
}

function readNumber(value: unknown): Read {
  if (typeof value !== "number") return wrongType("a number", value);
  return Number.isFinite(value) ? ok(value) : refuse("range", "must be finite.");
}

const readBoolean = (value: unknown): Read =>
  typeof value === "boolean" ? ok(value) : wrongType("true or false", value);

function readChoice(choices: readonly string[], given: unknown): Read {
  if (typeof given !== "string") return wrongType("a text", given);
  if (choices.includes(given)) return ok(given);
  return refuse("enum", `must be one of ${choices.map((choice) => `"${choice}"`).join(", ")}.`);
}

function readText(given: unknown, valid: (text: string) => boolean, what: string): Read {
  return typeof given === "string" && valid(given) ? ok(given) : wrongType(what, given);
}

function readDecimal(spec: FieldSpec, given: unknown): Read {
  const read = readText(given, isDecimal, 'a decimal number such as "12.50"');
  if (!read.ok || spec.precision === undefined) return read;
  const scale = spec.scale ?? 0;
  if (fitsDecimal(read.value as string, spec.precision, scale)) return read;
  return refuse(
    "range",
    `must have at most ${spec.precision - scale} digits before the point and ${scale} after it.`,
  );
}

function readTimestamp(given: unknown): Read {
  const moment = typeof given === "string" ? canonicalTimestamp(given) : undefined;
  return moment === undefined
    ? wrongType('an RFC 3339 timestamp with offset, such as "2026-11-21T09:00:00Z"', given)
    : ok(moment);
}

function readUuid(given: unknown): Read {
  const id = typeof given === "string" ? given.toLowerCase() : "";
  return isUuid(id) ? ok(id) : wrongType("a UUID", given);
}

/** A text to compare with or to look for. */
export function readPlainText(given: unknown): Result<string, ValueFault> {
  if (typeof given !== "string")
    return err({ code: "type", detail: `must be a text, not ${kindOf(given)}.` });
  if (isLonger(given, defaultTextMax)) {
    return err({ code: "range", detail: `must have at most ${defaultTextMax} characters.` });
  }
  const [hazard] = findHazards(given);
  return hazard ? err({ code: hazard.code, detail: hazard.detail }) : ok(given);
}

/** Characters are code points, as in JSON Schema: one takes one or two units of a text. */
const isLonger = (text: string, max: number): boolean =>
  text.length > max && (text.length > 2 * max || [...text].length > max);
