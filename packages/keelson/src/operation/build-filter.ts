import type { Fault } from "../base/error.ts";
import { didYouMean } from "../base/nearest.ts";
import { filterShape } from "../data/plan/compile-filter.ts";
import type { FilterNode, FilterValue } from "../data/plan/selection.ts";
import type { Resources } from "../model/readable-resources.ts";
import { type FilterField, findFilterField } from "./filter-field.ts";
import { readFilterValue, readPlainText } from "./filter-value.ts";
import { namesFor, type ReadContext } from "./read-context.ts";
import { kindOf } from "./schema-faults.ts";

/** How deeply `and`, `or` and `not` may nest. */
const maxFilterDepth = 5;
/** How many comparisons a filter may make. */
export const maxFilterLeaves = 50;
/** How many values `in` and `nin` may list. */
export const maxFilterValues = 100;

/** One filter on its way: what is wrong with it, and how much of the budget is used. */
interface Building {
  readonly context: ReadContext;
  readonly names: Resources;
  readonly faults: Fault[];
  leaves: number;
}

/** Where a part of the filter stands, for faults. */
type Place = string;

/** Checks a filter against the model and the caller's rights. Undefined when it asks nothing. */
export function buildFilter(filter: unknown, context: ReadContext, faults: Fault[]): FilterNode | undefined {
  const building: Building = { context, names: namesFor(context), faults, leaves: 0 };
  const before = faults.length;
  const node = buildGroup(building, filter, "", 1);
  if (building.leaves > maxFilterLeaves) {
    const { origin } = context;
    faults.push({
      ...origin.locate("filter"),
      code: "budget",
      detail: `A filter may make at most ${maxFilterLeaves} comparisons.`,
    });
  }
  return faults.length > before ? undefined : node;
}

function report(building: Building, place: Place, code: string, detail: string): undefined {
  // In a query string, the empty place is a parameter without a name.
  const { origin } = building.context;
  const at = place === "" && !origin.textual ? undefined : place;
  building.faults.push({ ...origin.locate("filter", at), code, detail });
  return undefined;
}

/** One object of a filter: all of its members must hold. */
function buildGroup(
  building: Building,
  filter: unknown,
  place: Place,
  depth: number,
): FilterNode | undefined {
  if (!isObject(filter)) {
    return report(building, place, "type", `A filter must be an object, not ${kindOf(filter)}.`);
  }
  if (depth > maxFilterDepth) {
    return report(building, place, "budget", `Filters may nest at most ${maxFilterDepth} levels.`);
  }
  const members = Object.entries(filter);
  // Asking nothing is fine for the whole; further in, `or` would admit everything and `not` nothing.
  if (members.length === 0 && depth > 1) return report(building, place, "type", "must make a comparison.");
  const parts: FilterNode[] = [];
  for (const [name, given] of members) {
    // Beyond the budget nothing is looked at any more.
    if (building.leaves > maxFilterLeaves) break;
    const node = buildMember(building, name, given, place, depth);
    if (node) parts.push(node);
  }
  return join("and", parts);
}

function buildMember(
  building: Building,
  name: string,
  given: unknown,
  place: Place,
  depth: number,
): FilterNode | undefined {
  const { textual } = building.context.origin;
  const here = textual ? name : `${place}/${pointerSegment(name)}`;
  // A query string only says conditions that all must hold; there these names are fields like any other.
  if (textual) return buildField(building, name, given, here);
  if (name === "and" || name === "or") return buildList(building, name, given, here, depth);
  if (name !== "not") return buildField(building, name, given, here);
  const arg = buildGroup(building, given, here, depth + 1);
  return arg && { op: "not", arg };
}

function buildList(
  building: Building,
  op: "and" | "or",
  given: unknown,
  place: Place,
  depth: number,
): FilterNode | undefined {
  if (!Array.isArray(given) || given.length === 0) {
    return report(building, place, "type", `"${op}" takes a list of at least one filter.`);
  }
  if (given.length > maxFilterLeaves) {
    return report(building, place, "budget", `A filter may make at most ${maxFilterLeaves} comparisons.`);
  }
  const args = given.map((filter, index) => buildGroup(building, filter, `${place}/${index}`, depth + 1));
  return join(
    op,
    args.filter((arg) => arg !== undefined),
  );
}

