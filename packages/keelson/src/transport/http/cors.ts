import type { IncomingHttpHeaders } from "node:http";

const exposed =
  "ETag, Age, Cache-Status, Link, Location, Content-Location, Retry-After, RateLimit, RateLimit-Policy, Deprecation, Sunset, WWW-Authenticate, Preference-Applied, Idempotent-Replayed, X-Request-Id, traceparent";
const allowed =
  "Authorization, Content-Type, Accept, If-Match, If-None-Match, Prefer, Idempotency-Key, X-Request-Id, traceparent, tracestate";
const maxAgeSeconds = "7200";

/** Cross-origin access after the Fetch standard, for a closed list of origins. */
export interface Cors {
  /** Header fields of every answer. */
  answerHeaders(headers: IncomingHttpHeaders): readonly string[];
  /** What an answer to OPTIONS says besides. */
  preflightHeaders(headers: IncomingHttpHeaders, allow: string): readonly string[];
}

/**
 * Undefined when no origin is allowed: then nothing about origins is said at all.
 *
 * @param negotiated - header fields that requests may have and answers repeat
 */
export function newCors(origins: readonly string[], negotiated: readonly string[] = []): Cors | undefined {
  if (origins.length === 0) return undefined;
  const known = new Set(origins);
  const isKnown = (origin: string | undefined): origin is string => origin !== undefined && known.has(origin);
  return {
    answerHeaders: ({ origin }) =>
      isKnown(origin)
        ? [
            "Access-Control-Allow-Origin",
            origin,
            "Access-Control-Expose-Headers",
            [exposed, ...negotiated].join(", "),
          ]
        : [],
    preflightHeaders: (headers, allow) =>
      isKnown(headers.origin) && headers["access-control-request-method"] !== undefined
        ? [
            "Access-Control-Allow-Methods",
            allow,
            "Access-Control-Allow-Headers",
            [allowed, ...negotiated].join(", "),
            "Access-Control-Max-Age",
            maxAgeSeconds,
          ]
        : [],
  };
}
