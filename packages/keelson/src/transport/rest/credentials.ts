import { failure } from "../../base/error.ts";
import type { Credentials } from "../../operation/envelope.ts";

const none: Credentials = Object.freeze({ kind: "none" });

const bearer = "bearer ";

/** What `Authorization` presents: a bearer token (RFC 6750 section 2.1) or nothing. Anything else is refused. */
export function credentialsOf(authorization: string | undefined): Credentials {
  if (authorization === undefined) return none;
  const scheme = authorization.slice(0, bearer.length).toLowerCase();
  const token = authorization.slice(bearer.length).trim();
  if (scheme === bearer && token !== "" && !token.includes(" ")) return { kind: "bearer", token };
  throw failure("invalid_token", "The Authorization header must be: Bearer <token>.");
}
