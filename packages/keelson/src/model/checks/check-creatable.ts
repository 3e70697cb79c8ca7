import type { AppModel } from "../app-model.ts";
import type { Findings } from "./findings.ts";
import { inField } from "./place.ts";

/** Whoever may create a record must be able to give all that it needs. */
export function checkCreatable(findings: Findings, model: AppModel): void {
  for (const resource of model.resources.values()) {
    if (!resource.operations.has("create") || resource.access.create.op === "never") continue;
    for (const field of resource.fields.values()) {
      const needed =
        !field.system &&
        field.columns.length > 0 &&
        !field.spec.optional &&
        !field.spec.default &&
        !field.spec.filled;
      if (!needed || (!field.spec.readOnly && field.write.op !== "never")) continue;
      findings.error(
        "not-creatable",
        inField(resource.name, field.name),
        `It is required and has no default, but ${field.spec.readOnly ? "is readOnly" : "nobody may write it"}: creating a record would always fail.`,
        'Add .default(…) or .optional(); or leave "create" out of operations and create records in a command.',
      );
    }
  }
}
