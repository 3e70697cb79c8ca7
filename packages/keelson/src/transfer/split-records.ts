import { isUtf8 } from "node:buffer";
import type { Fault } from "../base/error.ts";
import { FileError, type ReadLimits, shownInput } from "./source-row.ts";

/** A record of a CSV file, before anybody knows what its columns mean. */
export interface CsvRecord {
  /** The line on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly Cell[];
  /** Set where the record cannot be read; it has no cells then. */
  readonly fault?: Fault;
  /** The beginning of what was sent, for bad ones. */
  readonly input?: string;
}

/** The text of a cell; null where nothing stands there, not even quotes. */
export type Cell = string | null;

const quote = 34;
const comma = 44;
const lineFeed = 10;
const carriageReturn = 13;

/**
 * Finds the records of a CSV file (RFC 4180) in pieces of it, byte by byte:
 *
 *     start ──"──→ quoted ──"──→ closed ──"──→ quoted
 *       │            (commas and line ends are text)
 *       └──any──→ plain            closed ──any other──→ broken, until the end of the line
 *
 * A comma leads from `plain` and `closed` back to `start`.
 *
 * Records end at a line feed outside of quotes, with or without a carriage return before it (`ended`). Text after a closing
 * quote, and a quote within plain text, make the record a bad one; the next line is read as if nothing had been. A
 * quote that is not closed swallows what follows: it ends reading, once the record is longer than one may be.
 */
export class RecordSplitter {
  readonly #maxBytes: number;
  #kept: Uint8Array = new Uint8Array();
  #state: "start" | "plain" | "quoted" | "closed" | "ended" = "start";
  #broken: Fault | undefined;
  /** Lines that are over. */
  #lines = 0;
  #firstLine = 1;

  constructor({ maxRowBytes }: ReadLimits) {
    this.#maxBytes = maxRowBytes;
  }

  /** The records that are complete with this piece. @throws FileError for one that is too long */
  take(piece: Uint8Array): CsvRecord[] {
    const scanned = this.#kept.length;
    const bytes = scanned === 0 ? piece : Buffer.concat([this.#kept, piece]);
    const records: CsvRecord[] = [];
    let start = 0;
    for (let at = scanned; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === lineFeed) {
        this.#lines += 1;
        if (this.#state === "quoted") continue;
        this.#finish(bytes.subarray(start, at), records);
        start = at + 1;
      } else if (byte === quote) this.#meetQuote();
      else if (this.#state === "quoted") continue;
      else if (this.#state === "ended") this.#break("There is text after a closing quote.");
      else if (byte === comma) this.#state = "start";
      else if (this.#state !== "closed") this.#state = "plain";
      else if (byte === carriageReturn) this.#state = "ended";
      else this.#break("There is text after a closing quote.");
    }
    this.#kept = bytes.subarray(start);
    this.#checkSize(this.#kept.length);
    return records;
  }

  /** What is left at the end. @throws FileError for a quote that nobody has closed */
  end(): CsvRecord[] {
    if (this.#state === "quoted") throw this.#unclosed();
    const records: CsvRecord[] = [];
    if (this.#kept.length > 0) this.#finish(this.#kept, records);
    return records;
  }

  #meetQuote(): void {
    if (this.#state === "start" || this.#state === "closed") this.#state = "quoted";
    else if (this.#state === "quoted") this.#state = "closed";
    else this.#break("There is a quote within text that does not begin with one.");
  }

  #break(detail: string): void {
    this.#broken ??= {
      code: "quotes",
      detail: `${detail} Put the whole cell in quotes, and double those within.`,
    };
    this.#state = "plain";
  }

  #finish(raw: Uint8Array, records: CsvRecord[]): void {
    this.#checkSize(raw.length);
    const bytes = raw.at(-1) === carriageReturn ? raw.subarray(0, -1) : raw;
    const line = this.#firstLine;
    const fault = this.#broken ?? (isUtf8(bytes) ? undefined : notUtf8);
    this.#state = "start";
    this.#broken = undefined;
    this.#firstLine = this.#lines + 1;
    if (bytes.length === 0) return;
    if (fault) records.push({ line, cells: [], fault, input: shownInput(bytes) });
    else
      records.push({
        line,
        cells: cellsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()),
      });
  }

  #checkSize(size: number): void {
    if (size <= this.#maxBytes) return;
    if (this.#state === "quoted") throw this.#unclosed();
    throw new FileError(
      "row_too_large",
      this.#firstLine,
      `Line ${this.#firstLine} is longer than ${this.#maxBytes} bytes.`,
    );
  }

  #unclosed(): FileError {
    const message = `The quotes that open in the row of line ${this.#firstLine} are not closed.`;
    return new FileError("unclosed_quotes", this.#firstLine, message);
  }
}

const notUtf8: Fault = { code: "encoding", detail: "The line is not valid UTF-8." };

/** The cells of a record that is well formed. */
function cellsOf(text: string): Cell[] {
  // Most records have no quotes at all.
  if (!text.includes('"')) return text.split(",").map((cell) => (cell === "" ? null : cell));
  const cells: Cell[] = [];
  for (let at = 0; at <= text.length; ) {
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 2;
    } else {
      const next = text.indexOf(",", at);
      const end = next === -1 ? text.length : next;
      cells.push(end === at ? null : text.slice(at, end));
      at = end + 1;
    }
  }
  return cells;
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
