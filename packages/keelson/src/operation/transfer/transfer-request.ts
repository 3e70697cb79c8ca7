import type { Filter } from "../../declare/handler.ts";
import type { FileFormat } from "../../transfer/file-format.ts";

/** What to do with a row whose record is there already. */
export const conflictChoices = ["fail", "skip", "update"] as const;

/** What an import was asked to do; kept with the operation. */
export interface ImportRequest {
  readonly format: FileFormat;
  /**
   * `fail` writes every row as a new record; what is taken already is a bad row. `skip` and `update` look for the
   * record that has the values of `key`.
   */
  readonly onConflict: (typeof conflictChoices)[number];
  /** Fields by which records are found. */
  readonly key: readonly string[];
  /** Bad rows after which the import ends. */
  readonly maxErrors: number;
  /** Members of rows that are passed over. */
  readonly ignore: readonly string[];
  /** The version of the API that the rows are worded in; undefined for the newest. */
  readonly apiVersion?: string | undefined;
  /** Tells one file from another, for commands that go on where one was left. */
  readonly file?: { readonly bytes: number | null; readonly head: string } | undefined;
}

/** What an export was asked to do; kept with the operation. */
export interface ExportRequest {
  readonly format: FileFormat;
  /** As in a list. */
  readonly filter?: Filter | undefined;
  /** @defaultValue all that the caller may read */
  readonly fields?: readonly string[] | undefined;
  readonly apiVersion?: string | undefined;
  /** Where a command writes to. */
  readonly file?: string | undefined;
}

/** Rows that are written in one transaction, with the checkpoint. */
export const chunkRows = 500;

/** Rows that are read with one statement. */
export const pageRows = 1_000;

/** @defaultValue of `maxErrors` */
export const defaultMaxErrors = 1_000;

/** Bad rows that a report may have. */
export const greatestMaxErrors = 100_000;
