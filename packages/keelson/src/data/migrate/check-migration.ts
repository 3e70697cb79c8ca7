import type { Diagnostic } from "../../base/diagnostic.ts";
import { type Allowance, readAllowances, unusedAllowance } from "./allowance.ts";
import { locateCommand } from "./alter-command.ts";
import type { Finding } from "./finding.ts";
import type { MigrationFile } from "./migration-file.ts";
import { writtenTogether } from "./migration-name.ts";
import { loadSqlParser, type SqlParser } from "./parse-sql.ts";
import { HeldLocks } from "./rules/long-work.ts";
import { ruleRow } from "./rules/rule-catalogue.ts";
import type { Problem, Subject } from "./rules/statement-check.ts";
import { statementChecks } from "./rules/statement-checks.ts";
import { type CheckContext, SchemaState } from "./schema-state.ts";
import { type MigrationStatement, splitSource } from "./split-migration.ts";

export { needsNoTransaction } from "./rules/transaction.ts";

/** What the check of one file has found. */
export interface MigrationReport {
  readonly file: MigrationFile;
  /** In the order of the statements, those that the file allows included. */
  readonly findings: readonly Finding[];
  /** Syntax errors and misused acknowledgements; with an error among them, `findings` is empty or partial. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks one migration against a database in use: rewrites, long locks, what running code would not
 * survive, misuse of transactions, lost data. It reads PostgreSQL's own parse tree and runs nothing.
 */
export async function checkMigration(
  file: MigrationFile,
  context: CheckContext = {},
): Promise<MigrationReport> {
  const parser = await loadSqlParser();
  return checkFile(file, new SchemaState(context, parser), parser);
}

/**
 * Checks migrations in their order: what an earlier file proves, the later ones know. Files that one
 * `keelson migrate create` wrote are applied in one deployment, so what one of them creates is still
 * new to the next; everything that older files created counts as in use and full of rows.
 */
export async function checkMigrations(
  files: readonly MigrationFile[],
  context: CheckContext = {},
): Promise<readonly MigrationReport[]> {
  let parser = await loadSqlParser();
  const state = new SchemaState(context, parser);
  const reports: MigrationReport[] = [];
  for (const file of files) {
    const before = reports.at(-1)?.file.id;
    if (before !== undefined && !writtenTogether(before, file.id)) state.deploy();
    parser = await loadSqlParser();
    reports.push(checkFile(file, state, parser));
  }
  return reports;
}

/** True when applying would lose rows or values, allowed or not: ask before doing so. */
export function isDestructive(findings: readonly Finding[]): boolean {
  return findings.some(({ rule }) => ruleRow(rule).losesData);
}

/** True when nothing stands against applying: no error among the diagnostics, no finding of that severity not allowed. */
export function isAcceptable({ findings, diagnostics }: MigrationReport): boolean {
  const refused = findings.some(({ severity, allowed }) => severity === "error" && allowed === undefined);
  return !refused && !diagnostics.some(({ severity }) => severity === "error");
}

function checkFile(file: MigrationFile, state: SchemaState, parser: SqlParser): MigrationReport {
  const split = splitSource(file.source, parser);
  if (split.statements.length === 0) return { file, findings: [], diagnostics: split.diagnostics };
  const allowances = readAllowances(file.source, file.bodyStart, split.statements, parser);
  const held = new HeldLocks();
  const findings: Finding[] = [];
  const used = new Set<Allowance>();
  const allowed = Map.groupBy(allowances.list, ({ statement }) => statement);
  for (const statement of split.statements) {
    const subject: Subject = { ...file, statement, statements: split.statements, state };
    for (const problem of checkStatement(subject, held, file)) {
      const allowance = allowed.get(statement.index)?.find(({ rule }) => rule === problem.rule);
      if (allowance !== undefined) used.add(allowance);
      findings.push(toFinding(file, statement, problem, allowance, parser));
    }
  }
  const unused = allowances.list.filter((allowance) => !used.has(allowance));
  const warnings = unused.map((allowance) => unusedAllowance(allowance, file.source));
  return { file, findings, diagnostics: [...allowances.diagnostics, ...warnings] };
}

function checkStatement(subject: Subject, held: HeldLocks, file: MigrationFile): readonly Problem[] {
  const { node, start } = subject.statement;
  const problems: Problem[] = [];
  for (const check of statementChecks) problems.push(...check(node, subject));
  problems.push(...held.check(subject, problems));
  subject.state.apply(node);
  held.add(subject, file.source.at(start).line);
  return problems;
}

function toFinding(
  file: MigrationFile,
  statement: MigrationStatement,
  { rule, severity, what, instead, at, command }: Problem,
  allowance: Allowance | undefined,
  parser: SqlParser,
): Finding {
  const inside = command === undefined ? statement.start : locateCommand(statement, command, parser);
  const row = ruleRow(rule);
  return {
    rule,
    kind: row.kind,
    severity: severity ?? row.severity,
    statement: statement.index,
    file: file.path,
    ...file.source.at(at ?? inside),
    what,
    instead,
    allowed: allowance?.reason,
  };
}
