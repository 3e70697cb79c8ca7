import { isDeepStrictEqual } from "node:util";
import type { OpenApiObject } from "../openapi/components.ts";
import { compareBounds } from "./compare-bounds.ts";
import { compareProperties } from "./compare-properties.ts";
import { type Comparison, type Place, resolved } from "./contract-change.ts";
import { mendChoices } from "./mend.ts";

export type Side = "request" | "response";

/** Compares what is sent, or what is answered. Shared schemas of one name are compared once for each side. */
export function compareSchemas(
  comparison: Comparison,
  side: Side,
  place: Place,
  before: unknown,
  after: unknown,
): void {
  const [was, now] = [resolved(comparison.base, before), resolved(comparison.next, after)];
  let here = place;
  if (was.name !== undefined && was.name === now.name) {
    if (!comparison.first(`${side} ${was.name}`)) return;
    here = { where: was.name, at: "" };
  } else if (
    (was.name ?? now.name) &&
    !comparison.first(`${side} ${was.name} ${now.name} ${place.where} ${place.at}`)
  )
    return;
  compareTypes(comparison, side, here, was.value, now.value);
  compareFormats(comparison, side, here, was.value, now.value);
  compareEnums(comparison, side, here, was.value, now.value);
  compareBounds(comparison, side, here, was.value, now.value);
  compareProperties(comparison, side, here, was.value, now.value, compareSchemas);
  compareAlternatives(comparison, side, here, was.value, now.value);
  if (was.value.items && now.value.items)
    compareSchemas(comparison, side, within(here, "[]"), was.value.items, now.value.items);
}

const within = ({ where, at }: Place, name: string): Place => ({
  where,
  at: at === "" || name === "[]" ? `${at}${name}` : `${at}.${name}`,
});

const typesOf = ({ type }: OpenApiObject): readonly string[] =>
  type === undefined ? [] : ([type].flat() as string[]);

function compareTypes(
  comparison: Comparison,
  side: Side,
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  const [before, after] = [typesOf(was), typesOf(now)];
  const [nullable, still] = [before.includes("null"), after.includes("null")];
  if (before.length > 0 && after.length > 0 && nullable !== still)
    comparison.add(
      `${side}-became-${still ? "nullable" : "not-nullable"}`,
      place,
      still ? "may be null now" : "may not be null any more",
    );
  const [plain, then] = [withoutNull(before), withoutNull(after)];
  if (isDeepStrictEqual(plain, then)) return;
  const detail = `was ${plain.join(" or ") || "anything"}, is ${then.join(" or ") || "anything"}`;
  const harmless = side === "request" ? includesAll(then, plain) : includesAll(plain, then);
  const rule = side === "request" ? "request-type-widened" : "response-type-narrowed";
  comparison.add(harmless ? rule : `${side}-type-changed`, place, detail);
}

const withoutNull = (types: readonly string[]): readonly string[] =>
  types.filter((type) => type !== "null").sort();

/** No type at all stands for all of them. */
const includesAll = (wide: readonly string[], narrow: readonly string[]): boolean =>
  wide.length === 0 || (narrow.length > 0 && narrow.every((type) => accepts(wide, type)));

const accepts = (types: readonly string[], type: string): boolean =>
  types.includes(type) || (type === "integer" && types.includes("number"));

function compareFormats(
  comparison: Comparison,
  side: Side,
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  for (const keyword of ["format", "pattern"] as const) {
    const [before, after] = [was[keyword], now[keyword]];
    if (before === after) continue;
    // The type says it all the more.
    if (keyword === "format" && !isDeepStrictEqual(typesOf(was), typesOf(now)) && !sharesType(was, now))
      continue;
    const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
    comparison.add(`${side}-${keyword}-${change}`, place, `was ${shown(before)}, is ${shown(after)}`);
  }
  if (!isDeepStrictEqual(was.const, now.const))
    comparison.add(`${side}-const-changed`, place, `was ${shown(was.const)}, is ${shown(now.const)}`);
  if (was.deprecated !== true && now.deprecated === true)
    comparison.add(`${side}-property-deprecated`, place, "is deprecated");
}

const sharesType = (was: OpenApiObject, now: OpenApiObject): boolean =>
  typesOf(was).some((type) => type !== "null" && typesOf(now).includes(type));

function compareEnums(
  comparison: Comparison,
  side: Side,
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  const before = was["enum"] as readonly unknown[] | undefined;
  const after = now["enum"] as readonly unknown[] | undefined;
  if (before && after)
    compareWords(comparison, side, place, before, after, isExtensible(was) || isExtensible(now));
  else if (before) comparison.add(`${side}-enum-removed`, place, "may be any value now");
  else if (after) comparison.add(`${side}-enum-added`, place, `only ${after.map(shown).join(", ")}`);
}

const isExtensible = (schema: OpenApiObject): boolean => schema["x-extensible-enum"] !== undefined;

/** Values of JSON are the same when they say the same: words of a choice, but also lists. */
function withoutThose(values: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const known = new Set(others.map((other) => JSON.stringify(other)));
  return values.filter((value) => !known.has(JSON.stringify(value)));
}

function compareWords(
  comparison: Comparison,
  side: Side,
  place: Place,
  before: readonly unknown[],
  after: readonly unknown[],
  extensible: boolean,
): void {
  const mend = mendChoices(place, before, after);
  const open = side === "response" && extensible;
  for (const value of withoutThose(before, after))
    comparison.add(
      `${side}-enum-value-removed`,
      place,
      `${shown(value)} is gone`,
      side === "request" ? mend : undefined,
    );
  for (const value of withoutThose(after, before))
    comparison.add(
      `${side}-${open ? "extensible-" : ""}enum-value-added`,
      place,
      `${shown(value)} is new`,
      side === "response" && !open ? mend : undefined,
    );
}

function compareAlternatives(
  comparison: Comparison,
  side: Side,
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  for (const keyword of ["anyOf", "oneOf"]) {
    const [before, after] = [was[keyword] ?? [], now[keyword] ?? []] as [
      readonly unknown[],
      readonly unknown[],
    ];
    const key = (one: unknown) => alternativeKey(one);
    for (const one of before) {
      const same = after.find((other) => key(other) === key(one));
      if (same) compareSchemas(comparison, side, place, one, same);
      else if (after.length > 0 || before.length > 0)
        comparison.add(`${side}-alternative-removed`, place, `${key(one)} is gone`);
    }
    for (const one of after)
      if (!before.some((other) => key(other) === key(one)))
        comparison.add(`${side}-alternative-added`, place, `${key(one)} is new`);
  }
}

/** Alternatives are told apart by what they refer to, or by their type and how it is narrowed. */
function alternativeKey(alternative: unknown): string {
  const { $ref, type, format, ...rest } = (alternative ?? {}) as OpenApiObject;
  if ($ref !== undefined) return String($ref).replace("#/components/schemas/", "");
  const narrowed = [format, ...["enum", "pattern", "const"].filter((keyword) => keyword in rest)];
  const words = narrowed.filter((word) => word !== undefined);
  return `${String(type)}${words.length === 0 ? "" : ` (${words.join(", ")})`}`;
}

export const shown = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
