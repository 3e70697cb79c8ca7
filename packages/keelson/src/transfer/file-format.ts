/** How rows are written in a file. */
export type FileFormat = "ndjson" | "csv";

/** Media type, and the name's ending, of each format. */
export const fileFormats: Readonly<
  Record<FileFormat, { readonly mediaType: string; readonly ending: string }>
> = {
  ndjson: { mediaType: "application/x-ndjson", ending: "ndjson" },
  csv: { mediaType: "text/csv", ending: "csv" },
};

/** Further names that the formats go by. */
const mediaTypes: ReadonlyMap<string, FileFormat> = new Map([
  ["application/x-ndjson", "ndjson"],
  ["application/ndjson", "ndjson"],
  ["application/jsonl", "ndjson"],
  ["text/csv", "csv"],
]);

/** All media types of files that can be read. */
export const fileMediaTypes: readonly string[] = [...mediaTypes.keys()];

/** The format of a media type, parameters and all. */
export const formatOfMediaType = (type: string): FileFormat | undefined =>
  mediaTypes.get((type.split(";", 1)[0] ?? "").trim().toLowerCase());

/** The format that a file's name tells. */
export function formatOfName(name: string): FileFormat | undefined {
  if (/\.csv$/i.test(name)) return "csv";
  return /\.(nd|l)json$|\.jsonl$/i.test(name) ? "ndjson" : undefined;
}
