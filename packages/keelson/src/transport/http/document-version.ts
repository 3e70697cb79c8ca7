import type { VersionsModel } from "../../model/app-model.ts";
import { versionNamed } from "../../model/version/version-named.ts";
import type { HttpRequest } from "./http-request.ts";
import { parseQuery } from "./query-parameters.ts";

const maxParameters = 20;

/**
 * Which version of the API a request for its description means: `?version=…`, or the header field of calls, or the
 * newest. Undefined where there are no versions.
 */
export function documentVersion(
  { query, headers }: Pick<HttpRequest, "query" | "headers">,
  versions: VersionsModel | undefined,
): string | undefined {
  if (!versions) return undefined;
  const asked = parseQuery(query, maxParameters).find(({ name }) => name === "version")?.value;
  const header = headers[versions.header.toLowerCase()];
  const name = asked ?? (typeof header === "string" ? header : undefined);
  return name === undefined ? versions.current.date : versionNamed(versions, name).date;
}
