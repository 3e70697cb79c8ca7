import { compareContracts } from "./compare-contracts.ts";
import type { ContractChange, ContractDocument } from "./contract-change.ts";

/** What changed in the contract of one version. */
export interface VersionChanges {
  /** Undefined where the API has no versions. */
  readonly version: string | undefined;
  readonly changes: readonly ContractChange[];
}

/** Documents by version; the one without versions stands under the empty text. */
export type ContractSet = ReadonlyMap<string, ContractDocument>;

/**
 * Compares everything that was promised with what is served now: each version's contract with that version's. What
 * was promised before there were versions, the oldest version must keep.
 */
export function compareAll(base: ContractSet, next: ContractSet, today: string): readonly VersionChanges[] {
  const oldest = [...next.keys()].sort()[0] ?? "";
  const results: VersionChanges[] = [];
  for (const [version, document] of base) {
    const name = version === "" ? oldest : version;
    // With the file of the oldest version there, the older one has been replaced by it.
    if (version === "" && oldest !== "" && base.has(oldest)) continue;
    const still = next.get(name);
    const shownVersion = name === "" ? undefined : name;
    results.push({
      version: shownVersion,
      changes: still ? compareContracts(document, still, today) : [removedVersion(name, document, today)],
    });
  }
  for (const version of next.keys())
    if (version !== "" && !base.has(version) && !(base.has("") && version === oldest))
      results.push({
        version,
        changes: [
          { rule: "api-version-added", level: "safe", where: version, at: "", detail: "is a new version" },
        ],
      });
  return results;
}

function removedVersion(version: string, document: ContractDocument, today: string): ContractChange {
  const sunset = document.info?.["x-sunset"];
  if (typeof sunset === "string" && sunset <= today)
    return { rule: "api-version-ended", level: "safe", where: version, at: "", detail: `ended on ${sunset}` };
  return {
    rule: "api-version-removed",
    level: "breaking",
    where: version || "the API",
    at: "",
    detail: "is not declared any more, and has no sunset that has come",
    mend: `version("${version}", [ … ], { deprecated: "…", sunset: "…" })`,
  };
}
