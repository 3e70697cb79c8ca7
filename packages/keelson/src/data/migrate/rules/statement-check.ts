import type { AlterTableCmd } from "libpg-query";
import type { MigrationPhase } from "../migration-header.ts";
import type { Node } from "../parse-sql.ts";
import type { SchemaState } from "../schema-state.ts";
import type { MigrationStatement } from "../split-migration.ts";
import type { RuleName, Severity } from "./rule-catalogue.ts";

/** What a check says about a statement; the checker adds the place and the rest of the catalogue row. */
export interface Problem {
  readonly rule: RuleName;
  readonly what: string;
  readonly instead: string;
  /** Byte of the source that shows the trouble best; without it, the command or the statement. */
  readonly at?: number | undefined;
  /** Index of the command within an ALTER TABLE. */
  readonly command?: number;
  /** Instead of the catalogue's severity. */
  readonly severity?: Severity;
}

/** The statement under check and everything a check may ask about. */
export interface Subject {
  readonly statement: MigrationStatement;
  /** All statements of the file, so that a check may look ahead. */
  readonly statements: readonly MigrationStatement[];
  readonly phase: MigrationPhase;
  readonly transaction: boolean;
  /** What the statements before this one have made and proven. */
  readonly state: SchemaState;
}

export type StatementCheck = (node: Node, subject: Subject) => Iterable<Problem>;

/** One command of an ALTER TABLE on a table that was there before the migration. */
export interface AlterSubject extends Subject {
  readonly command: AlterTableCmd;
  /** Canonical name, as the schema state keys it. */
  readonly table: string;
  /** The table's name as SQL writes it. */
  readonly tableSql: string;
  /** Names of the constraints that the same statement drops, which it does before all else. */
  readonly dropped: readonly string[];
}

export type AlterCheck = (subject: AlterSubject) => Iterable<Problem>;
