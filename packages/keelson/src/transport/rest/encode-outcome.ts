import { failure } from "../../base/error.ts";
import type { BatchOutcome, Outcome, PageOutcome, RecordOutcome } from "../../operation/outcome.ts";
import { type HttpReply, jsonType, privateCache } from "../http/http-reply.ts";
import type { HttpRequest } from "../http/http-request.ts";
import { problemReply } from "../http/problem.ts";
import { rateLimitFields } from "../http/rate-limit-fields.ts";
import { batchBody } from "./batch-body.ts";
import { withCacheHeaders } from "./cache-headers.ts";
import { pageLinks } from "./page-links.ts";
import { prefersMinimal } from "./prefer.ts";
import { versionTag } from "./version-tag.ts";

/** What was written: the path under which records of its kind can be read, if they can. */
export interface Written {
  readonly itemPath: string | undefined;
}

/**
 * Words an outcome in HTTP. JSON that the database printed goes through as it is.
 *
 * @param written - absent for what only reads, by whichever method
 */
export function encodeOutcome(
  request: HttpRequest,
  outcome: Outcome,
  written: Written | undefined,
): HttpReply {
  const plain = replyOf(request, outcome, written);
  const { replayed, limits, recalled } = outcome;
  const reply = recalled ? withCacheHeaders(request, plain, recalled) : plain;
  if (!replayed && !limits) return reply;
  const headers = [...(reply.headers ?? [])];
  if (replayed) headers.push("Idempotent-Replayed", "true");
  if (limits) headers.push(...rateLimitFields(limits));
  return { ...reply, headers };
}

function replyOf(request: HttpRequest, outcome: Outcome, written: Written | undefined): HttpReply {
  // The answer of an earlier request is repeated to the letter, its id included.
  if (!outcome.ok) return problemReply(outcome.error, outcome.replayed?.requestId ?? request.id);
  switch (outcome.kind) {
    case "record":
      return written ? encodeWritten(request, outcome, written) : encodeRead(outcome);
    case "page":
      return encodePage(request, outcome);
    case "batch":
      return encodeBatch(request, outcome);
    case "value":
      return encodeValue(outcome.value);
    case "none":
      return { status: 204, cacheControl: privateCache };
  }
}

function encodeRead(outcome: RecordOutcome): HttpReply {
  return {
    status: 200,
    contentType: jsonType,
    body: outcome.json,
    etag: versionTag(outcome),
    cacheControl: privateCache,
  };
}

/** A record as it is after a change, which is also what its own URI would give now. */
function encodeWritten(request: HttpRequest, outcome: RecordOutcome, { itemPath }: Written): HttpReply {
  const headers: string[] = [];
  if (itemPath !== undefined) {
    const location = `${itemPath}/${encodeURIComponent(outcome.id)}`;
    if (outcome.created) headers.push("Location", location);
    headers.push("Content-Location", request.query === "" ? location : `${location}?${request.query}`);
  }
  const reply = encodeRead(outcome);
  const minimal = prefersMinimal(request.headers.prefer);
  if (minimal) headers.push("Preference-Applied", "return=minimal");
  const { etag = "", cacheControl } = reply;
  if (minimal) return { status: outcome.created ? 201 : 204, etag, cacheControl, headers };
  return { ...reply, status: outcome.created ? 201 : 200, headers };
}

/** A batch whose items stand by themselves tells how each fared (RFC 4918 section 13), even when all went well. */
function encodeBatch(request: HttpRequest, outcome: BatchOutcome): HttpReply {
  const minimal = prefersMinimal(request.headers.prefer);
  const body = batchBody(outcome, outcome.replayed?.requestId ?? request.id, minimal);
  return {
    status: outcome.atomic ? 200 : 207,
    contentType: jsonType,
    body,
    cacheControl: privateCache,
    ...(minimal ? { headers: ["Preference-Applied", "return=minimal"] } : {}),
  };
}

function encodePage(request: HttpRequest, outcome: PageOutcome): HttpReply {
  const reply: HttpReply = {
    status: 200,
    contentType: jsonType,
    body: pageBody(outcome),
    cacheControl: privateCache,
  };
  // The query of a body is not in the URI, so that a link could not repeat it.
  if (request.body !== undefined) return reply;
  const links = pageLinks(request, outcome);
  return links === undefined ? reply : { ...reply, headers: ["Link", links] };
}

/** A page that is kept becomes bytes once. */
function pageBody({ json, nextCursor, recalled }: PageOutcome): string | Buffer {
  if (recalled?.page?.body) return recalled.page.body;
  const next = nextCursor === null ? "null" : JSON.stringify(nextCursor);
  const text = `{"data":${json},"nextCursor":${next}}`;
  if (!recalled?.page) return text;
  recalled.page.body = Buffer.from(text);
  return recalled.page.body;
}

function encodeValue(value: unknown): HttpReply {
  const body: string | undefined = JSON.stringify(value);
  if (body === undefined)
    throw failure("internal", { cause: new Error("a handler returned what is no JSON value") });
  return { status: 200, contentType: jsonType, body, cacheControl: privateCache };
}
