import type { DeleteStmt, UpdateStmt } from "libpg-query";
import type { Node } from "../parse-sql.ts";
import { nameSql, relationName } from "../sql-name.ts";
import { walkTree } from "../walk-tree.ts";
import type { Problem, Subject } from "./statement-check.ts";

/** UPDATE and DELETE of all rows, wherever in a statement they stand, and TRUNCATE. */
export function* checkWholeTableWrite(node: Node, { state }: Subject): Iterable<Problem> {
  if ("TruncateStmt" in node) {
    for (const item of node.TruncateStmt.relations ?? []) {
      if (!("RangeVar" in item) || !state.isExistingRelation(item.RangeVar)) continue;
      const table = nameSql(relationName(item.RangeVar));
      yield {
        rule: "truncate",
        at: item.RangeVar.location,
        what: `All rows of ${table} are gone for good, under ACCESS EXCLUSIVE.`,
        instead: "Delete the rows that are not needed in batches, after a backup.",
      };
    }
  }
  // A plain INSERT … VALUES, of which a file may have thousands, holds no other statement.
  if ("InsertStmt" in node && node.InsertStmt.withClause === undefined) return;
  for (const { type, fields } of walkTree(node)) {
    if (type === "UpdateStmt") yield* checkWrite("UPDATE", fields, state);
    if (type === "DeleteStmt") yield* checkWrite("DELETE", fields, state);
  }
}

function* checkWrite(
  verb: "UPDATE" | "DELETE",
  { relation, whereClause, fromClause, usingClause }: UpdateStmt & DeleteStmt,
  state: Subject["state"],
): Iterable<Problem> {
  if (!state.isExistingRelation(relation) || relation === undefined) return;
  if (!isAlwaysTrue(whereClause) || fromClause !== undefined || usingClause !== undefined) return;
  const table = nameSql(relationName(relation));
  const set = verb === "UPDATE" ? `UPDATE ${table} SET …` : `DELETE FROM ${table}`;
  yield {
    rule: verb === "UPDATE" ? "update-whole-table" : "delete-whole-table",
    at: relation.location,
    what:
      verb === "UPDATE"
        ? `Every row of ${table} is written in one transaction: rows stay locked, and the table grows to twice its size.`
        : `Every row of ${table} is deleted, in one transaction that locks them all.`,
    instead:
      "Do it in batches of a few thousand keys, each in a transaction of its own, from a job or a script:\n" +
      `  ${set} WHERE id > $1 AND id <= $2;`,
  };
}

/** No WHERE, or one that says nothing: TRUE, or a constant compared with itself. */
function isAlwaysTrue(where: Node | undefined): boolean {
  if (where === undefined) return true;
  if ("A_Const" in where) return where.A_Const.boolval?.boolval === true;
  if (!("A_Expr" in where)) return false;
  const { lexpr, rexpr } = where.A_Expr;
  if (lexpr === undefined || rexpr === undefined || !("A_Const" in lexpr) || !("A_Const" in rexpr))
    return false;
  const value = (constant: object): string => JSON.stringify({ ...constant, location: undefined });
  return value(lexpr.A_Const) === value(rexpr.A_Const);
}
