import { type Diagnostic, DiagnosticError } from "../base/diagnostic.ts";
import type { Backend } from "../declare/backend.ts";
import type { AppModel } from "./app-model.ts";
import { checkDeclarations, checkModel } from "./check-declarations.ts";
import { linkModel } from "./link-model.ts";

/** A model without errors, and what is worth a second look. */
export interface LoadedModel {
  readonly model: AppModel;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Checks, links and checks again.
 *
 * @param given - the default export of the entry file, whatever it is
 * @throws DiagnosticError with everything that is wrong, warnings included
 */
export function loadModel(given: unknown): LoadedModel {
  const declared = checkDeclarations(given);
  if (!declared.linkable) throw new DiagnosticError(declared.diagnostics);
  const model = linkModel(given as Backend);
  const diagnostics = [...declared.diagnostics, ...checkModel(model)];
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error"))
    throw new DiagnosticError(diagnostics);
  return { model, warnings: diagnostics };
}
