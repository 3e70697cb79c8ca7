import { type Coding, codingOf, compressOnce } from "./choose-coding.ts";
import type { Cors } from "./cors.ts";
import { codingSuffixes } from "./entity-tag.ts";
import type { Exchange } from "./exchange.ts";
import type { HttpReply } from "./http-reply.ts";
import { isUnchanged } from "./is-unchanged.ts";
import { sendStream } from "./send-stream.ts";

export interface WriterOptions {
  readonly compressFromLength: number;
  readonly cors: Cors | undefined;
  /** Further header fields that answers depend on. */
  readonly vary: readonly string[];
  /** While true, connections end with their answer. */
  readonly isDraining: () => boolean;
}

/** Sends a reply with what every answer has. Throws a KeelsonError while nothing is sent yet. */
export type WriteReply = (exchange: Exchange, reply: HttpReply) => void | Promise<void>;

/** Makes the function that turns replies into bytes: conditions, content coding, HEAD, common header fields. */
export function newReplyWriter({
  compressFromLength,
  cors,
  vary: further,
  isDraining,
}: WriterOptions): WriteReply {
  const vary = ["Accept", "Accept-Encoding", "Authorization", ...(cors ? ["Origin"] : []), ...further].join(
    ", ",
  );
  return (exchange, reply) => {
    const { incoming, response, id } = exchange;
    if (isDraining()) response.shouldKeepAlive = false;
    const headers = ["X-Request-Id", id, "Cache-Control", reply.cacheControl, "Vary", vary];
    headers.push("X-Content-Type-Options", "nosniff");
    if (cors) headers.push(...cors.answerHeaders(incoming.headers));
    if (reply.headers) headers.push(...reply.headers);
    if (reply.content) return sendStream(exchange, { ...reply, content: reply.content }, headers);
    const coding = reply.coding ?? codingFor(exchange, reply, compressFromLength);
    if (reply.etag !== undefined) {
      headers.push("ETag", tagOf(reply, coding));
      if (reply.status === 200 && isUnchanged(exchange.incoming, reply.etag))
        return void response.writeHead(304, headers).end();
    }
    return sendContent(exchange, reply, headers, coding);
  };
}

const tagOf = ({ etag = "", weak }: HttpReply, coding: Coding | undefined): string =>
  `${weak ? "W/" : ""}"${etag}${coding ? codingSuffixes[coding] : ""}"`;

function sendContent(
  exchange: Exchange,
  { status, body, contentType = "application/octet-stream", coding: done }: HttpReply,
  headers: string[],
  coding: Coding | undefined,
): void | Promise<void> {
  if (body === undefined) return sendEmpty(exchange, status, headers);
  headers.push("Content-Type", contentType);
  if (coding && !done) return sendCoded(exchange, status, headers, body, coding);
  if (done) headers.push("Content-Encoding", done);
  const bytes = Buffer.byteLength(body);
  headers.push("Content-Length", String(bytes));
  const response = exchange.response.writeHead(status, headers);
  if (exchange.incoming.method === "HEAD") response.end();
  // Text without a character beyond ASCII is the same bytes in both encodings, and this one is written faster.
  else if (typeof body === "string") response.end(body, bytes === body.length ? "latin1" : "utf8");
  else response.end(body);
}

function sendEmpty({ response }: Exchange, status: number, headers: string[]): void {
  if (status !== 204) headers.push("Content-Length", "0");
  response.writeHead(status, headers).end();
}

async function sendCoded(
  { incoming, response }: Exchange,
  status: number,
  headers: string[],
  body: string | Buffer,
  coding: Coding,
): Promise<void> {
  headers.push("Content-Encoding", coding);
  // The length is only known to those who do the work, and HEAD may leave it out (RFC 9110 section 9.3.2).
  if (incoming.method === "HEAD") return void response.writeHead(status, headers).end();
  const bytes = await compressOnce(body, coding);
  headers.push("Content-Length", String(bytes.length));
  response.writeHead(status, headers).end(bytes);
}

function codingFor({ incoming }: Exchange, reply: HttpReply, fromLength: number): Coding | undefined {
  const accepted = incoming.headers["accept-encoding"];
  if (accepted === undefined || reply.body === undefined || reply.body.length < fromLength) return undefined;
  return codingOf(typeof accepted === "string" ? accepted : "");
}
