import type { OperationModel, VersionModel } from "../../model/app-model.ts";
import type { PartModel } from "../../model/version/part-model.ts";
import { type InputSide, stepUp } from "./apply-step.ts";
import { isMembers } from "./members-at.ts";

/** The part of a version that an operation's input belongs to; undefined where nothing changed. */
export function inputPart(version: VersionModel, operation: OperationModel): PartModel | undefined {
  return operation.kind === "custom"
    ? version.operations.get(operation.name)?.input
    : version.resources.get(operation.resource.name);
}

/**
 * Input of an older version in the words of the newest. Takes what was found valid for that version, or what no
 * schema of ours describes; the given value stays as it is.
 */
export function upgradeInput(version: VersionModel, operation: OperationModel, input: unknown): unknown {
  const part = inputPart(version, operation);
  if (!part || (input !== undefined && !isMembers(input))) return input;
  return upgradeMembers(part, input ?? {}, operation.kind === "update" ? "patch" : "create");
}

/** The same for one part. */
export function upgradeMembers(
  { steps }: PartModel,
  input: Readonly<Record<string, unknown>>,
  side: InputSide,
): Readonly<Record<string, unknown>> {
  const members = structuredClone(input) as Record<string, unknown>;
  for (const step of steps) stepUp(members, step, side);
  return members;
}
