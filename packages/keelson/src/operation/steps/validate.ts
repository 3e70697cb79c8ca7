import { failure } from "../../base/error.ts";
import type { BatchOperationModel, OperationModel } from "../../model/app-model.ts";
import type { BatchInput, PreparedItem } from "../batch/batch-input.ts";
import { prepareBatch, refuseInvalid, revalidate } from "../batch/prepare-batch.ts";
import type { Call } from "../call.ts";
import { answeredResource, selectionFor } from "../selection-for.ts";
import { type Validated, validOf } from "../validate-input.ts";

/** Checks what was sent against the model, for what this caller may read, and gives it its one form. */
export function validate(call: Call): void | Promise<void> {
  const { operation } = call.envelope;
  requirePrecondition(call, operation);
  const resource = answeredResource(operation);
  if (resource) call.selection = call.upgraded?.selection ?? selectionFor(call, operation, resource, call);
  if (operation.kind === "list" || operation.kind === "get" || operation.kind === "delete") return;
  if (operation.kind === "batch") return validateBatch(call, operation);
  const { locateInput } = call.envelope;
  const input = call.upgraded ? call.upgraded.input : call.envelope.input;
  const validated = call.app.validators.of(operation, call.envelope.trusted === true)(input, locateInput);
  return validated instanceof Promise
    ? validated.then((result) => accept(call, result))
    : accept(call, validated);
}

async function validateBatch(call: Call, operation: BatchOperationModel): Promise<void> {
  const items = call.upgraded
    ? await revalidate(call, call.upgraded.input as readonly PreparedItem[])
    : await prepareBatch(call, operation, "checked");
  const batch: BatchInput = { atomic: call.envelope.atomic ?? true, items };
  refuseInvalid(batch);
  call.input = batch;
}

function accept(call: Call, validated: Validated): void {
  call.input = validOf(validated);
}

/** Where the resource demands it, a change must say which version it was made for. */
function requirePrecondition({ envelope }: Call, operation: OperationModel): void {
  if (operation.kind !== "update" && operation.kind !== "delete") return;
  if (!operation.resource.requireIfMatch || envelope.trusted || envelope.preconditions?.ifMatch !== undefined)
    return;
  throw failure("precondition_required");
}
