import type { FieldSpec, JsonSchema } from "../../declare/field-spec.ts";
import { isStandardSchema } from "../../model/value-schema.ts";
import { madeJson } from "./made-json.ts";
import { madeText } from "./made-text.ts";

/** The day that made dates count from. */
const firstDay = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;

/**
 * A valid value of a field for the n-th record, n from 1: the same for the same n, and another one for every n as
 * far as the bounds leave room. Undefined where none can be made up. References are the factory's.
 */
export function madeValue(name: string, spec: FieldSpec, n: number): unknown {
  switch (spec.kind) {
    case "text":
      return madeText(name, spec, n);
    case "integer":
      return Number(wholeNumber(spec, n, 1n, -(2n ** 31n), 2n ** 31n - 1n));
    case "number":
      return realNumber(spec, n);
    case "bigint":
      return String(wholeNumber(spec, n, 1n, -(2n ** 63n), 2n ** 63n - 1n));
    case "decimal":
      return decimal(spec, n);
    case "boolean":
      return spec.unique ? n % 2 === 0 : false;
    case "choice":
      return spec.choices?.[spec.unique ? (n - 1) % spec.choices.length : 0];
    case "money":
      return {
        amount: Number(
          wholeNumber(spec, n, 1_000n, BigInt(Number.MIN_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER)),
        ),
        currency: spec.currency ?? "GBP",
      };
    case "date":
      return moment(spec, n, (text) => `${text}T00:00:00Z`, dayMs).slice(0, 10);
    case "timestamp":
      return moment(spec, n, (text) => text, 1_000);
    case "uuid":
      return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
    case "email":
      return `${name.toLowerCase()}${n}@example.com`;
    case "url":
      return `https://example.com/${name.toLowerCase()}/${n}`;
    case "json":
      return isStandardSchema(spec.schema) ? undefined : madeJson((spec.schema ?? {}) as JsonSchema, n);
    case "list":
      return list(name, spec, n);
    case "object":
      return members(spec.members ?? {}, n);
    default:
      return undefined;
  }
}

/** Counts from the preferred value within the bounds, and begins again at the least when they are used up. */
function wholeNumber(
  { min, max }: FieldSpec,
  n: number,
  preferred: bigint,
  least: bigint,
  greatest: bigint,
): bigint {
  const from = min === undefined ? least : ceiling(min);
  const to = max === undefined ? greatest : floor(max);
  const first = preferred < from || preferred > to ? from : preferred;
  const value = first + BigInt(n - 1);
  return value <= to ? value : from + ((value - from) % (to - from + 1n));
}

const ceiling = (bound: number | string): bigint =>
  typeof bound === "number" ? BigInt(Math.ceil(bound)) : BigInt(bound);
const floor = (bound: number | string): bigint =>
  typeof bound === "number" ? BigInt(Math.floor(bound)) : BigInt(bound);

function realNumber({ min, max }: FieldSpec, n: number): number {
  const from = min === undefined ? 1 : Number(min);
  const to = max === undefined ? Number.POSITIVE_INFINITY : Number(max);
  if (min === undefined && from > to) return to - n + 1;
  if (from + n - 1 <= to) return from + n - 1;
  return from + ((to - from) * ((n - 1) % 1_000)) / 1_000;
}

/** Counted in units of the last digit that is kept. */
function decimal(spec: FieldSpec, n: number): string {
  const scale =
    spec.precision === undefined ? Math.max(digitsAfter(spec.min), digitsAfter(spec.max)) : (spec.scale ?? 0);
  const unit = 10n ** BigInt(scale);
  const inUnits = (text: number | string): string => {
    const [whole = "0", fraction = ""] = String(text).split(".");
    return `${whole}${fraction.slice(0, scale).padEnd(scale, "0")}`.replace(/^(-?)0+(?=\d)/, "$1");
  };
  const limit = spec.precision === undefined ? 10n ** 30n : 10n ** BigInt(spec.precision) - 1n;
  const bounds = {
    ...spec,
    ...(spec.min === undefined ? {} : { min: inUnits(spec.min) }),
    ...(spec.max === undefined ? {} : { max: inUnits(spec.max) }),
  };
  const value = wholeNumber(bounds, n, unit <= limit ? unit : 1n, -limit, limit);
  if (scale === 0) return String(value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const digitsAfter = (bound: number | string | undefined): number =>
  String(bound ?? "").split(".")[1]?.length ?? 0;

function moment({ min, max }: FieldSpec, n: number, full: (text: string) => string, stepMs: number): string {
  const from = min === undefined ? undefined : Date.parse(full(String(min)));
  const to = max === undefined ? undefined : Date.parse(full(String(max)));
  const first = from !== undefined && from > firstDay ? from : firstDay;
  const value = first + (n - 1) * stepMs;
  const fits = to === undefined || value <= to;
  const within = fits ? value : Math.max(from ?? Number.NEGATIVE_INFINITY, (to ?? 0) - (n - 1) * stepMs);
  return new Date(within).toISOString().replace(".000Z", "Z");
}

function list(name: string, { of, min = 0 }: FieldSpec, n: number): unknown {
  if (of === undefined) return [];
  const items = Array.from({ length: Number(min) }, (_, at) => madeValue(name, of, n * 100 + at));
  return items.includes(undefined) ? undefined : items;
}

function members(specs: Readonly<Record<string, FieldSpec>>, n: number): unknown {
  const made = Object.entries(specs)
    .filter(([, spec]) => !spec.optional && spec.default === undefined)
    .map(([name, spec]) => [name, madeValue(name, spec, n)] as const);
  return made.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(made);
}
