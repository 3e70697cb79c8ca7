import { isHttpUrl } from "../../base/address-text.ts";
import { isDate } from "../../base/calendar-text.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { Backend } from "../../declare/backend.ts";
import type { ApiVersion } from "../../declare/version.ts";
import { type Findings, shown } from "./findings.ts";
import { inBackend } from "./place.ts";

/** Header field names (RFC 9110 section 5.1). */
const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,50}$/;

const changeKinds = [
  "renamed",
  "moved",
  "split",
  "addedRequired",
  "removed",
  "choicesChanged",
  "behaviourChanged",
];

/** Whether the declared versions are versions at all, in order, with lives that make sense. */
export function checkVersions(findings: Findings, backend: Backend): void {
  const where = inBackend(backend.name);
  checkVersioning(findings, where, backend);
  const given: unknown = backend.versions;
  if (given === undefined) return;
  if (!Array.isArray(given) || given.length === 0) {
    findings.blocker(
      "invalid-versions",
      where,
      `"versions" is ${shown(given)}.`,
      'Give a list, the oldest first: versions: [version("2026-11-01", []), …].',
    );
    return;
  }
  for (const [index, version] of given.entries()) {
    const place = `${where}, versions[${index}]`;
    if (!isVersion(version)) {
      findings.blocker(
        "not-declared",
        place,
        `It is ${shown(version)}.`,
        'Put values there that were made with version("2026-11-01", [ … ]).',
      );
      continue;
    }
    checkDates(findings, version, given[index - 1], index === given.length - 1);
    checkChangeValues(findings, version, index === 0);
  }
}

/** `version "2026-11-01"`. */
const inVersion = (version: ApiVersion): string => `version "${version.date}"`;

/** `version "2026-11-01", changes[0]`. */
export const inChange = (version: ApiVersion, index: number): string =>
  `${inVersion(version)}, changes[${index}]`;

const isVersion = (value: unknown): value is ApiVersion =>
  (value as { type?: unknown } | null | undefined)?.type === "version" &&
  Array.isArray((value as { changes?: unknown }).changes);

function checkVersioning(findings: Findings, where: string, { versioning, versions }: Backend): void {
  if (versioning === undefined) return;
  if (versions === undefined)
    findings.error(
      "useless-versioning",
      where,
      '"versioning" says how versions are chosen, but there are none.',
      'Declare versions: [version("2026-11-01", [])], or leave "versioning" out.',
    );
  const { header, pin } = versioning;
  if (header !== undefined && (typeof header !== "string" || !token.test(header)))
    findings.error(
      "invalid-header",
      `${where}, versioning.header`,
      `It is ${shown(header)}.`,
      'Use the name of a header field, e.g. "API-Version".',
    );
  if (pin !== undefined && typeof pin !== "boolean")
    findings.error("invalid-pin", `${where}, versioning.pin`, `It is ${shown(pin)}.`, "Use true or false.");
}

function checkDates(findings: Findings, version: ApiVersion, before: unknown, newest: boolean): void {
  const where = inVersion(version);
  const { date, deprecated, sunset, link } = version;
  for (const [name, value] of Object.entries({ date, deprecated, sunset }))
    if (value !== undefined && (typeof value !== "string" || !isDate(value)))
      findings.blocker(
        "invalid-date",
        name === "date" ? where : `${where}, ${name}`,
        `${shown(value)} is no date.`,
        'Write a day that exists, e.g. "2026-11-01".',
      );
  if (isVersion(before) && before.date >= date)
    findings.error(
      "version-order",
      where,
      `It stands after "${before.date}", which is not older.`,
      "Put the oldest version first, each date once.",
    );
  if (newest && (deprecated !== undefined || sunset !== undefined))
    findings.error(
      "newest-deprecated",
      where,
      "It is the newest version, so nobody could go on to another.",
      'Take "deprecated" and "sunset" away, or declare the version that comes after it.',
    );
  checkSunset(findings, where, version);
  if (link !== undefined && !(typeof link === "string" && (link.startsWith("/") || isHttpUrl(link))))
    findings.error(
      "invalid-url",
      `${where}, link`,
      `${shown(link)} is neither a path nor an http or https URL.`,
      'Write e.g. "https://example.com/upgrading" or "/docs".',
    );
}

function checkSunset(findings: Findings, where: string, { deprecated, sunset }: ApiVersion): void {
  if (sunset !== undefined && (deprecated === undefined || sunset < deprecated))
    findings.error(
      "sunset-undeclared",
      `${where}, sunset`,
      deprecated === undefined
        ? "It has a sunset but was never deprecated."
        : `It ends on "${sunset}", before it is deprecated on "${deprecated}".`,
      'Say first from when on it is deprecated: { deprecated: "2027-01-01", sunset: "2027-07-01" }.',
    );
}

function checkChangeValues(findings: Findings, version: ApiVersion, first: boolean): void {
  for (const [index, change] of (version.changes as readonly unknown[]).entries()) {
    const { type, kind, target } = (change ?? {}) as { type?: unknown; kind?: unknown; target?: unknown };
    if (type === "change" && changeKinds.includes(kind as string)) {
      if (kind === "behaviourChanged" || isTarget(target)) continue;
      findings.blocker(
        "undefined-entry",
        inChange(version, index),
        `What changed is ${shown(target)}.`,
        'Give a resource, command or query: renamed(customer, "fullName", "name").',
      );
      continue;
    }
    findings.blocker(
      "not-declared",
      inChange(version, index),
      `It is ${shown(change)}.${typeof kind === "string" ? didYouMean(kind, changeKinds) : ""}`,
      "Put values there that were made with renamed(…), split(…) and the like.",
    );
  }
  if (first && version.changes.length > 0)
    findings.error(
      "changes-from-nothing",
      inVersion(version),
      "It is the first version, so there is none that its changes would be against.",
      `Declare the version before it: versions: [version("…", []), version("${version.date}", [ … ])].`,
    );
}

const isTarget = (target: unknown): boolean =>
  ["resource", "operation"].includes((target as { type?: string } | null | undefined)?.type ?? "");
