import { sql } from "kysely";
import type { FieldModel, FieldPath } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { compileExpression, isLikeText, partColumn, partType } from "./compile-expression.ts";
import { type Scope, through } from "./scope.ts";
import type { FilterNode } from "./selection.ts";
import { allOf, anyOf, type Sql, valueSlot } from "./sql.ts";

/** Takes the values of a call in the order in which the plan numbers its slots. */
export interface ValueSink {
  /** Registers a value and returns the parameter for it. */
  add(value: unknown): Sql;
}

/** Numbers slots and keeps the values of the first call; later calls collect theirs in the same order. */
export function newValueSink(values: unknown[] = []): ValueSink {
  return {
    add: (value) => {
      values.push(value);
      return valueSlot(values.length - 1);
    },
  };
}

const operators = { eq: sql`=`, ne: sql`<>`, gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const;

/**
 * Compiles a client's filter. Same two-valued logic as rules: a comparison with a missing value is false.
 * Rows and fields on the way that the caller may not read count as missing.
 */
export function compileFilter(filter: FilterNode, scope: Scope, view: PolicyView, sink: ValueSink): Sql {
  switch (filter.op) {
    case "and":
      return allOf(filter.args.map((arg) => compileFilter(arg, scope, view, sink)));
    case "or":
      return anyOf(filter.args.map((arg) => compileFilter(arg, scope, view, sink)));
    case "not":
      return sql`((${compileFilter(filter.arg, scope, view, sink)}) is not true)`;
    case "isNull":
      // Written as a presence test, so that what cannot be read counts as missing.
      return filter.value
        ? sql`((${present(filter.path, scope, view)}) is not true)`
        : present(filter.path, scope, view);
    case "in":
    case "nin": {
      const values = sink.add(filter.values);
      return readable(filter.path, scope, view, (column, type) =>
        filter.op === "in"
          ? sql`${column} = any(${values}::${sql.raw(type)}[])`
          : // Missing is neither in nor out, and an empty list would let it pass.
            sql`${column} <> all(${values}::${sql.raw(type)}[]) and ${column} is not null`,
      );
    }
    case "contains":
    case "startsWith": {
      const value = sink.add(filter.value);
      return readable(filter.path, scope, view, (column, _type, field) => {
        const text = isLikeText(field) ? sql`${column}::text` : column;
        return filter.op === "contains"
          ? sql`position(lower(${value}::text) in lower(${text})) > 0`
          : sql`starts_with(${text}, ${value}::text)`;
      });
    }
    default: {
      const value = sink.add(filter.value);
      return readable(
        filter.path,
        scope,
        view,
        (column, type) => sql`${column} ${operators[filter.op]} ${value}::${sql.raw(type)}`,
      );
    }
  }
}

/** The values of a filter in the order in which `compileFilter` numbers them. */
export function collectFilterValues(filter: FilterNode, into: unknown[]): void {
  if ("args" in filter) for (const arg of filter.args) collectFilterValues(arg, into);
  else if ("arg" in filter) collectFilterValues(filter.arg, into);
  else if ("values" in filter) into.push(filter.values);
  else if (filter.op !== "isNull") into.push(filter.value);
}

/** What of a filter changes the statement's text: everything but the values. */
export function filterShape(filter: FilterNode): string {
  switch (filter.op) {
    case "and":
    case "or":
      return `${filter.op}(${filter.args.map(filterShape).join(",")})`;
    case "not":
      return `not(${filterShape(filter.arg)})`;
    case "isNull":
      return `${filter.path.text}:isNull${filter.value}`;
    default:
      return `${filter.path.text}:${filter.op}`;
  }
}

const present = (path: FieldPath, scope: Scope, view: PolicyView): Sql =>
  readable(path, scope, view, (column) => sql`${column} is not null`);

/** Walks a path and asks its end, with every hop's own read rule and field rules applied. */
function readable(
  path: FieldPath,
  scope: Scope,
  view: PolicyView,
  ask: (column: Sql, type: string, field: FieldModel) => Sql,
): Sql {
  const walk = (position: number, here: Scope): Sql => {
    const name = path.hops[position] ?? path.field;
    const field = here.resource.fields.get(name);
    if (!field) throw new Error(`"${here.resource.name}" has no field "${name}"`);
    const rule = view.fieldRead(here.resource, field);
    const mask = rule.op === "always" ? undefined : compileExpression(rule, here);
    if (position === path.hops.length) {
      return allOf([
        mask,
        sql`(${ask(partColumn(here.alias, field, path.part), partType(field, path.part), field)})`,
      ]);
    }
    return allOf([
      mask,
      through(here, [name], (next) => allOf([rowRule(next, view), walk(position + 1, next)])),
    ]);
  };
  return walk(0, scope);
}

/** The read rule of a row's resource, or nothing where it always holds. */
export function rowRule(scope: Scope, view: PolicyView): Sql | undefined {
  const rule = view.rule(scope.resource, "read");
  return rule.op === "always" ? undefined : compileExpression(rule, scope);
}
