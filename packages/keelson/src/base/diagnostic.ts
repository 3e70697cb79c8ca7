/**
 * Diagnostics tell a developer what is wrong with a declaration, a configuration value, a migration
 * or a command line: where, what, and what to write instead. They are collected, not thrown one by one.
 */
export interface Diagnostic {
  /** Stable word, e.g. `duplicate-name`; golden tests and docs refer to it. */
  readonly code: string;
  /** `error` stops check and boot; `warning` is printed. */
  readonly severity: "error" | "warning";
  /** Where, in the developer's words: `resource "order", field "customer"`, `--port`, `DATABASE_URL`. */
  readonly where: string;
  readonly what: string;
  /** What to write instead. */
  readonly instead: string;
}

/** Thrown when work cannot go on; carries every diagnostic found, warnings included. */
export class DiagnosticError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join("\n"));
    this.name = "DiagnosticError";
    this.diagnostics = diagnostics;
  }
}

/** One diagnostic as plain text: severity, code and place on the first line, then what and the mend. */
export function formatDiagnostic(d: Diagnostic): string {
  return `${d.severity} ${d.code}: ${d.where}\n  ${d.what}\n  → ${d.instead}`;
}
