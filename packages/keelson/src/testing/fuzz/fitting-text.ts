import type { JsonSchema } from "../../declare/field-spec.ts";
import { madeText } from "../factory/made-text.ts";
import type { Chance } from "./chance.ts";
import { oddTexts } from "./hostile-texts.ts";
import type { Making } from "./making.ts";

/** A text that fits a schema: its format, pattern and length. */
export function fittingText(making: Making, schema: JsonSchema, name: string): string {
  const { chance } = making;
  const { format, pattern } = schema;
  const make = typeof format === "string" ? formats[format] : undefined;
  if (make) return make(making, schema, name);
  const min = Number(schema["minLength"] ?? 0);
  const max = Number(schema["maxLength"] ?? 10_000);
  if (typeof pattern === "string") return ofPattern(making, pattern, min, max);
  const ids = /^id$/i.test(name) ? making.memory.idNamed(name, chance) : undefined;
  if (ids !== undefined) return ids;
  return plainText(chance, min, max);
}

/** Lengths are counted in code points. */
function plainText(chance: Chance, min: number, max: number): string {
  if (chance.of(0.03)) return chance.pick(["x", "é", "𝒳"]).repeat(Math.min(max, 10_000));
  const text = chance.of(0.5)
    ? chance.pick(oddTexts)
    : Array.from({ length: 1 + chance.below(12) }, () => chance.pick([..."abcdefghij KLM0123äß漢"])).join("");
  const points = [...text].slice(0, max);
  while (points.length < min) points.push("z");
  return points.join("");
}

function ofPattern(making: Making, pattern: string, min: number, max: number): string {
  const { chance } = making;
  // A pattern without an end says how a text begins, not what it is.
  if (!pattern.endsWith("$")) making.approximate = true;
  const source = pattern.replace(/^\^/, "").replace(/\$$/, "");
  return madeText("text", { min, max, pattern: source }, 1 + chance.below(1_000_000)) ?? "";
}

type MakeText = (making: Making, schema: JsonSchema, name: string) => string;

const formats: Readonly<Record<string, MakeText>> = {
  uuid: ({ chance, memory }, _schema, name) =>
    (chance.of(0.9) ? memory.idNamed(name, chance) : undefined) ?? uuid(chance),
  int64: ({ chance, memory }, schema, name) =>
    (chance.of(0.5) ? memory.idNamed(name, chance) : undefined) ??
    bounded(chance, schema, [
      "0",
      "1",
      "-1",
      "42",
      "9223372036854775807",
      "-9223372036854775808",
      "9007199254740993",
    ]),
  decimal: ({ chance }, schema) => decimal(chance, schema),
  date: ({ chance }, schema) =>
    bounded(chance, schema, [
      "2026-11-21",
      "2024-02-29",
      "0001-01-01",
      "9999-12-31",
      "1969-12-31",
      `20${10 + chance.below(89)}-0${1 + chance.below(9)}-1${chance.below(10)}`,
    ]),
  "date-time": ({ chance }, schema) =>
    bounded(chance, schema, [
      "2026-11-21T09:00:00Z",
      "2026-11-21t09:00:00.123456z",
      "1970-01-01T00:00:00+14:00",
      "2024-02-29T23:59:59.9-11:30",
      "0001-01-02T00:00:00Z",
      "9999-12-31T23:59:59.999999Z",
      `20${10 + chance.below(89)}-0${1 + chance.below(9)}-1${chance.below(10)}T1${chance.below(10)}:00:00.${chance.below(1e6)}Z`,
    ]),
  email: ({ chance }) =>
    chance.pick([
      `user${chance.below(1e9)}@example.com`,
      `a.b+${chance.below(1e9)}@sub.example.org`,
      `${chance.below(1e9)}ü@exämple.de`,
    ]),
  uri: ({ chance }) =>
    chance.pick([
      "https://example.com",
      `http://example.com:8080/a?b=${chance.below(1e6)}#c`,
      "https://[::1]/",
      "https://exämple.com/ü",
      "https://user:pass@example.com/%00",
    ]),
};

function uuid(chance: Chance): string {
  const text = Array.from({ length: 32 }, () => "0123456789abcdef"[chance.below(16)]).join("");
  const parts = [
    text.slice(0, 8),
    text.slice(8, 12),
    `7${text.slice(13, 16)}`,
    `8${text.slice(17, 20)}`,
    text.slice(20),
  ];
  const id = parts.join("-");
  return chance.of(0.1) ? id.toUpperCase() : id;
}

/** The bounds themselves, or something that is within them as far as texts can tell. */
function bounded(chance: Chance, schema: JsonSchema, texts: readonly string[]): string {
  const bounds = [schema["x-minimum"], schema["x-maximum"]].filter((bound) => typeof bound === "string");
  return bounds.length > 0 && chance.of(0.5) ? (chance.pick(bounds) as string) : chance.pick(texts);
}

function decimal(chance: Chance, schema: JsonSchema): string {
  const precision = Number(schema["x-precision"] ?? 12);
  const scale = Number(schema["x-scale"] ?? 4);
  const digits = (length: number): string =>
    Array.from({ length }, () => chance.pick([..."0123456789"])).join("");
  const whole = digits(chance.below(Math.max(0, precision - scale) + 1)).replace(/^0+/, "") || "0";
  const fraction = digits(chance.below(scale + 1));
  const text = fraction === "" ? whole : `${whole}.${fraction}`;
  const sign = /[1-9]/.test(text) && chance.of(0.3) ? "-" : "";
  return bounded(chance, schema, [`${sign}${text}`]);
}
