import type { Node } from "../parse-sql.ts";
import { listedName, nameSql, relationName } from "../sql-name.ts";
import { hasOption } from "../statement-lock.ts";
import { referencedColumns, rejectsOldWrites } from "./add-constraint.ts";
import type { Problem, Subject } from "./statement-check.ts";

const ownFile = 'in a file with "transaction: no"';

/** CREATE, DROP and REINDEX: each has a form that lets readers and writers go on. */
export function* checkIndex(node: Node, subject: Subject): Iterable<Problem> {
  if ("IndexStmt" in node) yield* checkCreateIndex(node, subject);
  else if ("DropStmt" in node) yield* checkDropIndex(node, subject);
  else if ("ReindexStmt" in node) yield* checkReindex(node, subject);
}

function* checkCreateIndex(node: Extract<Node, { IndexStmt: unknown }>, subject: Subject): Iterable<Problem> {
  const { relation, concurrent, unique, idxname, indexParams, whereClause } = node.IndexStmt;
  if (relation === undefined || !subject.state.isExistingRelation(relation)) return;
  const table = relationName(relation);
  const index = idxname === undefined ? "…" : nameSql(idxname);
  // ON ONLY builds nothing but the definition on a partitioned table, where CONCURRENTLY is not allowed.
  if (!concurrent && relation.inh) {
    yield {
      rule: "create-index-blocks-writes",
      what: `Nobody writes to ${nameSql(table)} while the index is built (SHARE).`,
      instead:
        `Build it concurrently, ${ownFile}:\n` +
        `  CREATE ${unique ? "UNIQUE " : ""}INDEX CONCURRENTLY ${index} ON ${nameSql(table)} (…);\n` +
        "On a partitioned table: CREATE INDEX … ON ONLY it, then concurrently on each partition, then ATTACH PARTITION.",
    };
  }
  if (unique)
    yield* rejectsOldWrites(subject, table, referencedColumns([indexParams, whereClause]), undefined);
}

function* checkDropIndex(node: Extract<Node, { DropStmt: unknown }>, { state }: Subject): Iterable<Problem> {
  const { removeType, concurrent, objects = [] } = node.DropStmt;
  if (removeType !== "OBJECT_INDEX" || concurrent) return;
  for (const index of objects.map(listedName).filter((name) => !state.isNewIndex(name))) {
    yield {
      rule: "drop-index-blocks-reads",
      what: `Dropping ${nameSql(index)} takes ACCESS EXCLUSIVE on its table and queues everyone behind it.`,
      instead: `Drop it ${ownFile}:\n  DROP INDEX CONCURRENTLY ${nameSql(index)};`,
    };
  }
}

function* checkReindex(node: Extract<Node, { ReindexStmt: unknown }>, { state }: Subject): Iterable<Problem> {
  const { kind, relation, name, params } = node.ReindexStmt;
  if (hasOption(params, "concurrently")) return;
  const table = relation === undefined ? (name ?? "the database") : relationName(relation);
  const index = kind === "REINDEX_OBJECT_INDEX";
  if (relation !== undefined && (index ? state.isNewIndex(table) : !state.isExisting(table))) return;
  const what = kind?.replace("REINDEX_OBJECT_", "") ?? "TABLE";
  yield {
    rule: "reindex-blocks-writes",
    what: `Nobody writes to the table while ${nameSql(table)} is rebuilt, and queries that plan with the index wait.`,
    instead:
      kind === "REINDEX_OBJECT_SYSTEM"
        ? "Leave the system catalogues to a maintenance window."
        : `Rebuild it ${ownFile}:\n  REINDEX ${what} CONCURRENTLY ${nameSql(table)};`,
  };
}
