import { formatDiagnostic } from "../../base/diagnostic.ts";
import type { MigrationReport } from "./check-migration.ts";
import type { Finding } from "./finding.ts";
import type { SourceText } from "./source-text.ts";

/** One finding as text for people: what and where, the line itself, and what to write instead. */
export function formatFinding(finding: Finding, source: SourceText): string {
  const { rule, kind, severity, what, instead, allowed } = finding;
  const head = `${source.where(finding)} (${kind})`;
  // An allowed finding stays visible to reviewers, without the advice that was weighed already.
  if (allowed !== undefined) return `allowed ${rule}: ${head}\n  ${what}\n  because ${allowed}`;
  return [
    `${severity} ${rule}: ${head}`,
    indent(what, "  "),
    indent(source.excerpt(finding), "  "),
    `  → ${indent(instead, "    ").trimStart()}`,
  ].join("\n");
}

/** Everything that a check has found about one file, or the empty string. */
export function formatReport({ file, findings, diagnostics }: MigrationReport): string {
  const parts = [...diagnostics.map(formatDiagnostic), ...findings.map((f) => formatFinding(f, file.source))];
  return parts.join("\n\n");
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^/gm, by);
}
