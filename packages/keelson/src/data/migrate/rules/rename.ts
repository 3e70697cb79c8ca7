import type { Node } from "../parse-sql.ts";
import { readableIdentifier } from "../readable-identifier.ts";
import { listedName, nameSql, relationName } from "../sql-name.ts";
import type { Problem, Subject } from "./statement-check.ts";

/** Names that code writes in its queries; indexes, constraints, triggers and policies are not among them. */
const usedByCode: ReadonlySet<string> = new Set([
  "OBJECT_ATTRIBUTE",
  "OBJECT_DOMAIN",
  "OBJECT_FUNCTION",
  "OBJECT_MATVIEW",
  "OBJECT_PROCEDURE",
  "OBJECT_ROUTINE",
  "OBJECT_SCHEMA",
  "OBJECT_SEQUENCE",
  "OBJECT_TYPE",
  "OBJECT_VIEW",
]);

/** A rename is instant, and breaks the code that runs at that instant, in whichever phase it comes. */
export function* checkRename(node: Node, subject: Subject): Iterable<Problem> {
  if ("RenameStmt" in node) yield* checkRenameStatement(node, subject);
  if ("AlterObjectSchemaStmt" in node) {
    const { relation, object, newschema = "" } = node.AlterObjectSchemaStmt;
    const name = relation === undefined ? listedName(object) : relationName(relation);
    const created =
      relation === undefined ? subject.state.isNewObject(name) : !subject.state.isExisting(name);
    if (created) return;
    yield {
      rule: "rename-object",
      what: `Running code looks for ${nameSql(name)} where it was, not in ${readableIdentifier(newschema)}.`,
      instead: "Move it together with a view (or synonymous function) that stays behind under the old name.",
    };
  }
}

function* checkRenameStatement(
  node: Extract<Node, { RenameStmt: unknown }>,
  subject: Subject,
): Iterable<Problem> {
  const { renameType = "", relation, relationType, object, subname = "", newname = "" } = node.RenameStmt;
  const name =
    relation === undefined ? (object === undefined ? subname : listedName(object)) : relationName(relation);
  if (relation === undefined ? subject.state.isNewObject(name) : !subject.state.isExisting(name)) return;
  const to = readableIdentifier(newname);
  if (renameType === "OBJECT_COLUMN" && relationType !== "OBJECT_INDEX") {
    yield* renameColumn(nameSql(name), name, subname, to, subject);
  } else if (renameType === "OBJECT_TABLE") {
    yield renameTable(name, newname, subject);
  } else if (usedByCode.has(renameType)) {
    const kind = renameType.replace("OBJECT_", "").replace("MATVIEW", "materialized view").toLowerCase();
    yield {
      rule: "rename-object",
      what: `Running code that uses the ${kind} ${nameSql(name)} does not find ${to}.`,
      instead: "Create it anew under the new name, and drop the old one in a contract migration.",
    };
  }
}

function* renameColumn(
  tableSql: string,
  table: string,
  column: string,
  to: string,
  { state }: Subject,
): Iterable<Problem> {
  if (state.isNewColumn(table, column)) return;
  const from = readableIdentifier(column);
  yield {
    rule: "rename-column",
    what: `Running code that uses ${tableSql}.${from} fails as soon as this commits.`,
    instead:
      "Add the new column, write both, fill it in batches, move readers, and drop the old one in a contract migration:\n" +
      `  ALTER TABLE ${tableSql} ADD COLUMN ${to} …;\n` +
      `  ALTER TABLE ${tableSql} DROP COLUMN ${from};  -- contract`,
  };
}

/** A view under the old name, made in the same transaction, keeps old queries and simple writes working. */
function renameTable(
  table: string,
  newname: string,
  { statements, statement, transaction }: Subject,
): Problem {
  const covered =
    transaction &&
    statements
      .slice(statement.index + 1)
      .some(
        ({ node }) => "ViewStmt" in node && node.ViewStmt.view && relationName(node.ViewStmt.view) === table,
      );
  const [from, to] = [nameSql(table), readableIdentifier(newname)];
  return covered
    ? {
        rule: "rename-table",
        severity: "info",
        what: `A view takes the place of ${from}: old queries and simple writes go on, ON CONFLICT and COPY through it do not.`,
        instead: `Drop the view in a contract migration:\n  DROP VIEW ${from};`,
      }
    : {
        rule: "rename-table",
        what: `Running code that uses ${from} fails as soon as this commits.`,
        instead:
          "Leave a view under the old name, in the same transaction, until the old code is gone:\n" +
          `  ALTER TABLE ${from} RENAME TO ${to};\n  CREATE VIEW ${from} AS SELECT * FROM ${to};`,
      };
}
