/**
 * A row as it came over the wire: the body of a DataRow message, `at` its number of columns. Each column is a
 * length of four bytes, -1 for NULL, and that many bytes of text.
 */
export interface WireRow {
  readonly bytes: Buffer;
  readonly at: number;
}

/** Where each column's text begins and ends, two numbers a column; the beginning is -1 for NULL. */
export function findColumns({ bytes, at }: WireRow, into: Int32Array, count: number): void {
  let position = at + 2;
  for (let column = 0; column < count; column += 1) {
    const length = lengthAt(bytes, position);
    position += 4;
    into[2 * column] = length === -1 ? -1 : position;
    if (length !== -1) position += length;
    into[2 * column + 1] = position;
  }
}

/** All columns as texts, from the given one on. */
export function textsOf({ bytes, at }: WireRow, from = 0): readonly (string | null)[] {
  const count = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const texts: (string | null)[] = [];
  let position = at + 2;
  for (let column = 0; column < count; column += 1) {
    const length = lengthAt(bytes, position);
    position += 4;
    const end = length === -1 ? position : position + length;
    if (column >= from) texts.push(length === -1 ? null : bytes.toString("utf8", position, end));
    position = end;
  }
  return texts;
}

/** Some columns as texts; the others are not read. */
export const textsAt = (row: WireRow, columns: readonly number[]): readonly (string | null)[] =>
  columns.map((column) => textAt(row, column));

function textAt({ bytes, at }: WireRow, column: number): string | null {
  let position = at + 2;
  for (let before = 0; before < column; before += 1) position += 4 + Math.max(0, lengthAt(bytes, position));
  const length = lengthAt(bytes, position);
  return length === -1 ? null : bytes.toString("utf8", position + 4, position + 4 + length);
}

const lengthAt = (bytes: Buffer, at: number): number =>
  ((bytes[at] ?? 0) << 24) |
  ((bytes[at + 1] ?? 0) << 16) |
  ((bytes[at + 2] ?? 0) << 8) |
  (bytes[at + 3] ?? 0);
