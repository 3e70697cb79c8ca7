import { createHash } from "node:crypto";
import type { Caller } from "../../base/caller.ts";

/**
 * Who an operation belongs to, as one text: a subject is unique within its issuer. Undefined for callers who are
 * nobody in particular: an operation of theirs would be anybody's.
 */
export function ownerOf(caller: Caller): string | undefined {
  if (caller.kind === "anonymous") return undefined;
  if (caller.kind === "system") return `system:${caller.onBehalfOf ?? ""}`;
  const issuer = caller.claims.iss ?? null;
  return `user:${createHash("sha256")
    .update(JSON.stringify([issuer, caller.id]))
    .digest("hex")}`;
}

/** The caller as it was when the operation was kept. */
export const callerOf = (kept: unknown): Caller => Object.freeze(kept as Caller);
