import { promisify } from "node:util";
import { brotliCompress, constants, gzip, zstdCompress } from "node:zlib";
import { parseQualityList } from "./quality-list.ts";

export type Coding = "zstd" | "br" | "gzip";

/** In the order of choice where the caller has none: the fastest for its ratio first. */
const codings: readonly Coding[] = ["zstd", "br", "gzip"];

/** What was chosen for texts seen before: clients have few, and send them with every request. */
const chosen = new Map<string, Coding | undefined>();
const maxChosen = 100;

/** The content coding that the caller of an answer made on the spot wants most; undefined for none. */
export function codingOf(acceptEncoding: string): Coding | undefined {
  if (chosen.has(acceptEncoding)) return chosen.get(acceptEncoding);
  const coding = chooseCoding(acceptEncoding);
  if (chosen.size < maxChosen && acceptEncoding.length < 200) chosen.set(acceptEncoding, coding);
  return coding;
}

/** The content coding that the caller wants most, of those that are available; undefined for none. */
export function chooseCoding(
  acceptEncoding: string,
  available: readonly Coding[] = codings,
): Coding | undefined {
  const preferences = parseQualityList(acceptEncoding);
  const qualityOf = (coding: string): number =>
    (preferences.find(({ value }) => value === coding) ?? preferences.find(({ value }) => value === "*"))
      ?.quality ?? 0;
  let chosen: Coding | undefined;
  let best = preferences.find(({ value }) => value === "identity")?.quality ?? 0;
  for (const coding of available) {
    const quality = qualityOf(coding);
    if (quality > 0 && (chosen === undefined ? quality >= best : quality > best)) {
      chosen = coding;
      best = quality;
    }
  }
  return chosen;
}

const zstdAsync = promisify(zstdCompress);
const brotliAsync = promisify(brotliCompress);
const gzipAsync = promisify(gzip);

/** Levels for answers made on the spot: beyond them a few per cent less cost several times the time. */
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const gzipOptions = { level: 5 };

const compressed = new WeakMap<Buffer, Map<Coding, Promise<Buffer>>>();

/** Compresses; what is kept as bytes, to be sent again, is compressed once. */
export function compressOnce(body: string | Buffer, coding: Coding): Promise<Buffer> {
  if (typeof body === "string") return compress(body, coding);
  let byCoding = compressed.get(body);
  if (!byCoding) {
    byCoding = new Map();
    compressed.set(body, byCoding);
  }
  let bytes = byCoding.get(coding);
  if (!bytes) {
    bytes = compress(body, coding);
    byCoding.set(coding, bytes);
  }
  return bytes;
}

/** Compresses on the thread pool, so that others are served meanwhile. */
function compress(body: string | Buffer, coding: Coding): Promise<Buffer> {
  switch (coding) {
    case "zstd":
      return zstdAsync(body, zstdOptions);
    case "br":
      return brotliAsync(body, brotliOptions);
    case "gzip":
      return gzipAsync(body, gzipOptions);
  }
}
