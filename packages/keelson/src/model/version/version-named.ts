import { failure } from "../../base/error.ts";
import type { VersionModel, VersionsModel } from "../app-model.ts";

/** The version of a name that a caller gave. @throws KeelsonError `unknown_api_version`, with those there are */
export function versionNamed(versions: VersionsModel, name: string): VersionModel {
  const version = versions.known.get(name);
  if (version) return version;
  const shown = name.length > 40 ? `${name.slice(0, 40).toWellFormed()}…` : name;
  throw failure("unknown_api_version", {
    errors: [{ header: versions.header, code: "unknown", detail: `"${shown}" is not one of the versions.` }],
    members: { known: [...versions.known.keys()] },
  });
}
