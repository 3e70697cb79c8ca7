import type { Selection } from "../data/plan/selection.ts";
import type { AppModel, OperationModel, ResourceModel } from "../model/app-model.ts";
import type { PolicyView } from "../model/policy-view.ts";
import { buildListSelection, buildRecordSelection, readFailure } from "./build-selection.ts";
import type { Call } from "./call.ts";
import { plainNodes } from "./default-nodes.ts";
import type { ReadContext } from "./read-context.ts";
import { bodyOrigin } from "./read-origins.ts";

/** The resource that the answer shows; none for deletions and for commands that answer something else. */
export function answeredResource(operation: OperationModel): ResourceModel | undefined {
  if (operation.kind === "delete") return undefined;
  if (operation.kind !== "custom") return operation.resource;
  return operation.output.kind === "resource" ? operation.output.resource : undefined;
}

/**
 * What a call asks to read, checked for what its caller may read.
 *
 * @param words - the model that the request is worded in, and the caller's rights in it
 */
export function selectionFor(
  call: Call,
  operation: OperationModel,
  resource: ResourceModel,
  { view, model = call.app.model }: { readonly view: PolicyView; readonly model?: AppModel },
): Selection {
  const { read, readOrigin, trusted, maxLimit } = call.envelope;
  if (read === undefined && operation.kind !== "list")
    return { resource: resource.name, nodes: plainNodes(resource, view) };
  const context: ReadContext = {
    model,
    view,
    resource,
    origin: readOrigin ?? bodyOrigin,
    cursors: call.app.cursors,
    apiVersion: call.version?.date,
    maxLimit,
    trusted: trusted === true,
  };
  const build = operation.kind === "list" ? buildListSelection : buildRecordSelection;
  const built = build(read ?? {}, context);
  if (!built.ok) throw readFailure(built.error, context.origin);
  return built.value;
}
