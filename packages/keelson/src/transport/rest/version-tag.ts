import { hash } from "node:crypto";
import type { RecordOutcome } from "../../operation/outcome.ts";

/** Counters are signed, transactions unsigned 32-bit numbers; a greater one names no record. */
const maxVersion = 4_294_967_295;

const hashLength = 16;

/** The version, what tells compositions of it apart, and the suffix of a content coding. */
const pattern = new RegExp(`^(0|[1-9]\\d{0,9})(?:-[\\w-]{${hashLength}})?(?:-(?:gz|br|zst))?$`);

/**
 * The entity tag of a record: its version. Where other records are embedded the version does not identify the
 * content, so a hash of it is added.
 */
export function versionTag(outcome: Pick<RecordOutcome, "json" | "version" | "composed">): string {
  // Rows of views have no version: their tag is made of what they say.
  if (outcome.version === null) return hash("sha256", outcome.json, "base64url").slice(0, hashLength);
  const version = String(outcome.version);
  return outcome.composed
    ? `${version}-${hash("sha256", outcome.json, "base64url").slice(0, hashLength)}`
    : version;
}

/** The version that an entity tag of ours stands for; undefined for any other tag. */
export function versionOfTag(tag: string): number | undefined {
  const version = Number(pattern.exec(tag)?.[1]);
  return version <= maxVersion ? version : undefined;
}
