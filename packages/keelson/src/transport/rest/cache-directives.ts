import type { Freshness } from "../../operation/envelope.ts";

const anything: Freshness = Object.freeze({});

/**
 * What a request says about kept answers (RFC 9111 section 5.2.1): `no-cache` and `max-age` ask for a newer one,
 * `no-store` for one that nobody keeps. Other directives are hints that a server need not follow, and words that are
 * none are passed over, as the RFC says.
 */
export function freshnessOf(cacheControl: string | undefined): Freshness {
  if (cacheControl === undefined) return anything;
  const directives = cacheControl
    .toLowerCase()
    .split(",")
    .map((part) => part.trim());
  const age = directives
    .map((part) => /^max-age="?(\d{1,9})"?$/.exec(part)?.[1])
    .find((digits) => digits !== undefined);
  const noStore = directives.includes("no-store");
  if (noStore || directives.includes("no-cache"))
    return { maxAgeMs: 0, ...(noStore ? { store: false } : {}) };
  return age === undefined ? anything : { maxAgeMs: Number(age) * 1_000 };
}
