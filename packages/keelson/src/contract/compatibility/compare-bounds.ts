import type { OpenApiObject } from "../openapi/components.ts";
import type { Comparison, Place } from "./contract-change.ts";
import { lowerBounds, upperBounds } from "./contract-rule.ts";

/** Compares lengths, ranges and counts. */
export function compareBounds(
  comparison: Comparison,
  side: "request" | "response",
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  for (const [keyword, name] of [...Object.entries(upperBounds), ...Object.entries(lowerBounds)]) {
    const [before, after] = [was[keyword], now[keyword]];
    if (before === after) continue;
    const change =
      before === undefined
        ? "added"
        : after === undefined
          ? "removed"
          : isGreater(after, before)
            ? "raised"
            : "lowered";
    comparison.add(`${side}-${name}-${change}`, place, `was ${text(before)}, is ${text(after)}`);
  }
  const [unique, still] = [was.uniqueItems === true, now.uniqueItems === true];
  if (unique !== still)
    comparison.add(
      `${side}-unique-items-${still ? "added" : "removed"}`,
      place,
      still ? "no item may come twice" : "items may come twice",
    );
}

const text = (value: unknown): string => (value === undefined ? "unbounded" : String(value));

/** Numbers; or texts, which are numbers or moments. */
function isGreater(a: unknown, b: unknown): boolean {
  const [left, right] = [Number(a), Number(b)];
  return Number.isNaN(left) || Number.isNaN(right) ? String(a) > String(b) : left > right;
}
