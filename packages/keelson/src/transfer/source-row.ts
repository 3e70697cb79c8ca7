import type { Fault } from "../base/error.ts";

/** A row as it stands in a file: its members, or why it has none. */
export type SourceRow = GoodRow | BadRow;

interface GoodRow {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly members: Readonly<Record<string, unknown>>;
}

export interface BadRow {
  readonly line: number;
  /** A short word: `syntax`, `encoding`, `columns`, `size` … */
  readonly fault: Fault;
  /** The row as it was sent, cut where it is long. */
  readonly input: string;
}

/** Rows by the handful: an object each time would cost more than reading it. */
export type SourceRows = AsyncIterable<readonly SourceRow[]>;

/** Budgets of reading. */
export interface ReadLimits {
  /** Of one row, in bytes. */
  readonly maxRowBytes: number;
}

/** What a file is wrong about as a whole: reading cannot go on. */
export class FileError extends Error {
  readonly code: string;
  readonly line: number;
  readonly faults: readonly Fault[];

  constructor(code: string, line: number, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.name = "FileError";
    this.code = code;
    this.line = line;
    this.faults = faults;
  }
}

/** How much of a bad row is repeated to whoever sent it. */
const shownLength = 2_000;

/** The beginning of a row that could not be read. */
export const shownInput = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, shownLength)).toString("utf8");
