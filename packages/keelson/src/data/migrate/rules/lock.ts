import type { Node } from "../parse-sql.ts";
import { nameSql, relationName } from "../sql-name.ts";
import { tableLocks } from "../statement-lock.ts";
import type { AlterSubject, Problem, Subject } from "./statement-check.ts";

/** Statements whose only trouble is the lock: LOCK, CREATE TRIGGER, REFRESH. */
export function* checkLock(node: Node, { state }: Subject): Iterable<Problem> {
  if ("LockStmt" in node) {
    for (const { table, mode } of tableLocks(node).filter((lock) => state.isExisting(lock.table))) {
      yield {
        rule: "lock-table",
        what: `${nameSql(table)} stays locked (${mode}) until the whole migration has committed.`,
        instead: "Leave locking to the statements, each of which takes the weakest lock that does.",
      };
    }
  }
  if ("CreateTrigStmt" in node && state.isExistingRelation(node.CreateTrigStmt.relation)) {
    yield {
      rule: "create-trigger",
      what: `Writers to ${tableOf(node.CreateTrigStmt.relation)} wait for this transaction (SHARE ROW EXCLUSIVE), then all of them run the trigger.`,
      instead:
        "Keep it the last statement of a short transaction; the writes of running code will run it too.",
    };
  }
  if ("RefreshMatViewStmt" in node) {
    const { concurrent, relation, skipData } = node.RefreshMatViewStmt;
    if (concurrent || skipData || !state.isExistingRelation(relation)) return;
    yield {
      rule: "refresh-blocks-reads",
      what: `Nobody reads ${tableOf(relation)} while it is computed anew (ACCESS EXCLUSIVE).`,
      instead:
        "Refresh concurrently, which needs a unique index on the view:\n" +
        `  REFRESH MATERIALIZED VIEW CONCURRENTLY ${tableOf(relation)};`,
    };
  }
}

/** Commands of ALTER TABLE after which running code sees other rows, or runs without its triggers. */
export function* checkVisibility({ command, phase, tableSql }: AlterSubject): Iterable<Problem> {
  const subtype = command.subtype ?? "";
  if ((subtype === "AT_EnableRowSecurity" || subtype === "AT_ForceRowSecurity") && phase !== "contract") {
    yield {
      rule: "row-security",
      what: `Without a policy that lets it through, running code sees no row of ${tableSql}.`,
      instead:
        "Create the policies for every role in use in the same transaction, before row security is switched on.",
    };
  }
  if (/^AT_DisableTrig/.test(subtype)) {
    yield {
      rule: "disable-trigger",
      what: `For everybody, not only for this migration, ${tableSql} is written without the trigger.`,
      instead:
        "Switch it on again in the same transaction, or write the rows in a way that the trigger accepts.",
    };
  }
  if (subtype === "AT_ChangeOwner") {
    yield {
      rule: "revoke-privilege",
      what: `The rights that running code had as the owner of ${tableSql} go to another role.`,
      instead: "Grant the old owner what it needs in the same transaction.",
    };
  }
}

function tableOf(relation: { schemaname?: string; relname?: string } | undefined): string {
  return relation === undefined ? "the table" : nameSql(relationName(relation));
}
