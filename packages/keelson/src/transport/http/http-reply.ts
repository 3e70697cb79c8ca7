import type { Coding } from "./choose-coding.ts";

/** Content that is too much to be held at once. */
export interface ContentStream {
  /** Null where nobody knows; then there are no ranges. */
  readonly bytes: number | null;
  /** From byte `from` to before byte `to`. */
  readonly read: (from: number, to: number) => AsyncIterable<Uint8Array>;
}

/** An answer as an endpoint words it; the server adds what every answer has. */
export interface HttpReply {
  readonly status: number;
  readonly contentType?: string;
  /** Absent: no content. */
  readonly body?: string | Buffer;
  /** Instead of a body: content that is read while it is sent. */
  readonly content?: ContentStream;
  /** The body is in this coding already and is sent as it is. */
  readonly coding?: Coding | undefined;
  /** Opaque tag of the content, without quotes; strong unless `weak`. */
  readonly etag?: string;
  /** The tag stands for the same content, not for the same bytes. */
  readonly weak?: boolean;
  readonly cacheControl: string;
  /** Further header fields: name, value, name, value … */
  readonly headers?: readonly string[];
}

export const jsonType = "application/json";

/** Data is for the caller who asked: private caches may keep it and must ask again. */
export const privateCache = "private, no-cache";
export const noStore = "no-store";
