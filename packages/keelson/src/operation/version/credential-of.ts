import type { Caller } from "../../base/caller.ts";

/**
 * What a version is pinned to: the client that the token was issued to (RFC 9068 `client_id`, or `azp`), since
 * programs are written for a version and not people; without one, the subject. Undefined where nobody signed in.
 */
export function credentialOf(caller: Caller): string | undefined {
  if (caller.kind !== "user") return undefined;
  const { iss, client_id: clientId, azp } = caller.claims;
  const client = [clientId, azp].find((claim) => typeof claim === "string" && claim !== "");
  return JSON.stringify([
    typeof iss === "string" ? iss : "",
    client === undefined ? "sub" : "client",
    client ?? caller.id,
  ]);
}
