import type { Expr, Operand } from "../../declare/expression.ts";
import type { FieldPath, ResourceModel, SortKey } from "../../model/app-model.ts";
import type { FilterNode, ListSelection } from "../plan/selection.ts";

/** What of a list an index could answer, by column. */
export interface IndexNeed {
  readonly resource: ResourceModel;
  /** Compared for equality. */
  readonly equal: readonly NeededColumn[];
  /** The order, as far as it is the resource's own columns; without the id that breaks ties. */
  readonly sort: readonly (NeededColumn & { readonly descending: boolean })[];
  /** Compared otherwise, or with several values. */
  readonly range: readonly NeededColumn[];
}

export interface NeededColumn {
  readonly column: string;
  /** As `indexes: [{ on }]` names it. */
  readonly name: string;
  readonly type: string;
}

/** Reads from a list what must hold of each row: its filter, and the tests of the access rule. */
export function indexNeed(resource: ResourceModel, selection: ListSelection, rule: Expr): IndexNeed {
  const equal: NeededColumn[] = [];
  const range: NeededColumn[] = [];
  const add = (list: NeededColumn[], found: NeededColumn | undefined): void => {
    if (found && ![...equal, ...range].some(({ column }) => column === found.column)) list.push(found);
  };
  for (const test of conjunction(rule)) add(equal, comparedByRule(resource, test));
  for (const node of selection.filter ? conditions(selection.filter) : []) {
    if (!("path" in node)) continue;
    const column = columnAt(resource, node.path);
    if (node.op === "eq" || (node.op === "isNull" && node.value)) add(equal, column);
    else if (["gt", "gte", "lt", "lte", "in"].includes(node.op)) add(range, column);
  }
  return { resource, equal, range, sort: sortColumns(resource, selection.order) };
}

/** The column of a path; undefined where it is another table's, or there is none. */
function columnAt(resource: ResourceModel, path: FieldPath): NeededColumn | undefined {
  if (path.hops.length > 0) return undefined;
  const field = resource.fields.get(path.field);
  const column = field?.columns[path.part === "currency" ? 1 : 0];
  if (!field || !column) return undefined;
  const name = field.columns.length > 1 ? `${field.name}.${path.part ?? "amount"}` : field.name;
  return { column: column.name, name, type: field.spec.kind };
}

function sortColumns(resource: ResourceModel, order: readonly SortKey[]): IndexNeed["sort"] {
  const columns: (NeededColumn & { readonly descending: boolean })[] = [];
  for (const { path, descending } of order) {
    if (path.text === "id") break;
    const column = columnAt(resource, path);
    // What comes after a key that is not in the index cannot be in order either.
    if (!column) break;
    columns.push({ ...column, descending });
  }
  return columns;
}

const conditions = (node: FilterNode): readonly FilterNode[] =>
  node.op === "and" ? node.args.flatMap(conditions) : [node];

const conjunction = (rule: Expr): readonly Expr[] =>
  rule.op === "and" ? rule.args.flatMap(conjunction) : [rule];

/** `eq(row.owner, caller.id)` and its like, on a column of the row itself. */
function comparedByRule(resource: ResourceModel, test: Expr): NeededColumn | undefined {
  if (test.op !== "eq") return undefined;
  const [row, value] = test.left.from === "row" ? [test.left, test.right] : [test.right, test.left];
  if (row.from !== "row" || value.from === "row") return undefined;
  return ownColumn(resource, row);
}

function ownColumn(
  resource: ResourceModel,
  { path, depth }: Operand & { from: "row" },
): NeededColumn | undefined {
  const [field = "", ...rest] = path;
  if (depth !== 0 || rest.length > 0) return undefined;
  return columnAt(resource, { text: field, hops: [], field, part: undefined });
}
