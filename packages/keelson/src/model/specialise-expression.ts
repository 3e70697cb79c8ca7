import { and, not, or } from "../declare/access.ts";
import { always, type Expr, never } from "../declare/expression.ts";

/** What is known of a caller before any row is read. */
export interface Standing {
  readonly signedIn: boolean;
  readonly roles: ReadonlySet<string>;
}

/** Decides what can be decided from the caller's standing alone and simplifies the rest. Pure. */
export function specialise(expr: Expr, standing: Standing): Expr {
  switch (expr.op) {
    case "role":
      return standing.roles.has(expr.role) ? always : never;
    case "signedIn":
      return standing.signedIn ? always : never;
    case "and":
      return and(...expr.args.map((arg) => specialise(arg, standing)));
    case "or":
      return or(...expr.args.map((arg) => specialise(arg, standing)));
    case "not":
      return not(specialise(expr.arg, standing));
    case "some": {
      const where = specialise(expr.where, standing);
      return where === never ? never : Object.freeze({ ...expr, where });
    }
    default:
      return standing.signedIn || !needsCaller(expr) ? expr : never;
  }
}

/** Comparisons with the caller's id or a claim are false for callers who have none. */
function needsCaller(expr: Expr): boolean {
  if (expr.op === "oneOfClaim") return true;
  if (expr.op === "isNull" || !("left" in expr)) return false;
  const operands = "right" in expr ? [expr.left, expr.right] : [expr.left];
  return operands.some((operand) => operand.from === "callerId" || operand.from === "claim");
}
