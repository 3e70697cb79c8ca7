import type { Expr, Operand } from "../declare/expression.ts";

/** Every node of an expression, outermost first. */
function* nodesOf(expr: Expr): Generator<Expr> {
  yield expr;
  switch (expr.op) {
    case "and":
    case "or":
      for (const arg of expr.args) yield* nodesOf(arg);
      return;
    case "not":
      yield* nodesOf(expr.arg);
      return;
    case "some":
      yield* nodesOf(expr.where);
      return;
    default:
      return;
  }
}

/** The roles that an expression asks for. */
export const rolesOf = (expr: Expr): readonly string[] =>
  [...nodesOf(expr)].flatMap((node) => (node.op === "role" ? [node.role] : []));

/** The operands of one node. */
function operandsOf(node: Expr): readonly Operand[] {
  switch (node.op) {
    case "eq":
    case "ne":
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return [node.left, node.right];
    case "isNull":
      return [node.arg];
    case "oneOf":
    case "oneOfClaim":
      return [node.left];
    default:
      return [];
  }
}

/** True when the expression needs a row to be decided: it reads a column or asks related rows. */
export const needsRow = (expr: Expr): boolean =>
  [...nodesOf(expr)].some(
    (node) => node.op === "some" || operandsOf(node).some((operand) => operand.from === "row"),
  );

/** True when the expression compares something with the caller's id or claims. Roles are not meant. */
export const comparesCaller = (expr: Expr): boolean =>
  [...nodesOf(expr)].some(
    (node) =>
      node.op === "oneOfClaim" ||
      operandsOf(node).some((operand) => operand.from === "callerId" || operand.from === "claim"),
  );
