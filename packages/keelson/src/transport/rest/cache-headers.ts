import type { RecallNote } from "../../operation/outcome.ts";
import type { HttpReply } from "../http/http-reply.ts";
import type { HttpRequest } from "../http/http-request.ts";

/** The name of this cache in `Cache-Status`. */
const cacheName = "keelson";

/**
 * What a reply says about copies of it: who may keep it and for how long (RFC 9111), where it came from (RFC 9211), and
 * a tag to ask with whether it has changed. Callers with credentials get copies of their own, which are checked every
 * time, so that nobody is shown what was before their own change.
 */
export function withCacheHeaders(request: HttpRequest, reply: HttpReply, note: RecallNote): HttpReply {
  const headers = [...(reply.headers ?? []), "Cache-Status", cacheStatus(note), "Age", seconds(note.ageMs)];
  // A body is not part of the URI, and not every cache knows that QUERY has one.
  const isPublic = note.isPublic && (request.method === "GET" || request.method === "HEAD");
  return {
    ...reply,
    headers,
    ...(isPublic && note.stored ? { cacheControl: publicControl(note) } : {}),
    ...(note.tag === undefined ? {} : { etag: note.tag, weak: true }),
  };
}

function publicControl({ lifetimeMs, staleMs }: RecallNote): string {
  const control = `public, max-age=${seconds(lifetimeMs)}`;
  return staleMs === 0 ? control : `${control}, stale-while-revalidate=${seconds(staleMs)}`;
}

function cacheStatus({ status, stored, shared, ageMs, lifetimeMs }: RecallNote): string {
  const detail = shared ? "; detail=redis" : "";
  switch (status) {
    case "hit":
    case "stale":
      // Past its time the rest is negative.
      return `${cacheName}; hit; ttl=${Math.floor((lifetimeMs - ageMs) / 1_000)}${detail}`;
    case "collapsed":
      return `${cacheName}; fwd=miss${stored ? "; stored" : ""}; collapsed${detail}`;
    default:
      return `${cacheName}; fwd=${status}${stored ? "; stored" : ""}`;
  }
}

const seconds = (ms: number): string => String(Math.floor(ms / 1_000));
