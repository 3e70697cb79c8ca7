import type { Diagnostic } from "../../base/diagnostic.ts";
import { didYouMean } from "../../base/nearest.ts";
import { type MigrationName, parseMigrationName, printMigrationName } from "./migration-name.ts";

/**
 * When a migration runs relative to the code: `expand` before the new code starts, `data` while both
 * versions run, `contract` after the last process of the old version is gone.
 */
export type MigrationPhase = "expand" | "contract" | "data";

const migrationPhases: readonly MigrationPhase[] = ["expand", "contract", "data"];

/** What the comment lines at the head of a migration file say. */
export interface MigrationHeader extends MigrationName {
  readonly phase: MigrationPhase;
  /** False when a statement forbids a transaction, e.g. CREATE INDEX CONCURRENTLY. */
  readonly transaction: boolean;
  /** `sha256:` and 64 hexadecimal digits, or undefined where the file has not been stamped yet. */
  readonly checksum: string | undefined;
}

export interface ParsedHeader {
  /** Undefined when a diagnostic is an error that leaves a value unknown. */
  readonly header: MigrationHeader | undefined;
  /** Number of lines the header takes. */
  readonly lines: number;
  readonly diagnostics: readonly Diagnostic[];
}

const keys = ["phase", "transaction", "checksum"] as const;
type Key = (typeof keys)[number];

interface Value {
  readonly text: string;
  readonly line: number;
}

/** The header as text, without the blank line that follows it. */
export function printHeader(header: MigrationHeader): string {
  const lines = [
    `-- keelson migration ${printMigrationName(header)}`,
    `-- phase: ${header.phase}`,
    `-- transaction: ${header.transaction ? "yes" : "no"}`,
  ];
  if (header.checksum !== undefined) lines.push(`-- checksum: ${header.checksum}`);
  return lines.join("\n");
}

/** Reads the header; it ends at the first line that is not `-- key: value`, usually a blank one. */
export function parseHeader(path: string, text: string): ParsedHeader {
  const diagnostics: Diagnostic[] = [];
  const report = (line: number, what: string, instead: string): undefined => {
    diagnostics.push({
      code: "migration-header",
      severity: "error",
      where: `${path}:${line}`,
      what,
      instead,
    });
  };
  const title = /^--[ \t]*keelson[ \t]+migration[ \t]+(\S+)[ \t]*(?:\n|$)/.exec(text);
  if (title === null) {
    const name =
      path
        .split(/[/\\]/)
        .pop()
        ?.replace(/\.sql$/, "") ?? "";
    report(
      1,
      "The file does not begin with its title.",
      `Make the first line "-- keelson migration ${name}"; \`keelson migrate create\` writes the whole header.`,
    );
    return { header: undefined, lines: 0, diagnostics };
  }
  const name = parseMigrationName(title[1] ?? "", `${path}:1`);
  if ("code" in name) diagnostics.push(name);
  const { values, lines } = readValues(text, title[0].length, report);
  const phase = readPhase(values.get("phase"), report);
  const transaction = readTransaction(values.get("transaction"), report);
  const checksum = readChecksum(values.get("checksum"), report);
  if ("code" in name || phase === undefined || transaction === undefined || diagnostics.length > 0) {
    return { header: undefined, lines, diagnostics };
  }
  return { header: { ...name, phase, transaction, checksum }, lines, diagnostics };
}

type Report = (line: number, what: string, instead: string) => undefined;

function readValues(text: string, from: number, report: Report): { values: Map<Key, Value>; lines: number } {
  const values = new Map<Key, Value>();
  let lines = 1;
  const row = /--[ \t]*([A-Za-z][\w-]*)[ \t]*:[ \t]*(.*)(?:\n|$)/y;
  row.lastIndex = from;
  for (let match = row.exec(text); match !== null; match = row.exec(text)) {
    const key = match[1] ?? "";
    // An acknowledgement may follow the header without a blank line between.
    if (key === "keelson") break;
    lines++;
    if (!isKey(key)) {
      report(
        lines,
        `"${key}" is not a header line.${didYouMean(key, keys)}`,
        `Header lines are ${keys.join(", ")}; put a blank line between the header and other comments.`,
      );
    } else if (values.has(key)) {
      report(lines, `"${key}" is given twice.`, "Keep one of the two lines.");
    } else {
      values.set(key, { text: (match[2] ?? "").trim(), line: lines });
    }
  }
  return { values, lines };
}

function isKey(key: string): key is Key {
  return keys.some((known) => known === key);
}

function readPhase(value: Value | undefined, report: Report): MigrationPhase | undefined {
  const choices = migrationPhases.join(", ");
  if (value === undefined) {
    return report(
      1,
      "The header does not say the phase.",
      `Add "-- phase: expand" (or another of ${choices}).`,
    );
  }
  const phase = migrationPhases.find((known) => known === value.text);
  if (phase !== undefined) return phase;
  return report(
    value.line,
    `"${value.text}" is not a phase.${didYouMean(value.text, migrationPhases)}`,
    `Write one of ${choices}: expand runs before the new code, contract after the old code is gone.`,
  );
}

function readTransaction(value: Value | undefined, report: Report): boolean | undefined {
  if (value?.text === "yes" || value?.text === "no") return value.text === "yes";
  return report(
    value?.line ?? 1,
    value === undefined
      ? "The header does not say whether the file runs in a transaction."
      : `"${value.text}" is neither yes nor no.`,
    'Write "-- transaction: yes", or "no" when a statement forbids one, e.g. CREATE INDEX CONCURRENTLY.',
  );
}

function readChecksum(value: Value | undefined, report: Report): string | undefined {
  if (value === undefined || /^sha256:[0-9a-f]{64}$/.test(value.text)) return value?.text;
  return report(
    value.line,
    `"${value.text.slice(0, 80)}" is not a checksum.`,
    'Write "sha256:" and 64 lower-case hexadecimal digits, or let `keelson migrate stamp` write it.',
  );
}
