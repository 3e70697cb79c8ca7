import type { Node } from "../parse-sql.ts";
import { nameSql, relationName } from "../sql-name.ts";
import { tableLocks } from "../statement-lock.ts";
import { checkAddColumn } from "./add-column.ts";
import { checkAddConstraint, checkNotNullForOldWrites } from "./add-constraint.ts";
import { checkAlterColumn } from "./alter-column.ts";
import { checkDropFromTable } from "./drop.ts";
import { checkVisibility } from "./lock.ts";
import { checkPartition } from "./partition.ts";
import { checkRewritingCommand } from "./rewrite-table.ts";
import type { AlterCheck, AlterSubject, Problem, Subject } from "./statement-check.ts";

const alterChecks: readonly AlterCheck[] = [
  checkAddColumn,
  checkAlterColumn,
  checkAddConstraint,
  checkNotNullForOldWrites,
  checkValidate,
  checkDropFromTable,
  checkPartition,
  checkRewritingCommand,
  checkVisibility,
];

/** ALTER TABLE is many commands in one; each is checked knowing what those before it have made. */
export function* checkAlterTable(node: Node, subject: Subject): Iterable<Problem> {
  if (!("AlterTableStmt" in node)) return;
  const { relation, cmds = [], objtype } = node.AlterTableStmt;
  if (relation === undefined || (objtype !== "OBJECT_TABLE" && objtype !== "OBJECT_MATVIEW")) return;
  const table = relationName(relation);
  const existing = subject.state.isExistingRelation(relation);
  const dropped = cmds.flatMap((item) =>
    "AlterTableCmd" in item && item.AlterTableCmd.subtype === "AT_DropConstraint"
      ? [item.AlterTableCmd.name ?? ""]
      : [],
  );
  for (const [index, item] of cmds.entries()) {
    if (!("AlterTableCmd" in item)) continue;
    const command = item.AlterTableCmd;
    if (existing) {
      const alter: AlterSubject = { ...subject, command, table, tableSql: nameSql(table), dropped };
      for (const check of alterChecks) {
        for (const problem of check(alter)) yield { ...problem, command: index };
      }
    }
    subject.state.applyCommand(table, command);
  }
}

/** VALIDATE lets traffic go on, unless another command of the same statement has locked it out. */
function* checkValidate({ command, statement, table, tableSql }: AlterSubject): Iterable<Problem> {
  if (command.subtype !== "AT_ValidateConstraint") return;
  const mode = tableLocks(statement.node).find((lock) => lock.table === table)?.mode;
  if (mode === undefined || mode === "SHARE UPDATE EXCLUSIVE") return;
  yield {
    rule: "lock-held-during-long-work",
    what: `The other commands of this statement hold ${mode} on ${tableSql} while the constraint is validated.`,
    instead: "Validate in a statement, and a file, of its own.",
  };
}
