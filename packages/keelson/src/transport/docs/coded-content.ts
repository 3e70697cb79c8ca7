import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants, gzip } from "node:zlib";
import { type Coding, chooseCoding } from "../http/choose-coding.ts";
import type { HttpReply } from "../http/http-reply.ts";

/** Content that does not change, in the codings that browsers ask for: each is made once, when first asked for. */
export interface CodedContent {
  /** Of the content itself, for URLs and entity tags: lower-case hexadecimal. */
  readonly hash: string;
  /** The part of a reply that holds the content as this `Accept-Encoding` wants it. */
  reply(acceptEncoding: string | undefined): Promise<Pick<HttpReply, "body" | "coding" | "etag">>;
}

/** Plain HTTP beyond the own machine is offered gzip alone by browsers. */
const offered: readonly Coding[] = ["br", "gzip"];

const brotliAsync = promisify(brotliCompress);
const unbrotliAsync = promisify(brotliDecompress);
const gzipAsync = promisify(gzip);

/** Shorter content is not worth a header field. */
const codeFromLength = 1_024;
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const gzipOptions = { level: 9 };

/** Text that is there as it is. */
export function codedText(text: string): CodedContent {
  const bytes = Buffer.from(text);
  return codedContent(hashOf(bytes), bytes.length, {
    identity: async () => bytes,
    br: () => brotliAsync(bytes, brotliOptions),
    gzip: () => gzipAsync(bytes, gzipOptions),
  });
}

/** A file that is kept compressed with Brotli. The hash is that of its content. */
export function codedFile(hash: string, read: () => Promise<Buffer>): CodedContent {
  const br = once(read);
  const identity = async () => unbrotliAsync(await br());
  return codedContent(hash, Number.POSITIVE_INFINITY, {
    br,
    // Not remembered: hardly anyone asks for it, and it is large.
    identity,
    gzip: async () => gzipAsync(await identity(), gzipOptions),
  });
}

type Make = () => Promise<Buffer>;

function codedContent(
  hash: string,
  length: number,
  { identity, br, gzip }: { readonly identity: Make; readonly br: Make; readonly gzip: Make },
): CodedContent {
  const made: Partial<Record<Coding, Make>> = { br: once(br), gzip: once(gzip) };
  return {
    hash,
    reply: async (acceptEncoding) => {
      const coding = length < codeFromLength ? undefined : chooseCoding(acceptEncoding ?? "", offered);
      const make = coding && made[coding];
      if (!make) return { body: await identity(), etag: hash };
      return { body: await make(), coding, etag: hash };
    },
  };
}

/** Makes it at the first call; a failure is forgotten, so that the next call tries again. */
function once(make: Make): Make {
  let made: Promise<Buffer> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

const hashOf = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex").slice(0, 20);
