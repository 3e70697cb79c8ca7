import type { BatchOperationModel, WriteKind } from "../../model/app-model.ts";
import { writtenTables } from "../../model/written-tables.ts";
import type { Call } from "../call.ts";

/**
 * After a write: what was made from the tables that it changed is not recalled any more. At this point the change is
 * committed and nobody has heard of it. What a handler writes is committed later, with the handler's own call.
 */
export function forget(call: Call): void {
  const { app, envelope, footprint } = call;
  const { operation, transaction } = envelope;
  if (app.cache === undefined || operation.effect === "read") return;
  if (operation.kind !== "custom") {
    const kinds = operation.kind === "batch" ? kindsOf(call, operation) : [operation.kind as WriteKind];
    const tables = [...new Set(kinds.flatMap((kind) => writtenTables(app.model, operation.resource, kind)))];
    if (transaction) footprint?.noteWritten(tables);
    else app.cache.changed(tables);
  } else if (!transaction && footprint) app.cache.changed(footprint.written);
}

/** What a batch has done; where that is not known, anything that it could do. */
function kindsOf({ executed }: Call, { writes }: BatchOperationModel): readonly WriteKind[] {
  if (executed.kind !== "batch") return [...writes.keys()];
  return [...new Set(executed.items.flatMap((item) => (item.ok ? [item.kind] : [])))];
}
