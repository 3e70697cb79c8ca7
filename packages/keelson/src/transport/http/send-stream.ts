import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type ByteRange, byteRange } from "./byte-range.ts";
import { chooseCoding } from "./choose-coding.ts";
import { codingSuffixes } from "./entity-tag.ts";
import type { Exchange } from "./exchange.ts";
import type { ContentStream, HttpReply } from "./http-reply.ts";
import { isUnchanged } from "./is-unchanged.ts";

/**
 * Sends content that is read while it is sent, as fast as the caller takes it: whole, compressed on the way, or a range
 * of it. Throws a KeelsonError while nothing is sent yet; what goes wrong afterwards breaks the connection off, so that
 * nobody takes a part for the whole.
 */
export async function sendStream(
  { incoming, response }: Exchange,
  reply: HttpReply & { readonly content: ContentStream },
  headers: string[],
): Promise<void> {
  const { content, etag, contentType = "application/octet-stream" } = reply;
  const { bytes } = content;
  const range = rangeOf(incoming, content, etag);
  const coded = range === undefined && acceptsGzip(incoming);
  const tag = etag === undefined ? undefined : `"${etag}${coded ? codingSuffixes.gzip : ""}"`;
  if (tag !== undefined) headers.push("ETag", tag);
  if (etag !== undefined && isUnchanged(incoming, etag)) return void response.writeHead(304, headers).end();
  if (bytes !== null && !coded) headers.push("Accept-Ranges", "bytes");
  if (range === "unsatisfiable") {
    headers.push("Content-Range", `bytes */${bytes}`, "Content-Length", "0");
    return void response.writeHead(416, headers).end();
  }
  headers.push("Content-Type", contentType);
  if (coded) headers.push("Content-Encoding", "gzip");
  const part: ByteRange = range ?? { from: 0, to: bytes ?? Number.MAX_SAFE_INTEGER };
  if (bytes !== null && !coded) headers.push("Content-Length", String(part.to - part.from));
  if (range) headers.push("Content-Range", `bytes ${range.from}-${range.to - 1}/${bytes}`);
  response.writeHead(range ? 206 : 200, headers);
  if (incoming.method === "HEAD") return void response.end();
  const source = Readable.from(content.read(part.from, part.to), {
    objectMode: false,
    highWaterMark: 65_536,
  });
  await (coded ? pipeline(source, createGzip({ level: 5 }), response) : pipeline(source, response)).catch(
    () => {
      response.destroy();
    },
  );
}

type Incoming = Exchange["incoming"];

function acceptsGzip({ headers }: Incoming): boolean {
  const accepted = headers["accept-encoding"];
  return typeof accepted === "string" && chooseCoding(accepted, ["gzip"]) === "gzip";
}

/** A range of another content than the caller has the beginning of is of no use: then it gets the whole. */
function rangeOf(
  { headers, method }: Incoming,
  { bytes }: ContentStream,
  etag: string | undefined,
): ByteRange | "unsatisfiable" | undefined {
  if (method !== "GET" || bytes === null) return undefined;
  const condition = headers["if-range"];
  if (condition !== undefined && condition !== `"${etag}"`) return undefined;
  return byteRange(headers.range, bytes);
}
