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
    const tables = writtenTables(
      app.model,
      operation.resource,
      operation.kind as "create" | "update" | "delete",
    );
    if (transaction) footprint?.noteWritten(tables);
    else app.cache.changed(tables);
  } else if (!transaction && footprint) app.cache.changed(footprint.written);
}
