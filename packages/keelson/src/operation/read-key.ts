import { bind } from "../data/bind.ts";
import { type Planned, planGet, planList } from "../data/plan/plan-read.ts";
import { collectNodeValues, nodesShape } from "../data/plan/project.ts";
import type { ListSelection } from "../data/plan/selection.ts";
import type { CustomOperationModel } from "../model/app-model.ts";
import { readTables } from "../model/read-tables.ts";
import type { Call } from "./call.ts";
import { recordId } from "./record-id.ts";

/** What an answer depends on. */
export interface ReadKey {
  /** Equal keys mean equal answers, as long as the tables stay as they are. */
  readonly key: string;
  /** Undefined where only the handler knows. */
  readonly tables: readonly string[] | undefined;
}

/**
 * The key of a read. For standard reads it is the statement and everything that is bound to it, so what the caller
 * brings to the rules is in it exactly where a rule asks for it, and no declaration can leave it out. Handlers may look
 * at anything, so for queries it is the whole caller. Undefined where no key can say what the answer depends on.
 */
export function readKey(call: Call): ReadKey | undefined {
  const { operation } = call.envelope;
  switch (operation.kind) {
    case "list":
      return plannedKey(call, planList(call.app.model, call.selection as ListSelection, call.view));
    case "get": {
      const { nodes } = call.selection;
      return plannedKey(
        call,
        planGet(
          call.app.model,
          { resource: operation.resource, id: recordId(call, operation.resource), nodes, lock: false },
          call.view,
        ),
      );
    }
    case "custom":
      return customKey(call, operation);
    default:
      return undefined;
  }
}

function plannedKey({ app, caller }: Call, planned: Planned): ReadKey {
  const plan = app.plans.look(planned);
  const tables = readTables(app.model, plan.tables);
  return {
    key: `${planned.key}\n${JSON.stringify(bind(plan, planned.values, caller))}`,
    tables: tables === "all" ? undefined : tables,
  };
}

function customKey(call: Call, operation: CustomOperationModel): ReadKey | undefined {
  const { caller, envelope, selection } = call;
  // Versions that the caller names are compared while the query runs.
  if (envelope.preconditions !== undefined || !isPlainJson(envelope.input)) return undefined;
  const values: unknown[] = [];
  collectNodeValues(selection.nodes, values);
  const parts = [
    call.version?.date,
    envelope.id,
    envelope.input,
    nodesShape(selection.nodes),
    values,
    caller,
  ];
  return { key: `${operation.name}|${call.view.signature}\n${JSON.stringify(parts)}`, tables: undefined };
}

/** Whether JSON says all there is about a value: what is lost in it would make different inputs look alike. */
function isPlainJson(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object": {
      if (Array.isArray(value)) return value.every((item) => item !== undefined && isPlainJson(item));
      const prototype: unknown = Object.getPrototypeOf(value);
      return (
        (prototype === null || prototype === Object.prototype) && Object.values(value).every(isPlainJson)
      );
    }
    default:
      return false;
  }
}
