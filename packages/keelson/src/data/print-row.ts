import { JsonWriter } from "./json-writer.ts";
import type { ColumnStyle, Layout, LayoutPart, RowLayout } from "./plan/layout.ts";
import { findColumns, type WireRow } from "./wire-row.ts";

const writer = new JsonWriter();
let places = new Int32Array(128);
const nullText = Buffer.from("null");
const trueText = Buffer.from("true");
const falseText = Buffer.from("false");
const comma = 0x2c;
const quote = 0x22;
const space = 0x20;
const plus = 0x2b;
const letterT = 0x74;

/** One row as a JSON object. */
export function printRow(row: WireRow, layout: RowLayout): string {
  writer.begin();
  writeRow(row, layout);
  return writer.take();
}

/** The first `count` rows as a JSON array, from the last to the first where `reversed`. */
export function printRows(
  rows: readonly WireRow[],
  layout: RowLayout,
  { count, reversed }: { readonly count: number; readonly reversed: boolean },
): string {
  writer.begin();
  writer.reserve(2);
  writer.byte(0x5b);
  for (let index = 0; index < count; index += 1) {
    if (index > 0) writer.byte(comma);
    const row = rows[reversed ? count - 1 - index : index];
    if (row) writeRow(row, layout);
  }
  writer.reserve(1);
  writer.byte(0x5d);
  return writer.take();
}

function writeRow(row: WireRow, { parts, width, fixedLength }: RowLayout): void {
  if (places.length < 2 * width) places = new Int32Array(2 * width);
  findColumns(row, places, width);
  const size = width === 0 ? 0 : (places[2 * width - 1] ?? 0) - row.at;
  // A column takes at most six bytes more than its text: quotes, or `null` for nothing; a comma follows the row.
  writer.reserve(size + 6 * width + fixedLength + 2);
  writeParts(parts, row.bytes);
}

function writeParts(parts: Layout, bytes: Buffer): void {
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as LayoutPart;
    if (part.kind === "fixed") writer.copy(part.bytes, 0, part.bytes.length);
    else {
      const start = places[2 * part.column] as number;
      if (start === -1) writer.copy(nullText, 0, 4);
      else if (part.kind === "group") writeParts(part.parts, bytes);
      else writeColumn(part.style, bytes, start, places[2 * part.column + 1] as number);
    }
  }
}

function writeColumn(style: ColumnStyle, bytes: Buffer, start: number, end: number): void {
  if (style === "escaped") writer.text(bytes, start, end);
  else if (style === "timestamp") writeTimestamp(bytes, start, end, bytes[end - 3] === plus ? 3 : undefined);
  else if (style === "localTimestamp") writeTimestamp(bytes, start, end, 0);
  else if (style === "boolean") writeBoolean(bytes[start] === letterT);
  else if (style === "quoted" || (style === "number" && !isNumber(bytes, end)))
    writeQuoted(bytes, start, end);
  else writer.copy(bytes, start, end);
}

function writeBoolean(value: boolean): void {
  const text = value ? trueText : falseText;
  writer.copy(text, 0, text.length);
}

function writeQuoted(bytes: Buffer, start: number, end: number): void {
  writer.byte(quote);
  writer.copy(bytes, start, end);
  writer.byte(quote);
}

/** `NaN` and `Infinity` end in a letter; no JSON number does. */
const isNumber = (bytes: Buffer, end: number): boolean => (bytes[end - 1] ?? 0) <= 0x39;

/** `2026-11-21 09:00:00.5+00`, as a session in UTC prints it, to RFC 3339, without the `offset` bytes that say UTC; `infinity` stays what it is. */
function writeTimestamp(bytes: Buffer, start: number, end: number, offset: number | undefined): void {
  if (bytes[start + 10] !== space || offset === undefined) {
    writeQuoted(bytes, start, end);
    return;
  }
  writer.byte(quote);
  writer.copy(bytes, start, start + 10);
  writer.byte(0x54);
  writer.copy(bytes, start + 11, end - offset);
  writer.byte(0x5a);
  writer.byte(quote);
}
