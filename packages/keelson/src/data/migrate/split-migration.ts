import type { Diagnostic } from "../../base/diagnostic.ts";
import type { MigrationFile } from "./migration-file.ts";
import {
  loadSqlParser,
  type Node,
  type ParsedStatement,
  type SqlParser,
  type SqlSyntaxError,
} from "./parse-sql.ts";
import type { Position, SourceText } from "./source-text.ts";

/** One statement of a migration: its tree, and its exact text without the semicolon. */
export interface MigrationStatement extends ParsedStatement {
  readonly index: number;
  readonly node: Node;
  readonly text: string;
}

/** `statements` is empty when a diagnostic is an error. */
export interface SplitMigration {
  readonly statements: readonly MigrationStatement[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Splits a migration into statements as PostgreSQL itself would, never by searching for semicolons. */
export async function splitMigration(file: Pick<MigrationFile, "source">): Promise<SplitMigration> {
  return splitSource(file.source, await loadSqlParser());
}

/** The same for a parser that is loaded already. */
export function splitSource(source: SourceText, parser: SqlParser): SplitMigration {
  const parsed = parser.parse(source.text);
  if (!parsed.ok) return failed(explainSyntaxError(source, parsed.error, parser));
  const copy = parsed.statements.find(isCopyFromStdin);
  if (copy !== undefined) return failed(copyFromStdin(source, copy.start));
  if (parsed.statements.length === 0) {
    return failed({
      code: "migration-empty",
      severity: "error",
      where: source.path,
      what: "The file has no SQL statement.",
      instead: "Write the statements below the header, or delete the file.",
    });
  }
  const statements = parsed.statements.map((statement, index) => ({
    ...statement,
    index,
    text: source.slice(statement.start, statement.end).trimEnd(),
  }));
  return { statements, diagnostics: [] };
}

function failed(diagnostic: Diagnostic): SplitMigration {
  return { statements: [], diagnostics: [diagnostic] };
}

function isCopyFromStdin({ node }: ParsedStatement): boolean {
  if (!("CopyStmt" in node)) return false;
  const { is_from, filename } = node.CopyStmt;
  return is_from === true && filename === undefined;
}

function copyFromStdin(source: SourceText, byte: number): Diagnostic {
  const position = source.at(byte);
  return {
    code: "migration-copy-stdin",
    severity: "error",
    where: source.where(position),
    what: `COPY FROM STDIN needs a client that sends rows; a migration has none.${excerptBelow(source, position)}`,
    instead: "Write INSERT statements for a few rows; load many with `keelson seed` or from the application.",
  };
}

/** The line with its caret on lines of their own, indented like the text of a diagnostic. */
function excerptBelow(source: SourceText, position: Position): string {
  return `\n${source.excerpt(position)}`.replaceAll("\n", "\n  ");
}

function explainSyntaxError(source: SourceText, error: SqlSyntaxError, parser: SqlParser): Diagnostic {
  const byte = source.byteOfCharacter(error.character);
  // Rows that follow COPY FROM STDIN are what the grammar stumbles over; the COPY is the mistake.
  const before = byte === 0 ? undefined : parser.parse(source.slice(0, byte));
  const copy = before?.ok ? before.statements.find(isCopyFromStdin) : undefined;
  if (copy !== undefined) return copyFromStdin(source, copy.start);
  const position = source.at(byte);
  const place = { severity: "error", where: source.where(position) } as const;
  const excerpt = excerptBelow(source, position);
  const next = source.slice(byte, byte + 64);
  if (next.startsWith("\\")) {
    const command = /^\\\S*/.exec(next)?.[0] ?? "\\";
    return {
      ...place,
      code: "migration-psql-command",
      what: `"${command}" is a command of psql, not SQL.${excerpt}`,
      instead: psqlAdvice(command),
    };
  }
  return {
    ...place,
    code: "migration-syntax",
    what: `${sentence(error.message)}${excerpt}`,
    instead: /^:['"\w]/.test(next)
      ? "Variables such as :name belong to psql; write the value itself."
      : "Correct the statement; it must be SQL that PostgreSQL accepts as it stands.",
  };
}

function psqlAdvice(command: string): string {
  if (/^\\c(onnect)?$/.test(command)) {
    return "Remove it: a migration runs on the connection and database that it is given.";
  }
  if (/^\\ir?$/.test(command)) return "Put the SQL of the included file here; a migration is one file.";
  if (/^\\copy$/.test(command)) return "Write INSERT statements, or load the rows with `keelson seed`.";
  return "Remove the line, or write SQL that does the same.";
}

/** The parser's message, shortened and as a sentence: it may quote a token of any length. */
function sentence(message: string): string {
  const short = message.length > 160 ? `${message.slice(0, 160)}…` : message;
  const oneLine = short.replaceAll(/\p{C}+/gu, " ");
  return `${oneLine.charAt(0).toUpperCase()}${oneLine.slice(1)}.`;
}
