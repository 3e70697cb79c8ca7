import { sql } from "kysely";
import type { AppModel, ResourceModel } from "../../model/app-model.ts";
import { allOf, columnOf, type Sql, tableOf } from "./sql.ts";

/** One row in sight of an expression: its resource, and the alias it goes by in the statement. */
export interface Scope {
  readonly model: AppModel;
  readonly resource: ResourceModel;
  readonly alias: string;
  /** The row around it, inside `some`. */
  readonly outer: Scope | undefined;
  /** Set where columns of types that only look like text are compared as texts. */
  readonly asText?: boolean;
  /** Hands out aliases that are unique in the statement. */
  readonly aliases: Aliases;
}

/** Makes aliases `t1`, `t2` … for one statement. */
export interface Aliases {
  next(): string;
}

function newAliases(): Aliases {
  let count = 0;
  return {
    next: () => {
      count += 1;
      return `t${count}`;
    },
  };
}

/** A new statement's scope over one table. */
export function rootScope(model: AppModel, resource: ResourceModel, aliases = newAliases()): Scope {
  return { model, resource, alias: aliases.next(), outer: undefined, aliases };
}

/** The resource that a relation leads to. The linker has checked that it exists. */
export function targetOf(model: AppModel, name: string): ResourceModel {
  const target = model.resources.get(name);
  if (!target) throw new Error(`the linked model has no resource "${name}"`);
  return target;
}

/** The table of a scope under its alias, for a FROM clause. */
export const fromTable = (scope: Scope): Sql =>
  sql`${tableOf(scope.resource.table)} as ${sql.ref(scope.alias)}`;

/** The only column of a key that references can name. */
export const keyColumn = ({ key }: ResourceModel): string => key.parts[0]?.column ?? "id";

/** Leaves out rows that were deleted softly. */
export const notDeleted = (scope: Scope): Sql | undefined =>
  scope.resource.softDelete ? sql`${columnOf(scope.alias, "deleted_at")} is null` : undefined;

/**
 * Asks something of the row that a reference leads to: true when that row exists and fulfils `inner`.
 * With no hops left, asks the row itself.
 */
export function through(scope: Scope, hops: readonly string[], inner: (scope: Scope) => Sql): Sql {
  const [hop, ...rest] = hops;
  if (hop === undefined) return inner(scope);
  const next = hopScope(scope, hop);
  return sql`exists (select 1 from ${fromTable(next)} where ${allOf([joinOne(scope, hop, next), notDeleted(next), through(next, rest, inner)])})`;
}

/** The scope of the row that a reference leads to. */
export function hopScope(scope: Scope, field: string): Scope {
  const relation = scope.resource.fields.get(field)?.relation;
  if (relation?.kind !== "one") throw new Error(`"${scope.resource.name}.${field}" is not a reference`);
  return { ...scope, resource: targetOf(scope.model, relation.target), alias: scope.aliases.next() };
}

/** The condition that joins a reference's row. */
export function joinOne(scope: Scope, field: string, next: Scope): Sql {
  const column = scope.resource.fields.get(field)?.columns[0]?.name ?? field;
  return sql`${columnOf(next.alias, keyColumn(next.resource))} = ${columnOf(scope.alias, column)}`;
}

/** FROM and WHERE that lead from a row to its related rows; `next` is the related row's scope. */
export function joinMany(
  scope: Scope,
  field: string,
): { readonly next: Scope; readonly from: Sql; readonly on: Sql } {
  const relation = scope.resource.fields.get(field)?.relation;
  if (relation === undefined || relation.kind === "one")
    throw new Error(`"${scope.resource.name}.${field}" is not a to-many relation`);
  const next: Scope = {
    ...scope,
    resource: targetOf(scope.model, relation.target),
    alias: scope.aliases.next(),
  };
  if (relation.kind === "many") {
    return {
      next,
      from: fromTable(next),
      on: sql`${columnOf(next.alias, relation.column)} = ${columnOf(scope.alias, keyColumn(scope.resource))}`,
    };
  }
  const join = scope.aliases.next();
  return {
    next,
    from: sql`${tableOf(relation.joinTable)} as ${sql.ref(join)} join ${fromTable(next)} on ${columnOf(next.alias, keyColumn(next.resource))} = ${columnOf(join, relation.targetColumn)}`,
    on: sql`${columnOf(join, relation.ownColumn)} = ${columnOf(scope.alias, keyColumn(scope.resource))}`,
  };
}
