import { sql } from "kysely";
import type { Expr } from "../../declare/expression.ts";
import type { AppModel, FieldPath, ResourceModel } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { asBoolean, compileExpression } from "./compile-expression.ts";
import { collectFilterValues, compileFilter, filterShape, newValueSink, rowRule } from "./compile-filter.ts";
import { hasId, idValues } from "./key-match.ts";
import { afterPosition, type OrderTerm, orderShape, orderTerms, printOrder } from "./keyset.ts";
import { collectNodeValues, nodesShape } from "./project.ts";
import { versionOf } from "./row-version.ts";
import { fromTable, notDeleted, rootScope } from "./scope.ts";
import { selectColumns } from "./select-columns.ts";
import type { ListSelection, SelectionNode } from "./selection.ts";
import { allOf, commaList, compilePlan, type Plan, type Sql } from "./sql.ts";

/** A call's plan: how to find or build the statement, and the values of this call. */
export interface Planned {
  /** Equal keys mean equal statements. */
  readonly key: string;
  readonly values: readonly unknown[];
  build(): Plan;
}

/**
 * Plans a list. Answers a row for each record, one more than the limit where there are further ones; reading
 * backwards, the last record comes first.
 */
export function planList(model: AppModel, selection: ListSelection, view: PolicyView): Planned {
  const resource = resourceOf(model, selection.resource);
  const { page } = selection;
  const nulls = page.position?.map((value) => (value === null ? "n" : "v")).join("") ?? "";
  const filter = selection.filter ? filterShape(selection.filter) : "";
  const key = `list|${resource.name}|${view.signature}|${nodesShape(selection.nodes)}|${filter}|${orderShape(selection.order)}|${page.limit}|${page.direction}${nulls}`;
  const values: unknown[] = [];
  if (selection.filter) collectFilterValues(selection.filter, values);
  if (page.position) values.push(...page.position.filter((value) => value !== null));
  collectNodeValues(selection.nodes, values);
  return { key, values, build: () => buildList(model, resource, selection, view) };
}

function buildList(
  model: AppModel,
  resource: ResourceModel,
  selection: ListSelection,
  view: PolicyView,
): Plan {
  const { page } = selection;
  const scope = rootScope(model, resource);
  const sink = newValueSink();
  const reversed = page.direction === "backward";
  const filter = selection.filter && compileFilter(selection.filter, scope, view, sink);
  const terms = orderTerms(selection.order, scope, view);
  const after = page.position && afterPosition(terms, page.position, reversed, sink);
  const where = allOf([rowRule(scope, view), notDeleted(scope), filter, after]);
  const { columns, joins, layout, placeOf } = selectColumns(selection.nodes, scope, view, sink);
  const order = printOrder(terms, reversed);
  const { keys, added } = keyColumns(terms, columns.length, placeOf);
  // The limit is part of the text: as a parameter it would keep PostgreSQL from reusing a generic plan.
  const pageOf = sql`order by ${order} limit ${sql.raw(String(page.limit + 1))}`;
  const from = sql`${fromTable(scope)} where ${where}`;
  const all = commaList([...columns, ...added]);
  if (joins.length === 0) return compilePlan(sql`select ${all} from ${from} ${pageOf}`, { layout, keys });
  // Only the rows of the page are joined. The second ORDER BY costs nothing where the joins keep the first.
  const found = sql`(select ${sql`${sql.ref(scope.alias)}.*`} from ${from} ${pageOf}) as ${sql.ref(scope.alias)}`;
  return compilePlan(sql`select ${all} from ${found}${sql.join(joins, sql``)} order by ${order}`, {
    layout,
    keys,
  });
}

/** Where the rows show their sort values: in the columns of the record, or in columns added for it. */
function keyColumns(
  terms: readonly OrderTerm[],
  width: number,
  placeOf: (path: FieldPath) => number | undefined,
): { readonly keys: readonly number[]; readonly added: readonly Sql[] } {
  const added: Sql[] = [];
  const keys = terms.map(
    ({ path, value }) => (path && placeOf(path)) ?? width - 1 + added.push(sql`${value}::text`),
  );
  return { keys, added };
}

export interface GetRequest {
  readonly resource: ResourceModel;
  readonly id: string;
  readonly nodes: readonly SelectionNode[];
  /** Keep others from changing the row until the transaction ends. */
  readonly lock?: boolean;
  /** A further rule to ask of the row, under a name that identifies it: the access rule of a command. */
  readonly rule?: { readonly name: string; readonly expr: Expr };
}

/** Plans reading one record: its columns, its version, and whether the further rule holds. Value 0 is the id. */
export function planGet(model: AppModel, request: GetRequest, view: PolicyView): Planned {
  const key = `get|${request.resource.name}|${view.signature}|${nodesShape(request.nodes)}|${request.lock === true}|${request.rule?.name ?? ""}`;
  const values: unknown[] = [...idValues(request.resource, request.id)];
  collectNodeValues(request.nodes, values);
  return { key, values, build: () => buildGet(model, request, view) };
}

function buildGet(model: AppModel, request: GetRequest, view: PolicyView): Plan {
  const scope = rootScope(model, request.resource);
  const sink = newValueSink();
  const where = allOf([hasId(scope.alias, request.resource, sink), rowRule(scope, view), notDeleted(scope)]);
  const { columns, joins, layout } = selectColumns(request.nodes, scope, view, sink);
  const allowed = request.rule ? [asBoolean(compileExpression(request.rule.expr, scope))] : [];
  const all = commaList([...columns, versionOf(scope.alias, request.resource), ...allowed]);
  const locking = request.lock ? sql` for no key update of ${sql.ref(scope.alias)}` : sql``;
  return compilePlan(
    sql`select ${all} from ${fromTable(scope)}${sql.join(joins, sql``)} where ${where}${locking}`,
    { layout },
  );
}

function resourceOf(model: AppModel, name: string): ResourceModel {
  const resource = model.resources.get(name);
  if (!resource) throw new Error(`the linked model has no resource "${name}"`);
  return resource;
}
