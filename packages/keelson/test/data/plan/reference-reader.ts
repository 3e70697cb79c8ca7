import { canonicalTimestamp } from "../../../src/base/calendar-text.ts";
import type { Caller } from "../../../src/base/caller.ts";
import { totalOrder } from "../../../src/data/plan/keyset.ts";
import type { FilterNode, SelectionNode } from "../../../src/data/plan/selection.ts";
import type { Expr } from "../../../src/declare/expression.ts";
import type {
  AppModel,
  FieldModel,
  FieldPath,
  ResourceModel,
  SortKey,
} from "../../../src/model/app-model.ts";
import { compareValues, type ScalarValue } from "../../../src/model/compare-values.ts";
import { type Domain, domainOf } from "../../../src/model/comparison-domain.ts";
import { evaluate, type RowAccess } from "../../../src/model/evaluate-expression.ts";

/** The rules as declared, not yet specialised for anybody. */
export interface Rules {
  read(resource: string): Expr;
  field(resource: string, field: string): Expr;
}

/** What a read means, spelled out over rows in memory: what the planner's SQL must answer too. */
export interface ReferenceReader {
  /** The rows of a list that the caller may read and that fit the filter, in order. */
  list(resource: string, filter: FilterNode | undefined, order: readonly SortKey[]): readonly RowAccess[];
  print(row: RowAccess, nodes: readonly SelectionNode[]): Record<string, unknown>;
}

export function referenceReader(
  model: AppModel,
  rowsOf: (resource: string) => readonly RowAccess[],
  rules: Rules,
  caller: Caller,
): ReferenceReader {
  const holds = (rule: Expr, row: RowAccess) => evaluate(rule, { rows: [row], caller, now });
  const readable = (row: RowAccess | null): row is RowAccess =>
    row !== null && holds(rules.read(row.resource.name), row);
  const shown = (row: RowAccess, field: string) => holds(rules.field(row.resource.name, field), row);

  /** The value at the end of a path; null where something on the way is missing or hidden. */
  const valueAt = (row: RowAccess, { hops, field, part }: FieldPath): ScalarValue | null => {
    let here = row;
    for (const hop of hops) {
      const next = shown(here, hop) ? here.one(hop) : null;
      if (!readable(next)) return null;
      here = next;
    }
    return shown(here, field) ? here.value(field, part) : null;
  };

  const fits = (row: RowAccess, filter: FilterNode): boolean => {
    switch (filter.op) {
      case "and":
        return filter.args.every((arg) => fits(row, arg));
      case "or":
        return filter.args.some((arg) => fits(row, arg));
      case "not":
        return !fits(row, filter.arg);
      case "isNull":
        return (valueAt(row, filter.path) === null) === filter.value;
      default: {
        const value = valueAt(row, filter.path);
        return value !== null && compares(filter, value, domainAt(model, row.resource, filter.path));
      }
    }
  };

  const inOrder = (keys: readonly SortKey[]) => (a: RowAccess, b: RowAccess) => {
    for (const { path, descending } of totalOrder(keys)) {
      const sign = compareNullable(domainAt(model, a.resource, path), valueAt(a, path), valueAt(b, path));
      if (sign !== 0) return descending ? -sign : sign;
    }
    return 0;
  };

  const print = (row: RowAccess, nodes: readonly SelectionNode[]): Record<string, unknown> =>
    Object.fromEntries(nodes.map((node) => [node.as, shown(row, node.field) ? printNode(row, node) : null]));

  const printNode = (row: RowAccess, node: SelectionNode): unknown => {
    const field = fieldOf(row.resource, node.field);
    if (node.kind === "field") return printField(row, field);
    if (node.kind === "one") {
      const target = row.one(node.field);
      return readable(target) ? print(target, node.nodes) : null;
    }
    const bound = field.relation && "embedLimit" in field.relation ? field.relation.embedLimit : 0;
    const limit = Math.min(node.limit ?? bound, bound);
    const { filter } = node;
    const rows = row
      .many(node.field)
      .filter((related) => readable(related) && (!filter || fits(related, filter)))
      .toSorted(inOrder(node.order ?? []));
    return {
      data: rows.slice(0, limit).map((each) => print(each, node.nodes)),
      hasMore: rows.length > limit,
    };
  };

  return {
    print,
    list: (resource, filter, order) =>
      rowsOf(resource)
        .filter((row) => readable(row) && (!filter || fits(row, filter)))
        .toSorted(inOrder(order)),
  };
}

/** Between the moments in the pools of values, so that the statement's own time may be another. */
const now = new Date().toISOString();

type Comparing = Exclude<FilterNode, { readonly op: "and" | "or" | "not" | "isNull" }>;

function compares(filter: Comparing, value: ScalarValue, domain: Domain): boolean {
  const sign = (other: ScalarValue) =>
    compareValues(domain, value, domain === "uuid" ? String(other).toLowerCase() : other);
  switch (filter.op) {
    case "eq":
      return sign(filter.value) === 0;
    case "ne":
      return sign(filter.value) !== 0;
    case "gt":
      return sign(filter.value) > 0;
    case "gte":
      return sign(filter.value) >= 0;
    case "lt":
      return sign(filter.value) < 0;
    case "lte":
      return sign(filter.value) <= 0;
    case "in":
      return filter.values.some((other) => sign(other) === 0);
    case "nin":
      return filter.values.every((other) => sign(other) !== 0);
    case "contains":
      return lowerCase(String(value)).includes(lowerCase(filter.value));
    case "startsWith":
      return String(value).startsWith(filter.value);
  }
}

/** Character by character, as PostgreSQL does: JavaScript's own knows that a word ends in another sigma. */
const lowerCase = (text: string): string => [...text].map((character) => character.toLowerCase()).join("");

/** As PostgreSQL orders: nothing is greater than what is missing, and text goes by code points. */
function compareNullable(domain: Domain, a: ScalarValue | null, b: ScalarValue | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (domain === "text") return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  return compareValues(domain, a, b);
}

/** What a path's value is compared as. */
function domainAt(model: AppModel, start: Pick<ResourceModel, "name" | "fields">, path: FieldPath): Domain {
  let resource = start;
  for (const hop of path.hops) {
    const target = model.resources.get(fieldOf(resource, hop).relation?.target ?? "");
    if (!target) throw new Error(`"${hop}" leads nowhere`);
    resource = target;
  }
  return domainOf(fieldOf(resource, path.field).spec, path.part) ?? "text";
}

function fieldOf(resource: Pick<ResourceModel, "name" | "fields">, name: string): FieldModel {
  const field = resource.fields.get(name);
  if (!field) throw new Error(`"${resource.name}" has no field "${name}"`);
  return field;
}

/** A value as the API shows it. */
function printField(row: RowAccess, { name, spec }: FieldModel): unknown {
  if (spec.kind === "money") {
    const amount = row.value(name, "amount");
    return amount === null ? null : { amount, currency: spec.currency ?? row.value(name, "currency") };
  }
  const value = row.value(name);
  if (value === null) return null;
  if (spec.kind === "timestamp") return canonicalTimestamp(String(value));
  if (spec.kind === "decimal" || spec.kind === "bigint") return String(value) === "-0" ? "0" : String(value);
  return value;
}
