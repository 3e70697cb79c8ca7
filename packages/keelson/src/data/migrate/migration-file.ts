import { createHash } from "node:crypto";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { decodeMigration } from "./decode-migration.ts";
import { type MigrationHeader, parseHeader, printHeader } from "./migration-header.ts";
import { printMigrationName } from "./migration-name.ts";
import { SourceText } from "./source-text.ts";

/** A migration file that can be applied: a header in comments, then plain SQL. */
export interface MigrationFile extends MigrationHeader {
  /** The path as messages print it, e.g. `migrations/20261121093000_add_note_to_orders.sql`. */
  readonly path: string;
  /** Equal to what the header states; computed from the rest of the file. */
  readonly checksum: string;
  /** The whole file with LF line ends; what is sent to PostgreSQL. */
  readonly source: SourceText;
  /** The byte of `source` at which the SQL begins, after the header. */
  readonly bodyStart: number;
}

/** What came of reading one file: `file` is undefined exactly when a diagnostic is an error. */
export interface ParsedMigration {
  readonly file: MigrationFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** What is needed to write a migration file; the checksum follows from it. */
export interface MigrationDraft extends Omit<MigrationHeader, "checksum"> {
  readonly body: string;
}

/** The file name of a migration, e.g. `20261121093000_add_note_to_orders.sql`. */
export function migrationFileName(name: { readonly id: string; readonly name: string }): string {
  return `${printMigrationName(name)}.sql`;
}

/** The text of a migration file, with its checksum. */
export function printMigrationFile(draft: MigrationDraft): string {
  const body = normaliseBody(draft.body);
  const checksum = migrationChecksum(draft);
  return `${printHeader({ ...draft, checksum })}\n\n${body}`;
}

/**
 * The checksum of everything but the checksum line, in normal form: LF line ends, no blank lines at
 * either end, header lines in their usual order and spacing. A checkout that turns line ends to CRLF
 * therefore changes nothing, and an edited phase does.
 */
function migrationChecksum(draft: MigrationDraft): string {
  const header = printHeader({ ...draft, checksum: undefined });
  const text = `${header}\n\n${normaliseBody(draft.body)}`;
  return `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;
}

/**
 * The same file with the checksum line brought up to date, for a migration that no database has
 * applied yet; a mistake other than the checksum comes back as diagnostics.
 */
export function restampMigration(
  path: string,
  content: Uint8Array | string,
): { readonly text: string | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const read = readDraft(path, content);
  if (read.draft === undefined) return { text: undefined, diagnostics: read.diagnostics };
  return { text: printMigrationFile(read.draft), diagnostics: read.diagnostics };
}

/** Reads and verifies one migration file; the SQL itself is parsed by `splitMigration`. */
export function parseMigrationFile(path: string, content: Uint8Array | string): ParsedMigration {
  const read = readDraft(path, content);
  if (read.draft === undefined) return { file: undefined, diagnostics: read.diagnostics };
  const checksum = migrationChecksum(read.draft);
  const mismatch = verifyChecksum(path, read.stated, checksum);
  if (mismatch !== undefined) return { file: undefined, diagnostics: [...read.diagnostics, mismatch] };
  const source = new SourceText(path, read.text);
  const { body: _, ...header } = read.draft;
  const bodyStart = source.lineStart(read.headerLines + 1);
  return { file: { ...header, path, checksum, source, bodyStart }, diagnostics: read.diagnostics };
}

type DraftReading =
  | { readonly draft: undefined; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly draft: MigrationDraft;
      readonly stated: string | undefined;
      readonly text: string;
      readonly headerLines: number;
      readonly diagnostics: readonly Diagnostic[];
    };

function readDraft(path: string, content: Uint8Array | string): DraftReading {
  const diagnostics: Diagnostic[] = [];
  const text = decodeMigration(path, content, diagnostics);
  if (text === undefined) return { draft: undefined, diagnostics };
  const parsed = parseHeader(path, text);
  diagnostics.push(...parsed.diagnostics);
  if (parsed.header === undefined) return { draft: undefined, diagnostics };
  const { checksum: stated, ...header } = parsed.header;
  const named = checkFileName(path, header);
  if (named !== undefined) return { draft: undefined, diagnostics: [...diagnostics, named] };
  const body = text.split("\n").slice(parsed.lines).join("\n");
  return { draft: { ...header, body }, stated, text, headerLines: parsed.lines, diagnostics };
}

/** LF line ends, no blank lines before or after, one LF at the end. */
function normaliseBody(body: string): string {
  const lines = body.replaceAll("\r\n", "\n").split("\n");
  const isBlank = (line: string | undefined): boolean => line !== undefined && line.trim() === "";
  let first = 0;
  let end = lines.length;
  while (first < end && isBlank(lines[first])) first++;
  while (end > first && isBlank(lines[end - 1])) end--;
  return first === end ? "" : `${lines.slice(first, end).join("\n")}\n`;
}

function checkFileName(path: string, header: { id: string; name: string }): Diagnostic | undefined {
  const base = path.split(/[/\\]/).pop() ?? path;
  const expected = migrationFileName(header);
  if (base === expected) return undefined;
  return {
    code: "migration-name",
    severity: "error",
    where: `${path}:1`,
    what: `The title says "${printMigrationName(header)}", the file is called "${base}".`,
    instead: `Rename the file to "${expected}", or correct the title if the migration was not applied yet.`,
  };
}

function verifyChecksum(path: string, stated: string | undefined, actual: string): Diagnostic | undefined {
  if (stated === actual) return undefined;
  const missing = stated === undefined;
  return {
    code: missing ? "migration-unstamped" : "migration-edited",
    severity: "error",
    where: path,
    what: missing
      ? "The header has no checksum."
      : `The file was edited: its header says ${short(stated)}, its content gives ${short(actual)}.`,
    instead: missing
      ? `Run \`keelson migrate stamp ${path}\`, which writes the line.`
      : `If no database has applied it yet, run \`keelson migrate stamp ${path}\`; ` +
        "if one has, restore the file (`git checkout`) and write a new migration for the change.",
  };
}

/** Enough of a checksum to tell two apart. */
export function short(checksum: string): string {
  return checksum.slice(0, "sha256:".length + 12);
}
