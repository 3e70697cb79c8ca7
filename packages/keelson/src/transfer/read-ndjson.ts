import { type JsonLimits, parseJson } from "../base/parse-json.ts";
import { type ReadLimits, type SourceRow, type SourceRows, shownInput } from "./source-row.ts";
import { withoutMark } from "./without-mark.ts";

const newline = 10;
/** A row has the members of one record: far fewer than a body may have. */
const jsonLimits: JsonLimits = { maxDepth: 32, maxKeys: 10_000, maxValues: 100_000 };

/**
 * Reads one JSON object a line (NDJSON, JSON Lines). Lines may end in CRLF, empty ones are passed over, and a byte
 * order mark at the beginning too. A line that is no object, or too long, is a bad row, and the next line is
 * read. No more than a line is ever kept.
 */
export async function* readNdjson(bytes: AsyncIterable<Uint8Array>, limits: ReadLimits): SourceRows {
  const lines = newLines(limits.maxRowBytes);
  for await (const piece of withoutMark(bytes)) {
    const rows = lines.take(piece);
    if (rows.length > 0) yield rows;
  }
  const rest = lines.end();
  if (rest.length > 0) yield rest;
}

function newLines(maxBytes: number) {
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let line = 0;
  const finish = (tail: Uint8Array, rows: SourceRow[]): void => {
    line += 1;
    const size = keptBytes + tail.length;
    const whole = kept.length === 0 ? tail : Buffer.concat([...kept, tail]);
    kept = [];
    keptBytes = 0;
    const row = size > maxBytes ? tooLong(line, whole, maxBytes) : rowOf(line, whole);
    if (row) rows.push(row);
  };
  return {
    take(piece: Uint8Array): readonly SourceRow[] {
      const rows: SourceRow[] = [];
      let start = 0;
      for (let end = piece.indexOf(newline); end !== -1; end = piece.indexOf(newline, start)) {
        finish(piece.subarray(start, end), rows);
        start = end + 1;
      }
      const tail = piece.subarray(start);
      // What is too long already is counted and not kept.
      if (keptBytes <= maxBytes && tail.length > 0) kept.push(tail);
      keptBytes += tail.length;
      return rows;
    },
    end(): readonly SourceRow[] {
      const rows: SourceRow[] = [];
      if (keptBytes > 0) finish(new Uint8Array(), rows);
      return rows;
    },
  };
}

const tooLong = (line: number, bytes: Uint8Array, maxBytes: number): SourceRow => ({
  line,
  fault: { pointer: "#", code: "size", detail: `The line is longer than ${maxBytes} bytes.` },
  input: shownInput(bytes),
});

function rowOf(line: number, bytes: Uint8Array): SourceRow | undefined {
  if (isBlank(bytes)) return undefined;
  const parsed = parseJson(bytes, jsonLimits);
  if (!parsed.ok) {
    const { code, detail, pointer, column } = parsed.error;
    return {
      line,
      fault: { pointer, code, detail: `Column ${column}: the line ${detail}` },
      input: shownInput(bytes),
    };
  }
  const { value } = parsed;
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return { line, members: value as Readonly<Record<string, unknown>> };
  return {
    line,
    fault: { pointer: "#", code: "type", detail: "The line must be a JSON object." },
    input: shownInput(bytes),
  };
}

/** Spaces, tabs and the CR of a CRLF. */
function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 32 && byte !== 9 && byte !== 13) return false;
  return true;
}
