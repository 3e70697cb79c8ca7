import { sql } from "kysely";
import type { FieldModel, FieldPath } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { compileExpression, partColumn } from "./compile-expression.ts";
import { rowRule, type ValueSink } from "./compile-filter.ts";
import { styleOf } from "./json-text.ts";
import { fixed, type Layout, type LayoutPart, type RowLayout, rowLayout } from "./layout.ts";
import { printManyAsText, printOneAsText } from "./project.ts";
import { fromTable, hopScope, joinOne, keyColumn, notDeleted, type Scope } from "./scope.ts";
import type { SelectionNode } from "./selection.ts";
import { allOf, columnOf, type Sql } from "./sql.ts";

/** What to select for the nodes of a selection, and how a row of it is written as JSON. */
export interface SelectedColumns {
  readonly columns: readonly Sql[];
  /** Joins of the rows that references lead to; each finds one row at most. */
  readonly joins: readonly Sql[];
  readonly layout: RowLayout;
  /** The place of a field's unchanged column in the select list, if it is there. */
  placeOf(path: Pick<FieldPath, "field" | "part">): number | undefined;
}

/** PostgreSQL allows 1,664 columns; what is beyond this comes as text that PostgreSQL prints. */
const maxColumns = 1_000;

/**
 * Columns for the row in scope. Node writes the JSON: for PostgreSQL that is half the work of printing it. What
 * the caller may not read never leaves the database: its column is NULL, its join finds nothing. Relations to
 * many are printed by PostgreSQL, one text a row.
 */
export function selectColumns(
  nodes: readonly SelectionNode[],
  scope: Scope,
  view: PolicyView,
  sink: ValueSink,
): SelectedColumns {
  const columns: Sql[] = [];
  const joins: Sql[] = [];
  const places = new Map<string, number>();
  const add = (column: Sql): number => columns.push(column) - 1;
  const parts = layoutOf(nodes, { scope, view, sink, add, joins, places, root: scope, columns });
  return {
    columns,
    joins,
    layout: rowLayout(parts, columns.length),
    placeOf: ({ field, part }) => places.get(`${field}.${part ?? ""}`),
  };
}

interface Building {
  readonly scope: Scope;
  readonly root: Scope;
  readonly view: PolicyView;
  readonly sink: ValueSink;
  readonly columns: readonly Sql[];
  readonly joins: Sql[];
  readonly places: Map<string, number>;
  readonly add: (column: Sql) => number;
}

function layoutOf(nodes: readonly SelectionNode[], building: Building): Layout {
  if (nodes.length === 0) return [fixed("{}")];
  const parts = nodes.flatMap((node, position): LayoutPart[] => [
    fixed(`${position === 0 ? "{" : ","}${JSON.stringify(node.as)}:`),
    ...partsOf(node, building),
  ]);
  return [...parts, fixed("}")];
}

function partsOf(node: SelectionNode, building: Building): readonly LayoutPart[] {
  const { scope, view, sink, add, columns } = building;
  const field = scope.resource.fields.get(node.field);
  if (!field) throw new Error(`"${scope.resource.name}" has no field "${node.field}"`);
  const rule = view.fieldRead(scope.resource, field);
  const condition = rule.op === "always" ? undefined : compileExpression(rule, scope);
  const masked = (column: Sql): Sql => (condition ? sql`case when ${condition} then ${column} end` : column);
  if (node.kind === "field") return fieldParts(field, building, condition && masked);
  if (node.kind === "one" && columns.length + node.nodes.length < maxColumns)
    return oneParts(node, building, condition);
  const text =
    node.kind === "one"
      ? printOneAsText(node, scope, view, sink)
      : printManyAsText(node, field, scope, view, sink);
  return [{ kind: "column", column: add(masked(text)), style: "bare" }];
}

function fieldParts(
  field: FieldModel,
  { scope, root, add, places }: Building,
  masked: ((column: Sql) => Sql) | undefined,
): readonly LayoutPart[] {
  const place = (part: "amount" | "currency" | undefined): number => {
    const column = partColumn(scope.alias, field, part);
    const at = add(masked ? masked(column) : column);
    if (scope === root && !masked) places.set(`${field.name}.${part ?? ""}`, at);
    return at;
  };
  const { kind, currency } = field.spec as { kind: FieldModel["spec"]["kind"]; currency?: string };
  if (kind !== "money") return [{ kind: "column", column: place(undefined), style: styleOf(field.spec) }];
  const amount = place("amount");
  const parts: LayoutPart[] = [fixed('{"amount":'), { kind: "column", column: amount, style: "bare" }];
  if (field.columns[1])
    parts.push(
      fixed(',"currency":'),
      { kind: "column", column: place("currency"), style: "escaped" },
      fixed("}"),
    );
  else parts.push(fixed(`,"currency":${JSON.stringify(currency)}}`));
  return [{ kind: "group", column: amount, parts }];
}

/** A referred-to row; `null` when there is none that the caller may read. */
function oneParts(
  node: Extract<SelectionNode, { kind: "one" }>,
  building: Building,
  condition: Sql | undefined,
): readonly LayoutPart[] {
  const { scope, view, joins, add } = building;
  const next = hopScope(scope, node.field);
  const on = allOf([condition, joinOne(scope, node.field, next), notDeleted(next), rowRule(next, view)]);
  joins.push(sql` left join ${fromTable(next)} on ${on}`);
  const column = add(columnOf(next.alias, keyColumn(next.resource)));
  return [{ kind: "group", column, parts: layoutOf(node.nodes, { ...building, scope: next }) }];
}
