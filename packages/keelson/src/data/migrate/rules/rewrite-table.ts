import type { Node } from "../parse-sql.ts";
import { nameSql, relationName } from "../sql-name.ts";
import { hasOption } from "../statement-lock.ts";
import type { AlterSubject, Problem, Subject } from "./statement-check.ts";

const windowOnly = "Do it in a maintenance window, outside of migrations.";

const rewritingCommands: Readonly<Record<string, string>> = {
  AT_SetLogged: "SET LOGGED",
  AT_SetUnLogged: "SET UNLOGGED",
  AT_SetTableSpace: "SET TABLESPACE",
  AT_SetAccessMethod: "SET ACCESS METHOD",
};

/** Commands of ALTER TABLE that copy the whole table to new files. */
export function* checkRewritingCommand({ command, tableSql }: AlterSubject): Iterable<Problem> {
  const words = rewritingCommands[command.subtype ?? ""];
  if (words === undefined) return;
  yield {
    rule: "rewrite-table",
    what: `${words} copies all of ${tableSql} under ACCESS EXCLUSIVE.`,
    instead: windowOnly,
  };
  if (command.subtype !== "AT_SetUnLogged") return;
  yield {
    rule: "set-unlogged",
    what: `An unlogged table is emptied after a crash and never reaches a replica: the rows of ${tableSql} are at risk.`,
    instead: "Keep tables that hold anything of value LOGGED.",
  };
}

/** VACUUM FULL, CLUSTER and moving all tables of a tablespace. */
export function* checkRewrite(node: Node, { state }: Subject): Iterable<Problem> {
  if ("AlterTableMoveAllStmt" in node) {
    yield {
      rule: "rewrite-table",
      what: "Moving all tables of a tablespace copies each of them under ACCESS EXCLUSIVE.",
      instead: windowOnly,
    };
  }
  if ("ClusterStmt" in node) {
    const { relation } = node.ClusterStmt;
    if (relation === undefined || state.isExistingRelation(relation)) {
      yield copies(
        "CLUSTER",
        relation === undefined ? "every clustered table" : nameSql(relationName(relation)),
      );
    }
  }
  if ("VacuumStmt" in node && node.VacuumStmt.is_vacuumcmd && hasOption(node.VacuumStmt.options, "full")) {
    const names = (node.VacuumStmt.rels ?? []).flatMap((item) =>
      "VacuumRelation" in item && item.VacuumRelation.relation !== undefined
        ? [nameSql(relationName(item.VacuumRelation.relation))]
        : [],
    );
    yield copies("VACUUM FULL", names.length === 0 ? "every table" : names.join(", "));
  }
}

function copies(words: string, tables: string): Problem {
  return {
    rule: "rewrite-table",
    what: `${words} copies ${tables} under ACCESS EXCLUSIVE.`,
    instead: `Plain VACUUM makes the space reusable without the lock; pg_repack returns it. ${windowOnly}`,
  };
}
