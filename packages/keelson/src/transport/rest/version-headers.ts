import type { VersionModel, VersionsModel } from "../../model/app-model.ts";

const known = new WeakMap<VersionModel, readonly string[]>();

/**
 * Header fields of every answer in a version, name and value in turn: which version it is, and of one that comes to
 * its end `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and links to what to do (RFC 8288, 5829, 8594, 9745).
 */
export function versionHeaders(versions: VersionsModel, version: VersionModel): readonly string[] {
  let headers = known.get(version);
  if (!headers) {
    headers = Object.freeze(makeHeaders(versions, version));
    known.set(version, headers);
  }
  return headers;
}

function makeHeaders({ header, current }: VersionsModel, version: VersionModel): readonly string[] {
  const { date, deprecatedMs, sunsetMs, declaration } = version;
  const headers = [header, date];
  // A Date of RFC 9651: seconds since the epoch.
  if (deprecatedMs !== undefined) headers.push("Deprecation", `@${deprecatedMs / 1_000}`);
  if (sunsetMs !== undefined) headers.push("Sunset", new Date(sunsetMs).toUTCString());
  if (deprecatedMs === undefined) return headers;
  const page = declaration.link ?? `/docs?version=${date}`;
  const links = [
    `<${page}>; rel="deprecation"; type="text/html"`,
    ...(sunsetMs === undefined ? [] : [`<${page}>; rel="sunset"; type="text/html"`]),
    `</openapi.json?version=${current.date}>; rel="successor-version"; type="application/json"`,
  ];
  return [...headers, "Link", links.join(", ")];
}
