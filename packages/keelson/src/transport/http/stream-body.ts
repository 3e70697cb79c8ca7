import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import { failure, type KeelsonError } from "../../base/error.ts";

const decompressors = new Map<string, () => NodeJS.ReadWriteStream>([
  ["zstd", () => createZstdDecompress()],
  ["br", () => createBrotliDecompress()],
  ["gzip", () => createGunzip()],
]);

/**
 * The bytes of a body while it arrives, decompressed; the sender waits while nobody takes them. How many there may be
 * is for whoever takes them to say.
 *
 * @throws KeelsonError `unsupported_media_type` for a coding that is not known; while reading, `malformed_request` for
 *   a body that breaks off
 */
export function streamBody(incoming: IncomingMessage): AsyncIterable<Uint8Array> {
  const coding = incoming.headers["content-encoding"]?.trim().toLowerCase();
  if (coding === undefined || coding === "identity") return guarded(incoming);
  const decompress = decompressors.get(coding);
  if (!decompress)
    throw failure("unsupported_media_type", {
      detail: "The content coding is not supported.",
      headers: { "Accept-Encoding": [...decompressors.keys()].join(", ") },
    });
  const output = decompress();
  // Where the request is refused nobody reads it, and an error that nobody hears of ends the process.
  output.on("error", () => {});
  incoming.on("error", (error) => (output as unknown as Readable).destroy(error));
  incoming.on("aborted", () => (output as unknown as Readable).destroy(brokenOff()));
  return guarded(incoming.pipe(output) as unknown as Readable);
}

/** What is left after a refusal is for the server to let run past, so the stream is not destroyed. */
async function* guarded(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream.iterator({ destroyOnReturn: false });
  } catch (thrown) {
    const { code = "" } = thrown as { readonly code?: string };
    if (/^(Z_|ERR__?ERROR|ERR_BROTLI|ZSTD_|ERR_ZSTD|ERR__ERROR)/.test(code))
      throw failure("malformed_request", "The content coding of the body is not valid.");
    throw brokenOff();
  }
}

const brokenOff = (): KeelsonError => failure("malformed_request", "The body ended too early.");
