import type { FieldSpec } from "../../declare/field-spec.ts";
import type { RunCall } from "../../operation/run-call.ts";

/** What endpoints need besides their operation. */
export interface Door {
  /** The pipeline: this door only translates. */
  readonly run: RunCall;
  readonly maxParameters: number;
}

/** What the versions of an API call the parts of one operation, all of them together. */
export interface OperationWords {
  /** Members of a query's input, for URLs; undefined when a schema library validates them. */
  readonly input: ReadonlyMap<string, FieldSpec> | undefined;
  /** What a list can be filtered by. */
  readonly filterable: readonly string[];
}

export interface VersionedDoor extends Door {
  readonly words: OperationWords;
}
