import { failure } from "../../base/error.ts";
import { type Expr, never } from "../../declare/expression.ts";
import type { Call } from "../call.ts";

/**
 * Refuses what the caller's rules deny whatever the row. What depends on the row goes into the statement:
 * the planner takes the view and applies it at every hop.
 */
export function authorise(call: Call): void {
  if (ruleOf(call).op !== never.op) return;
  if (call.caller.kind === "anonymous") {
    throw failure("unauthenticated", { headers: { "www-authenticate": "Bearer" } });
  }
  throw failure("forbidden");
}

function ruleOf({ envelope, view }: Call): Expr {
  const { operation } = envelope;
  switch (operation.kind) {
    case "custom":
      return view.custom(operation);
    case "list":
    case "get":
      return view.rule(operation.resource, "read");
    default:
      return view.rule(operation.resource, operation.kind);
  }
}
