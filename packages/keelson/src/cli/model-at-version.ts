import { DiagnosticError } from "../base/diagnostic.ts";
import type { AppModel } from "../model/app-model.ts";

/** The model in the words of the version that `--api-version` names; without it, of the newest. */
export function modelAtVersion(model: AppModel, date: string | undefined): AppModel {
  if (date === undefined) return model;
  const known = [...(model.versions?.known.keys() ?? [])];
  const version = model.versions?.known.get(date);
  if (version) return version.model;
  throw new DiagnosticError([
    {
      code: "unknown-api-version",
      severity: "error",
      where: `--api-version ${date}`,
      what: "It is not a version of this API.",
      instead:
        known.length > 0 ? `Use one of ${known.join(", ")}.` : "No versions are declared; leave it out.",
    },
  ]);
}
