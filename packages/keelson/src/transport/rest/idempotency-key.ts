import { failure } from "../../base/error.ts";

/** A String of RFC 9651: visible ASCII between quotes, where a backslash stands before a quote or another one. */
const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** Without quotes, as most clients send it. A comma or a space would be the mark of several header fields. */
const bare = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/;

/**
 * The key in `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07). Quotes are not part of it, so that
 * both spellings are the same key; how long it may be is for the pipeline to say.
 */
export function idempotencyKeyOf(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = String(header).trim();
  const inner = quoted.exec(text)?.[1];
  if (inner !== undefined && inner !== "") return inner.replace(/\\(.)/g, "$1");
  if (bare.test(text)) return text;
  throw failure(
    "idempotency_key_invalid",
    "It must be one key: visible ASCII characters, in double quotes or without.",
  );
}
