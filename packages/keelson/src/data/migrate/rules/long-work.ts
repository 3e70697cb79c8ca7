import type { AlterTableCmd } from "libpg-query";
import type { Node } from "../parse-sql.ts";
import { nameSql, relationName } from "../sql-name.ts";
import { blocksWrites, type LockMode, tableLocks } from "../statement-lock.ts";
import { walkTree } from "../walk-tree.ts";
import { ruleRow } from "./rule-catalogue.ts";
import type { Problem, Subject } from "./statement-check.ts";

/** A lock that an earlier statement of the transaction took and that nobody gets past until it ends. */
interface HeldLock {
  readonly table: string;
  readonly mode: LockMode;
  readonly line: number;
}

/** Remembers the locks of a transaction: what is brief alone is long when long work follows it. */
export class HeldLocks {
  readonly #held: HeldLock[] = [];

  /** Reports a statement that works for long while a strong lock is held since an earlier one. */
  *check(subject: Subject, problems: readonly Problem[]): Iterable<Problem> {
    const [held] = this.#held;
    if (!subject.transaction || held === undefined || !worksLong(subject, problems)) return;
    yield {
      rule: "lock-held-during-long-work",
      what: `While this runs, ${nameSql(held.table)} is locked (${held.mode}) since the statement in line ${held.line}.`,
      instead: "Give the long statement a migration file of its own, so that the lock is released before it.",
    };
  }

  /** Takes note of what a statement has locked; tables made by the migration keep nobody waiting. */
  add({ statement, state }: Subject, line: number): void {
    for (const { table, mode } of tableLocks(statement.node)) {
      if (blocksWrites(mode) && state.isExisting(table)) this.#held.push({ table, mode, line });
    }
  }
}

function worksLong({ statement, state }: Subject, problems: readonly Problem[]): boolean {
  if (problems.some(({ rule, severity }) => ruleRow(rule).long && severity !== "info")) return true;
  return validates(statement.node, state) || changesManyRows(statement.node, state);
}

function validates(node: Node, state: Subject["state"]): boolean {
  if (!("AlterTableStmt" in node) || !state.isExistingRelation(node.AlterTableStmt.relation)) return false;
  const validating = (command: AlterTableCmd): boolean => command.subtype === "AT_ValidateConstraint";
  return (node.AlterTableStmt.cmds ?? []).some(
    (item) => "AlterTableCmd" in item && validating(item.AlterTableCmd),
  );
}

/** UPDATE, DELETE and INSERT … SELECT over tables with rows; a WHERE does not tell how many. */
function changesManyRows(node: Node, state: Subject["state"]): boolean {
  if ("InsertStmt" in node) return copiesRows(node, state);
  for (const { type, fields } of walkTree(node)) {
    if (type !== "UpdateStmt" && type !== "DeleteStmt") continue;
    const { relation } = fields as { relation?: Parameters<typeof relationName>[0] };
    if (relation !== undefined && state.isExisting(relationName(relation))) return true;
  }
  return false;
}

function copiesRows(node: Extract<Node, { InsertStmt: unknown }>, state: Subject["state"]): boolean {
  const { selectStmt } = node.InsertStmt;
  if (selectStmt === undefined || !("SelectStmt" in selectStmt) || !selectStmt.SelectStmt.fromClause)
    return false;
  for (const { type, fields } of walkTree(selectStmt)) {
    if (type === "RangeVar" && state.isExisting(relationName(fields))) return true;
  }
  return false;
}
