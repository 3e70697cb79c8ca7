import type { FieldSpec } from "../../declare/field-spec.ts";
import type { AppModel, CustomOperationModel, OperationModel } from "../../model/app-model.ts";
import type { OperationWords } from "./door.ts";

/** The words of all versions for one operation, those of the newest first; which of them fit, validation knows. */
export function wordsOf(model: AppModel, operation: OperationModel): OperationWords {
  const then = [...(model.versions?.known.values() ?? [])].flatMap(
    (version) => version.model.operations.get(operation.name) ?? [],
  );
  const all = [operation, ...then.toReversed()];
  const lists = all.flatMap((one) =>
    one.kind === "list" ? one.resource.list.filter.map((path) => path.text) : [],
  );
  const inputs = all.flatMap((one) => (one.kind === "custom" ? [...(one.input ?? [])] : []));
  const described = operation.kind === "custom" && operation.input !== undefined;
  return {
    input: described ? merged(operation, inputs) : undefined,
    filterable: [...new Set(lists)],
  };
}

/** Of two members with one name, the newer one says how its text is read. */
function merged(
  { input }: CustomOperationModel,
  inputs: readonly (readonly [string, FieldSpec])[],
): ReadonlyMap<string, FieldSpec> {
  const members = new Map(input);
  for (const [name, spec] of inputs) if (!members.has(name)) members.set(name, spec);
  return members;
}
