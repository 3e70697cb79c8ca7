import type { PgType } from "./pg-type.ts";

/** Pairs that share their bytes (`pg_cast.castmethod = 'b'`), so that PostgreSQL only changes the catalogue. */
const sameBytes: ReadonlySet<string> = new Set([
  "text varchar",
  "varchar text",
  "text bpchar",
  "varchar bpchar",
  "cidr inet",
  "bit varbit",
  "varbit bit",
  "xml text",
  "xml varchar",
  "xml bpchar",
  "int4 oid",
  "oid int4",
  "int4 regclass",
  "oid regclass",
  "regclass int4",
  "regclass oid",
]);

/** Types whose modifier is a size that may grow without touching a row. */
const growing: ReadonlySet<string> = new Set(["varchar", "varbit"]);

/** Types whose modifier is a number of fractional digits; 6 are all that there are. */
const temporal: ReadonlySet<string> = new Set(["timestamp", "timestamptz", "time", "timetz", "interval"]);
const allDigits = 6;

/** What `interval(3)` states first: that no fields are left out, as `interval day` would. */
const allFields = 32767;

/**
 * Whether ALTER COLUMN TYPE without USING rewrites the table. `timestamp` to `timestamptz` counts as
 * rewriting: it is free only in a session whose time zone is UTC.
 */
export function changeRewrites(from: PgType, to: PgType): boolean {
  if (from.array !== to.array) return true;
  if (from.name !== to.name) {
    const relabels = sameBytes.has(`${from.name} ${to.name}`) && !from.array;
    if (!relabels || to.modifiers.length === 0) return !relabels;
    return to.name !== "varchar" || !lengthGrows(from, to);
  }
  if (to.modifiers.length === 0 || sameModifiers(from, to)) return false;
  if (from.array) return true;
  if (from.name === "numeric") return !numericGrows(from, to);
  if (temporal.has(from.name)) return !digitsGrow(from, to);
  return !growing.has(from.name) || !lengthGrows(from, to);
}

/** What a change of type means for code that was written for the old one. */
export type TypeFit = "same" | "wider" | "narrower" | "other";

const numberOrder: readonly string[] = ["int2", "int4", "int8", "numeric"];
const textual: ReadonlySet<string> = new Set(["text", "varchar", "bpchar"]);

/**
 * `wider`: every old value stays and old code reads and writes as before. A change that a driver shows
 * to JavaScript as another type (integer to bigint: number to string) is `other`.
 */
export function typeFit(from: PgType, to: PgType): TypeFit {
  if (from.array !== to.array) return "other";
  if (from.name === to.name) return sameNameFit(from, to);
  const lossless = changeIsLossless(from, to);
  if (textual.has(from.name) && textual.has(to.name)) return lossless ? "wider" : "narrower";
  const [low, high] = [numberOrder.indexOf(from.name), numberOrder.indexOf(to.name)];
  if (low >= 0 && high >= 0 && low > high) return "narrower";
  return lossless ? "wider" : "other";
}

function sameNameFit(from: PgType, to: PgType): TypeFit {
  if (sameModifiers(from, to)) return "same";
  if (to.modifiers.length === 0) return "wider";
  if (from.name === "numeric") return numericGrows(from, to) ? "wider" : "narrower";
  if (temporal.has(from.name)) return digitsGrow(from, to) ? "wider" : "narrower";
  return lengthGrows(from, to) ? "wider" : "narrower";
}

function changeIsLossless(from: PgType, to: PgType): boolean {
  if (textual.has(from.name) && to.name === "text") return true;
  if (textual.has(from.name) && to.name === "varchar")
    return to.modifiers.length === 0 || lengthGrows(from, to);
  const pair = `${from.name} ${to.name}`;
  return ["int2 int4", "float4 float8", "int8 numeric", "cidr inet", "bit varbit"].includes(pair)
    ? to.modifiers.length === 0
    : false;
}

function sameModifiers(from: PgType, to: PgType): boolean {
  return from.modifiers.join() === to.modifiers.join();
}

function lengthGrows(from: PgType, to: PgType): boolean {
  const [before, after] = [from.modifiers[0], to.modifiers[0]];
  return typeof before === "number" && typeof after === "number" && before <= after;
}

function numericGrows(from: PgType, to: PgType): boolean {
  return lengthGrows(from, to) && (from.modifiers[1] ?? 0) === (to.modifiers[1] ?? 0);
}

function digitsGrow(from: PgType, to: PgType): boolean {
  const digits = (type: PgType): number =>
    Number(type.modifiers[type.name === "interval" ? 1 : 0] ?? allDigits);
  const fields = (type: PgType): number =>
    type.name === "interval" ? Number(type.modifiers[0] ?? allFields) : allFields;
  if (fields(to) !== allFields && fields(to) !== fields(from)) return false;
  return digits(to) >= Math.min(allDigits, digits(from));
}
