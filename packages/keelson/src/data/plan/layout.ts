/**
 * How a row that PostgreSQL sends is written as JSON: fixed texts, and columns in the order of the select
 * list. The planner makes it along with the statement; see `print-row.ts` for the writing.
 */
export type Layout = readonly LayoutPart[];

export type LayoutPart =
  | { readonly kind: "fixed"; readonly bytes: Uint8Array }
  | { readonly kind: "column"; readonly column: number; readonly style: ColumnStyle }
  /** Written only where `column` is not NULL; otherwise `null`. */
  | { readonly kind: "group"; readonly column: number; readonly parts: Layout };

/**
 * A column's text as JSON: as it is, between quotes that nothing in it can break, escaped, or changed from what
 * PostgreSQL prints for a timestamp (`localTimestamp` where its type has no zone), a truth value, or a number that may be none.
 */
export type ColumnStyle =
  | "bare"
  | "quoted"
  | "escaped"
  | "timestamp"
  | "localTimestamp"
  | "boolean"
  | "number";

/** How the rows of one statement are written. */
export interface RowLayout {
  readonly parts: Layout;
  /** Columns that the parts name; they come first in the row. */
  readonly width: number;
  /** What all fixed texts take together, in bytes. */
  readonly fixedLength: number;
}

export const rowLayout = (parts: Layout, width: number): RowLayout =>
  Object.freeze({ parts: mergeFixed(parts), width, fixedLength: fixedLength(parts) });

const fixedLength = (parts: Layout): number =>
  parts.reduce(
    (sum, part) =>
      sum + (part.kind === "fixed" ? part.bytes.length : part.kind === "group" ? fixedLength(part.parts) : 0),
    0,
  );

/** Fixed text as a part. */
export const fixed = (text: string): LayoutPart => ({ kind: "fixed", bytes: Buffer.from(text) });

/** Puts fixed neighbours together. */
function mergeFixed(parts: Layout): Layout {
  const merged: LayoutPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (part.kind === "fixed" && last?.kind === "fixed")
      merged[merged.length - 1] = { kind: "fixed", bytes: Buffer.concat([last.bytes, part.bytes]) };
    else merged.push(part.kind === "group" ? { ...part, parts: mergeFixed(part.parts) } : part);
  }
  return Object.freeze(merged);
}
