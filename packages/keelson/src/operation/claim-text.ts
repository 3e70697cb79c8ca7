import type { Claims } from "../base/caller.ts";

/** The text or number at a dotted path of the claims. A claim with a dot in its name comes first. */
export function claimText(claims: Claims, path: string): string | undefined {
  let value: unknown = Object.hasOwn(claims, path) ? claims[path] : claims;
  if (value === claims)
    for (const segment of path.split(".")) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
      value = (value as Claims)[segment];
    }
  return (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : undefined;
}
