import type { KeelsonError } from "../../base/error.ts";
import { problemTypeOf } from "../../contract/problem-type.ts";
import { type HttpReply, noStore } from "./http-reply.ts";

const problemType = "application/problem+json";

/** Members that a problem always has the same meaning of; a declared error cannot replace them. */
const ownMembers = new Set(["type", "title", "status", "detail", "instance", "code", "errors", "requestId"]);

/** A problem as RFC 9457 words it. What went wrong inside the server stays there. */
export function problemOf(error: KeelsonError, requestId: string): Readonly<Record<string, unknown>> {
  const members = Object.entries(error.members).filter(([name]) => !ownMembers.has(name));
  return {
    type: problemTypeOf(error.code),
    title: error.title,
    status: error.status,
    code: error.code,
    ...(error.detail === undefined || error.status === 500 ? {} : { detail: error.detail }),
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
    requestId,
    ...Object.fromEntries(members),
  };
}

/** The answer that tells a caller of an error. */
export function problemReply(error: KeelsonError, requestId: string): HttpReply {
  const headers = Object.entries(error.headers).flat();
  return {
    status: error.status,
    contentType: problemType,
    body: JSON.stringify(problemOf(error, requestId)),
    cacheControl: noStore,
    headers:
      error.status === 401 ? [...withoutChallenge(headers), "WWW-Authenticate", challengeOf(error)] : headers,
  };
}

/** RFC 6750 section 3: without credentials only the scheme, otherwise also what is wrong with them. */
function challengeOf(error: KeelsonError): string {
  const given = Object.entries(error.headers).find(([name]) => isChallenge(name))?.[1];
  return given ?? (error.code === "invalid_token" ? 'Bearer error="invalid_token"' : "Bearer");
}

const isChallenge = (name: string): boolean => name.toLowerCase() === "www-authenticate";

const withoutChallenge = (headers: readonly string[]): readonly string[] =>
  headers.filter((_text, index) => !isChallenge(headers[index - (index % 2)] ?? ""));
