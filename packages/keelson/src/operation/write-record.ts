import { system } from "../base/caller.ts";
import { type Fault, failure } from "../base/error.ts";
import {
  createRecord,
  deleteRecord,
  type Execution,
  readRecord,
  replaceLinks,
  updateRecord,
  type WriteAnswer,
} from "../data/execute.ts";
import type { Session } from "../data/transaction.ts";
import type { FieldModel, ResourceModel, StandardOperationModel } from "../model/app-model.ts";
import type { Call } from "./call.ts";
import { executionOf } from "./execution-of.ts";
import { recordId } from "./record-id.ts";
import { mergingFields } from "./validate-input.ts";

/** One statement commits by itself; links are another statement, and a merged value is judged after the fact. */
export const needsTransaction = ({ kind, resource }: StandardOperationModel, input: unknown): boolean =>
  linksOf(resource, input).length > 0 ||
  (kind === "update" && mergingFields(resource, recordOf(input)).length > 0);

const recordOf = (input: unknown): Readonly<Record<string, unknown>> =>
  (input ?? {}) as Readonly<Record<string, unknown>>;

/** Runs a create, an update or a deletion in a session that is open. */
export async function writeRecord(
  call: Call,
  operation: StandardOperationModel,
  session: Session,
): Promise<void> {
  const execution = executionOf(call, session);
  const { resource } = operation;
  switch (operation.kind) {
    case "create": {
      const input = call.input as Readonly<Record<string, unknown>>;
      const made = resource.key.by !== "keelson";
      const given = typeof input["id"] === "string" ? input["id"] : call.app.newId();
      const answer = await createRecord(execution, {
        resource,
        data: made ? input : { ...input, id: given },
        nodes: call.selection.nodes,
      });
      judge(answer);
      await settleRecord(call, execution, resource, answer.id ?? given, answer, true);
      return;
    }
    case "update": {
      const id = recordId(call, resource);
      const data = call.input as Readonly<Record<string, unknown>>;
      const answer = await updateRecord(execution, {
        resource,
        id,
        data,
        nodes: call.selection.nodes,
        versions: versionsOf(call),
      });
      judge(answer);
      await judgeMerged(call, execution, resource, id);
      await settleRecord(call, execution, resource, id, answer, false);
      return;
    }
    default: {
      const answer = await deleteRecord(execution, {
        resource,
        id: recordId(call, resource),
        versions: versionsOf(call),
      });
      judge(answer);
      call.executed = { kind: "none" };
    }
  }
}

/** Says why nothing was written. The order matters: what may not be read must look as if it did not exist. */
export function judge(answer: WriteAnswer): void {
  if (!answer.exists) throw failure("not_found");
  if (answer.missing.length > 0) {
    const errors = answer.missing.map(
      (field): Fault => ({
        pointer: `#/${field.name}`,
        code: "reference_not_found",
        detail: "The record that it refers to does not exist.",
      }),
    );
    throw failure("validation_failed", { errors });
  }
  if (!answer.allowed) throw failure("forbidden");
  if (!answer.matches) throw failure("precondition_failed");
}

/** What a patch made of nested values must fit their schemas; only the result shows whether it does. */
async function judgeMerged(
  call: Call,
  execution: Execution,
  resource: ResourceModel,
  id: string,
): Promise<void> {
  const names = mergingFields(resource, recordOf(call.input));
  if (names.length === 0) return;
  const nodes = names.map((name) => ({ kind: "field" as const, as: name, field: name }));
  // Read by the system: the caller may change what they may not read.
  const everything = { ...execution, view: call.app.viewOf(system("check merged values")) };
  const merged = await readRecord(everything, { resource, id, nodes });
  const checked = await call.app.validators.merged(resource)(
    merged ? JSON.parse(merged.json) : {},
    call.envelope.locateInput,
  );
  if (!checked.ok) throw failure("validation_failed", { errors: checked.error });
}

/** Writes the links that came with the record, and reads it again where they show in the answer. */
async function settleRecord(
  call: Call,
  execution: Execution,
  resource: ResourceModel,
  id: string,
  answer: WriteAnswer,
  created: boolean,
): Promise<void> {
  const links = linksOf(resource, call.input);
  for (const [field, targets] of links) {
    if (!(await replaceLinks(execution, resource, field, id, targets))) {
      throw failure("validation_failed", {
        errors: [
          {
            pointer: `#/${field.name}`,
            code: "reference_not_found",
            detail: "At least one of the records does not exist.",
          },
        ],
      });
    }
  }
  const json =
    links.length > 0
      ? ((await readRecord(execution, { resource, id, nodes: call.selection.nodes }))?.json ?? null)
      : answer.json;
  call.executed = {
    kind: "record",
    json: json ?? JSON.stringify({ id }),
    id,
    version: answer.version ?? 1,
    created,
  };
}

/** The links that come with a record, and where they lead. */
export function linksOf(
  resource: ResourceModel,
  input: unknown,
): readonly (readonly [FieldModel, readonly string[]])[] {
  if (typeof input !== "object" || input === null) return [];
  return resource.manyToMany.flatMap((field) => {
    const targets = (input as Readonly<Record<string, unknown>>)[field.name];
    return Array.isArray(targets) ? [[field, targets as string[]] as const] : [];
  });
}

function versionsOf(call: Call): readonly number[] | null {
  const ifMatch = call.envelope.preconditions?.ifMatch;
  return ifMatch === undefined || ifMatch === "*" ? null : ifMatch;
}
