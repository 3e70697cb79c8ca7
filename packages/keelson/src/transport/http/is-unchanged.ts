import type { IncomingMessage } from "node:http";
import { failure } from "../../base/error.ts";
import { namesContent, parseEntityTags } from "./entity-tag.ts";

/** Whether the caller's copy is still good (RFC 9110 section 13.1.2): weak comparison, safe methods only. */
export function isUnchanged({ headers, method }: IncomingMessage, etag: string): boolean {
  const header = headers["if-none-match"];
  if (header === undefined || !isSafe(method)) return false;
  const tags = parseEntityTags(header);
  if (tags === undefined) throw malformedTags("If-None-Match");
  return tags === "*" || tags.some((tag) => namesContent(tag.opaque, etag));
}

/** Methods that only read. */
export const isSafe = (method: string | undefined): boolean =>
  method === "GET" || method === "HEAD" || method === "QUERY";

/** A conditional header that is not a list of entity tags. */
export const malformedTags = (header: string): Error =>
  failure("invalid_header", {
    errors: [{ header, code: "syntax", detail: 'must be "*" or a list of entity tags in double quotes.' }],
  });
