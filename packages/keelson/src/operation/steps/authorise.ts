import { failure, type KeelsonError } from "../../base/error.ts";
import { type Expr, never } from "../../declare/expression.ts";
import type { BatchOperationModel, WriteKind } from "../../model/app-model.ts";
import type { BatchInput, PreparedItem } from "../batch/batch-input.ts";
import type { Call } from "../call.ts";

/**
 * Refuses what the caller's rules deny whatever the row. What depends on the row goes into the statement:
 * the planner takes the view and applies it at every hop.
 */
export function authorise(call: Call): void {
  const { operation } = call.envelope;
  if (operation.kind === "batch") authoriseItems(call, operation);
  else if (ruleOf(call).op === never.op) throw denied(call);
}

/** A batch of whose kinds the caller may do none is refused as a whole; otherwise each item is judged by itself. */
function authoriseItems(call: Call, { resource, writes }: BatchOperationModel): void {
  const isDenied = (kind: string): boolean => call.view.rule(resource, kind as WriteKind).op === never.op;
  if ([...writes.keys()].every(isDenied)) throw denied(call);
  const batch = call.input as BatchInput;
  const items = batch.items.map(
    (item): PreparedItem =>
      item.ok && isDenied(item.operation.kind)
        ? { ok: false, index: item.index, id: item.id, error: denied(call) }
        : item,
  );
  call.input = { ...batch, items };
}

const denied = ({ caller }: Call): KeelsonError =>
  caller.kind === "anonymous"
    ? failure("unauthenticated", { headers: { "www-authenticate": "Bearer" } })
    : failure("forbidden");

function ruleOf({ envelope, view }: Call): Expr {
  const { operation } = envelope;
  switch (operation.kind) {
    case "custom":
      return view.custom(operation);
    case "batch":
      return never;
    case "list":
    case "get":
      return view.rule(operation.resource, "read");
    default:
      return view.rule(operation.resource, operation.kind);
  }
}
