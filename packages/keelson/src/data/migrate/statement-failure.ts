import { DiagnosticError } from "../../base/diagnostic.ts";
import type { MigrationFile } from "./migration-file.ts";
import type { MigrationStatement } from "./split-migration.ts";

/** What PostgreSQL says about a statement it refuses; the driver passes it on. */
interface ServerMessage {
  readonly message: string;
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Counts characters from 1. */
  readonly position?: string;
}

/**
 * The failure of one statement with its place in the file. Lock failures and lost connections stay as they
 * are: they say nothing about the statement.
 */
export function statementFailure(
  file: MigrationFile,
  statement: MigrationStatement,
  error: unknown,
  remains: string,
): unknown {
  const { message, code, detail, hint, position } = error as ServerMessage;
  if (!(error instanceof Error) || code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return error;
  if (["55P03", "40P01"].includes(code) || code.startsWith("08") || code.startsWith("57P")) return error;
  const at = file.source.at(statement.start + bytesBefore(statement.text, position));
  const more = [detail, hint].filter((part) => part !== undefined).map((part) => `\n${part}`);
  return new DiagnosticError([
    {
      code: "migration-failed",
      severity: "error",
      where: file.source.where(at),
      what: `PostgreSQL says: ${message} (${code}).${more.join("")}\n${file.source.excerpt(at)}`,
      instead: remains,
    },
  ]);
}

function bytesBefore(text: string, position: string | undefined): number {
  if (position === undefined) return Buffer.byteLength(leadingBlank.exec(text)?.[0] ?? "");
  return Buffer.byteLength([...text].slice(0, Number(position) - 1).join(""));
}

/** Blanks and comments before the statement's first word. */
const leadingBlank = /^(?:\s+|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/;
