import type { FindingKind, RuleName, Severity } from "./rules/rule-catalogue.ts";

/** One thing that a statement of a migration would do to a database in use. */
export interface Finding {
  readonly rule: RuleName;
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** Index of the statement in the file, from 0. */
  readonly statement: number;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly what: string;
  /** The safe recipe, with SQL where there is some; may span lines. */
  readonly instead: string;
  /** The reason given by `-- keelson: allow <rule> because <reason>`, if there is one. */
  readonly allowed: string | undefined;
}
