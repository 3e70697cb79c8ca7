import type { OperationModel, ResourceModel } from "../model/app-model.ts";
import {
  type InputValidator,
  inputValidator,
  type MergedValidator,
  mergedValidator,
} from "./validate-input.ts";

/** The validators of a back end, each compiled when it is first asked for. */
export interface InputValidators {
  of(operation: OperationModel, trusted: boolean): InputValidator;
  /** For object and json fields after a merge patch. */
  merged(resource: ResourceModel): MergedValidator;
}

/** Compiling takes milliseconds each, which a large model should not pay at boot. */
export function newInputValidators(): InputValidators {
  const untrusted = new Map<OperationModel, InputValidator>();
  const trusting = new Map<OperationModel, InputValidator>();
  const merging = new Map<ResourceModel, MergedValidator>();
  return {
    of: (operation, trusted) =>
      known(trusted ? trusting : untrusted, operation, () => inputValidator(operation, trusted)),
    merged: (resource) => known(merging, resource, () => mergedValidator(resource)),
  };
}

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
