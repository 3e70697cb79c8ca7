import { isDate } from "../base/calendar-text.ts";
import { isUuid } from "../base/id.ts";
import { isInt64 } from "../base/number-text.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import type { KeyModel } from "./app-model.ts";
import { compareValues } from "./compare-values.ts";

/** Longest id that is looked at; what is longer names no record. */
const maxIdLength = 2_000;

/** Separates the parts of an id that is made of several columns; in a text part it is written `!1`, and `!` as `!0`. */
export const keySeparator = "~";

/**
 * The values of a record's key columns, from its id; undefined for a text that is no id of this key in its one
 * form, which therefore names no record.
 */
export function parseId(key: KeyModel, id: string): readonly string[] | undefined {
  if (id.length > maxIdLength || id.includes("\0") || !id.isWellFormed()) return undefined;
  const [only] = key.parts;
  if (key.parts.length === 1) return only && isPart(only.spec, id) ? [id] : undefined;
  const texts = id.split(keySeparator);
  if (texts.length !== key.parts.length) return undefined;
  const values = texts.map((text, position) => {
    const spec = key.parts[position]?.spec;
    const value = spec && isTextual(spec) ? unescaped(text) : text;
    return spec && value !== undefined && isPart(spec, value) ? value : undefined;
  });
  return values.every((value) => value !== undefined) ? values : undefined;
}

const unescaped = (text: string): string | undefined =>
  /!(?![01])/.test(text) ? undefined : text.replaceAll("!1", keySeparator).replaceAll("!0", "!");

/** Whether a part may hold any characters, so that those that separate must be written otherwise. */
export const isTextual = (spec: FieldSpec): boolean => !["uuid", "bigint", "date"].includes(spec.kind);

function isPart(spec: FieldSpec, text: string): boolean {
  switch (spec.kind) {
    case "uuid":
      return isUuid(text);
    case "bigint":
      return isInt64(text) && isWithin(spec, text);
    case "date":
      return isDate(text);
    case "choice":
      return spec.choices?.includes(text) ?? false;
    default:
      return text !== "";
  }
}

const isWithin = ({ min, max }: FieldSpec, text: string): boolean =>
  (min === undefined || compareValues("exact", text, String(min)) >= 0) &&
  (max === undefined || compareValues("exact", text, String(max)) <= 0);
