import type { FieldSpec } from "../declare/field-spec.ts";
import { type CsvColumn, columnsOf, membersOf, readHeader } from "./csv-column.ts";
import { FileError, type ReadLimits, type SourceRow, type SourceRows } from "./source-row.ts";
import { type CsvRecord, RecordSplitter } from "./split-records.ts";
import { withoutMark } from "./without-mark.ts";

export interface CsvOptions {
  /** The fields that rows may have. */
  readonly fields: ReadonlyMap<string, FieldSpec>;
  /** Those that must be in the header. */
  readonly required: readonly string[];
  readonly limits: ReadLimits;
}

/**
 * Reads a CSV file (RFC 4180) whose first row names the columns. A row that is not well formed is a bad one, and the
 * next is read.
 *
 * @throws FileError for a header that says nothing, and where no further row can be found
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>, options: CsvOptions): SourceRows {
  const known = columnsOf(options.fields);
  const splitter = new RecordSplitter(options.limits);
  let columns: readonly CsvColumn[] | undefined;
  const rowsOf = (records: CsvRecord[]): readonly SourceRow[] => {
    if (columns === undefined) {
      const header = records.shift();
      if (!header) return [];
      columns = headerColumns(header, known, options.required);
    }
    const found = columns;
    return records.map((record) => rowOf(record, found));
  };
  for await (const piece of withoutMark(bytes)) {
    const rows = rowsOf(splitter.take(piece));
    if (rows.length > 0) yield rows;
  }
  const rest = rowsOf(splitter.end());
  if (columns === undefined)
    throw new FileError("no_header", 1, "The file is empty: its first row must name the columns.");
  if (rest.length > 0) yield rest;
}

function headerColumns(
  { line, cells, fault }: CsvRecord,
  known: readonly CsvColumn[],
  required: readonly string[],
): readonly CsvColumn[] {
  const header = fault ? { ok: false as const, faults: [fault] } : readHeader(cells, known, required);
  if (header.ok) return header.columns;
  const message = header.faults.map(({ detail }) => detail).join(" ");
  throw new FileError("invalid_header", line, `The header cannot be read. ${message}`, header.faults);
}

function rowOf({ line, cells, fault, input = "" }: CsvRecord, columns: readonly CsvColumn[]): SourceRow {
  if (fault) return { line, fault: { pointer: "#", ...fault }, input };
  if (cells.length === columns.length) return { line, members: membersOf(cells, columns) };
  const detail = `The row has ${cells.length} cells, and the header ${columns.length}.`;
  return { line, fault: { pointer: "#", code: "columns", detail }, input: cells.join(",").slice(0, 2_000) };
}
