import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, zstdDecompress } from "node:zlib";
import { failure, type KeelsonError } from "../../base/error.ts";

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const decompressors: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ["zstd", promisify(zstdDecompress) as Decompress],
  ["br", promisify(brotliDecompress) as Decompress],
  ["gzip", promisify(gunzip) as Decompress],
]);

/** True when the header section announces content. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/**
 * Reads and decompresses a body; both forms are held to the limit, so that a small one cannot unfold into a
 * large one. Undefined when it is empty.
 */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const decompress = decompressorOf(incoming.headers["content-encoding"]);
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) {
    discard(incoming, maxBytes);
    throw tooLarge(maxBytes);
  }
  const bytes = await collect(incoming, maxBytes);
  if (bytes.length === 0) return undefined;
  return decompress ? unfold(bytes, decompress, maxBytes) : bytes;
}

function decompressorOf(contentEncoding: string | undefined): Decompress | undefined {
  const coding = contentEncoding?.trim().toLowerCase();
  if (coding === undefined || coding === "identity") return undefined;
  const decompress = decompressors.get(coding);
  if (decompress) return decompress;
  throw failure("unsupported_media_type", {
    detail: "The content coding is not supported.",
    headers: { "Accept-Encoding": [...decompressors.keys()].join(", ") },
  });
}

async function unfold(bytes: Uint8Array, decompress: Decompress, maxBytes: number): Promise<Uint8Array> {
  try {
    return await decompress(bytes, { maxOutputLength: maxBytes });
  } catch (thrown) {
    if ((thrown as { readonly code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    throw failure("malformed_request", "The content coding of the body is not valid.");
  }
}

function collect(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    incoming.on("data", (chunk: Uint8Array) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else {
        incoming.removeAllListeners("data");
        discard(incoming, maxBytes);
        reject(tooLarge(maxBytes));
      }
    });
    incoming.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    incoming.once("error", () => reject(brokenOff()));
    // Every request closes; what has ended is whole, and an error costs a stack.
    incoming.once("close", () => {
      if (!incoming.readableEnded) reject(brokenOff());
    });
  });
}

/** How many times the limit is read and thrown away so that the sender comes to read the refusal. */
const patience = 16;

/** Lets the rest of a body that is refused run past; a sender that does not stop is cut off. */
export function discard(incoming: IncomingMessage, maxBytes: number): void {
  let length = 0;
  incoming.on("data", (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > maxBytes * patience) incoming.destroy();
  });
  incoming.once("error", () => {});
}

const tooLarge = (maxBytes: number): KeelsonError =>
  failure("body_too_large", `The body may have at most ${maxBytes} bytes.`);

const brokenOff = (): KeelsonError => failure("malformed_request", "The body ended too early.");
