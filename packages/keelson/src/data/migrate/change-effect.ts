import type { CheckEffect, TypeEffect } from "./schema-change.ts";
import type { CheckSnapshot } from "./schema-snapshot.ts";

/** Conversions that keep every value, though each row has to be written anew. */
const lossless: Readonly<Record<string, readonly string[]>> = {
  integer: ["bigint", "numeric", "double precision"],
  bigint: ["numeric"],
  date: ["timestamptz"],
};

/** What it means for the rows that a column changes its type. */
export function typeEffect(from: string, to: string): TypeEffect {
  const [before, after] = [numericOf(from), numericOf(to)];
  if (before && after) return numericEffect(before, after);
  if (to === "text" || lossless[from]?.includes(to)) return "lossless";
  return "lossy";
}

interface Numeric {
  /** Digits before the point, and after it. */
  readonly whole: number;
  readonly scale: number;
}

function numericOf(type: string): Numeric | undefined {
  if (type === "numeric") return { whole: Number.POSITIVE_INFINITY, scale: Number.POSITIVE_INFINITY };
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision === undefined) return undefined;
  return { whole: Number(precision) - Number(scale), scale: Number(scale) };
}

function numericEffect(before: Numeric, after: Numeric): TypeEffect {
  if (after.whole < before.whole || after.scale < before.scale) return "lossy";
  // PostgreSQL keeps the rows as they are only when the scale stays or becomes unlimited.
  return after.scale === before.scale || after.scale === Number.POSITIVE_INFINITY ? "free" : "lossless";
}

/** Whether everything that passed the one check passes the other; `other` when it cannot be told. */
export function checkEffect(from: CheckSnapshot, to: CheckSnapshot): CheckEffect {
  if (implies(from, to)) return "wider";
  return implies(to, from) ? "narrower" : "other";
}

type Allowed = CheckSnapshot["allows"];

function implies({ allows: inner }: CheckSnapshot, { allows: outer }: CheckSnapshot): boolean {
  const constrained = [inner, outer].every((side) => Object.keys(side).length > 0);
  if (!constrained || (inner.choices === undefined) !== (outer.choices === undefined)) return false;
  if (inner.choices) return inner.choices.every((choice) => outer.choices?.includes(choice));
  return withinBound(inner, outer, "min", 1) && withinBound(inner, outer, "max", -1);
}

/** `sign` 1 when a larger bound is the stricter one. */
function withinBound(inner: Allowed, outer: Allowed, side: "min" | "max", sign: 1 | -1): boolean {
  const [a, b] = [inner[side], outer[side]];
  if (b === undefined || a === b) return true;
  if (a === undefined) return false;
  const [left, right] = [magnitude(a), magnitude(b)];
  // Two texts with the same magnitude differ beyond what a double holds: nothing can be said.
  return left !== undefined && right !== undefined && (left - right) * sign > 0;
}

function magnitude(bound: number | string): number | undefined {
  const value =
    typeof bound === "number" || /^-?\d+(\.\d+)?$/.test(bound) ? Number(bound) : Date.parse(bound);
  return Number.isNaN(value) ? undefined : value;
}
