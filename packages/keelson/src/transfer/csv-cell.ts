import { exactNumber } from "../base/json-number.ts";
import { parseJson } from "../base/parse-json.ts";
import type { FieldSpec } from "../declare/field-spec.ts";

const numeric = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The value that a cell stands for. A text that is none of its kind stays a text, for validation to refuse. */
export function readCell({ kind }: FieldSpec, text: string): unknown {
  switch (kind) {
    case "integer":
    case "number":
      return numeric.test(text) ? (exactNumber(text) ?? text) : text;
    case "boolean":
      return booleans.get(text.toLowerCase()) ?? text;
    case "json":
    case "list":
    case "object":
    case "manyToMany": {
      const parsed = parseJson(text);
      return parsed.ok ? parsed.value : text;
    }
    default:
      return text;
  }
}

/** Spreadsheets write them in capitals. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
]);

/** Kinds whose texts are for people to choose: only these can be made to look like a formula. */
const free: ReadonlySet<FieldSpec["kind"]> = new Set([
  "text",
  "email",
  "url",
  "choice",
  "json",
  "list",
  "object",
  "reference",
  "uuid",
]);

/** A value as a cell: nothing for null, and quotes around an empty text, so that both are read as what they were. */
export function printCell(value: unknown, { kind }: FieldSpec): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "object") return guardCell(JSON.stringify(value));
  if (kind === "json") return guardCell(JSON.stringify(value));
  const text = String(value);
  return free.has(kind) ? guardCell(text) : quoted(text);
}

/**
 * Spreadsheets run cells that begin so (OWASP, CSV injection). An apostrophe in front makes them text; one that is
 * there already gets another, so that reading takes away exactly what writing has added.
 */
const dangerous = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A text that no spreadsheet takes for a formula, quoted where it must be. */
export const guardCell = (text: string): string => quoted(dangerous.test(text) ? `'${text}` : text);

/** The text as it was before it was guarded. */
export const unguardCell = (text: string): string =>
  text.startsWith("'") && dangerous.test(text) ? text.slice(1) : text;

const special = /[",\r\n]|^\s|\s$|^$/;

const quoted = (text: string): string => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