/** The same conditions in another order are the same filter: one plan, and one binding of cursors. */
function join(op: "and" | "or", parts: readonly FilterNode[]): FilterNode | undefined {
  if (parts.length <= 1) return parts[0];
  const args = parts.flatMap((part) => (part.op === op ? part.args : [part]));
  const shapes = new Map(args.map((arg) => [arg, filterShape(arg)]));
  const order = (a: FilterNode, b: FilterNode) => compare(shapes.get(a) ?? "", shapes.get(b) ?? "");
  return { op, args: args.toSorted(order) };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function buildField(building: Building, name: string, given: unknown, place: Place): FilterNode | undefined {
  building.leaves += 1;
  const found = findFilterField(building.context, building.names, name);
  if (typeof found === "string") return report(building, placeOf(building, given, place), "unknown", found);
  if (!isObject(given)) return buildComparison(building, found, "eq", given, place);
  const entries = Object.entries(given);
  if (entries.length === 0) {
    return report(building, place, "operator", `needs a value or one of ${quoted(found.operators)}.`);
  }
  building.leaves += entries.length - 1;
  if (building.leaves > maxFilterLeaves) return undefined;
  const parts = entries.map(([operator, value]) => {
    const here = building.context.origin.textual
      ? `${name}[${operator}]`
      : `${place}/${pointerSegment(operator)}`;
    return buildComparison(building, found, operator, value, here);
  });
  return join(
    "and",
    parts.filter((part) => part !== undefined),
  );
}

/** Where a name stands: in a query string its operator is part of it. */
function placeOf({ context }: Building, given: unknown, place: Place): Place {
  if (!context.origin.textual || !isObject(given)) return place;
  const [operator] = Object.keys(given);
  return operator === undefined ? place : `${place}[${operator}]`;
}

function buildComparison(
  building: Building,
  field: FilterField,
  operator: string,
  given: unknown,
  place: Place,
): FilterNode | undefined {
  const { path, spec, operators } = field;
  const op = operators.find((candidate) => candidate === operator);
  if (op === undefined) {
    return report(
      building,
      place,
      "operator",
      `"${path.text}" can be compared by ${quoted(operators)}.${didYouMean(operator, operators)}`,
    );
  }
  const { textual } = building.context.origin;
  const fail = (fault: { readonly code: string; readonly detail: string }) =>
    report(building, place, fault.code, fault.detail);
  switch (op) {
    case "isNull": {
      const value = textual && (given === "true" || given === "false") ? given === "true" : given;
      if (typeof value !== "boolean") return fail({ code: "type", detail: "must be true or false." });
      return { op, path, value };
    }
    case "in":
    case "nin": {
      const values = readValues(building, field, given, place);
      return values && { op, path, values };
    }
    case "contains":
    case "startsWith": {
      const text = readPlainText(given);
      return text.ok ? { op, path, value: text.value } : fail(text.error);
    }
    default: {
      if (given === null) return fail({ code: "type", detail: 'must not be null; use "isNull".' });
      const value = readFilterValue(spec, path.part, given, textual);
      return value.ok ? { op, path, value: value.value } : fail(value.error);
    }
  }
}

/** The values of `in`: a JSON list, or texts separated by commas. */
function readValues(
  building: Building,
  { spec, path }: FilterField,
  given: unknown,
  place: Place,
): readonly FilterValue[] | undefined {
  const { textual } = building.context.origin;
  const list = textual && typeof given === "string" ? given.split(",", maxFilterValues + 1) : given;
  if (!Array.isArray(list)) return report(building, place, "type", "must be a list of values.");
  if (list.length > maxFilterValues) {
    return report(building, place, "budget", `may list at most ${maxFilterValues} values.`);
  }
  const values: FilterValue[] = [];
  for (const [index, item] of list.entries()) {
    const value = readFilterValue(spec, path.part, item, textual);
    if (value.ok) values.push(value.value);
    else report(building, textual ? place : `${place}/${index}`, value.error.code, value.error.detail);
  }
  return values.length === list.length ? values : undefined;
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const pointerSegment = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");
