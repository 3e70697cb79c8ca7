import { stripVTControlCharacters, styleText } from "node:util";
import { type Diagnostic, DiagnosticError, formatDiagnostic } from "../base/diagnostic.ts";
import { KeelsonError } from "../base/error.ts";

/** Exit codes, the same for every command. */
export const exitCodes = {
  ok: 0,
  /** Something failed while running. */
  failed: 1,
  /** The command line, the configuration or the declarations are wrong. */
  wrong: 2,
} as const;

type Style = Parameters<typeof styleText>[0];

/** Coloured where the stream is a terminal and NO_COLOR is not set. */
export const paint = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stderr });

/** A line for people. Standard output is kept for what programs read. */
export const say = (line = ""): void => {
  process.stderr.write(`${line}\n`);
};

/** A line of the command's own result, on standard output. */
export const print = (line: string): void => {
  process.stdout.write(`${process.stdout.isTTY ? line : stripVTControlCharacters(line)}\n`);
};

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** A diagnostic as people read it: coloured headline, then what is wrong and what to write. */
export function sayDiagnostic(diagnostic: Diagnostic): void {
  const [headline = "", ...rest] = formatDiagnostic(diagnostic).split("\n");
  say(paint(diagnostic.severity === "error" ? "red" : "yellow", headline));
  for (const line of rest) say(line);
}

/** Says what went wrong and gives the exit code for it. Stacks are for bugs only. */
export function sayError(error: unknown): number {
  if (error instanceof DiagnosticError) {
    for (const diagnostic of error.diagnostics) sayDiagnostic(diagnostic);
    return exitCodes.wrong;
  }
  if (error instanceof KeelsonError) {
    say(paint("red", `${error.code}: ${error.detail ?? error.title}`));
    for (const fault of error.errors) say(`  ${fault.pointer ?? fault.parameter ?? ""} ${fault.detail}`);
    return exitCodes.failed;
  }
  say(paint("red", error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return exitCodes.failed;
}

/** A table with columns as wide as their content. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}
