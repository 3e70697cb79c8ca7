import type { Node } from "../parse-sql.ts";
import { readableIdentifier } from "../readable-identifier.ts";
import { listedName, nameSql } from "../sql-name.ts";
import type { AlterSubject, Problem, Subject } from "./statement-check.ts";

const contract = "Drop it in a contract migration, once no running code uses it.";

/** DROP COLUMN and DROP CONSTRAINT. */
export function* checkDropFromTable({
  command,
  phase,
  state,
  table,
  tableSql,
}: AlterSubject): Iterable<Problem> {
  const name = command.name ?? "";
  const words = `${tableSql}.${readableIdentifier(name)}`;
  if (command.behavior === "DROP_CASCADE") yield cascade(words);
  if (
    command.subtype === "AT_DropConstraint" &&
    phase !== "contract" &&
    !state.isNewConstraint(table, name)
  ) {
    yield {
      rule: "drop-constraint",
      what: `Running code that relies on ${words} (ON CONFLICT, or the error it raises) finds it gone.`,
      instead: contract,
    };
  }
  if (command.subtype !== "AT_DropColumn" || state.isNewColumn(table, name)) return;
  yield {
    rule: "drop-column",
    what: `The values of ${words} are gone for good.`,
    instead: "Keep a copy of what may be needed again; a backup is the only way back.",
  };
  if (phase === "contract") return;
  yield {
    rule: "drop-column-in-use",
    what: `Running code that reads or writes ${words} fails as soon as this commits.`,
    instead:
      `Stop using the column first, then drop it in a migration with "phase: contract":\n` +
      `  ALTER TABLE ${tableSql} DROP COLUMN ${readableIdentifier(name)};`,
  };
}

/** Objects whose absence running code does not notice, or that other rules look at. */
const unnoticed: ReadonlySet<string> = new Set([
  "OBJECT_INDEX",
  "OBJECT_STATISTIC_EXT",
  "OBJECT_TRIGGER",
  "OBJECT_RULE",
  "OBJECT_POLICY",
  "OBJECT_PUBLICATION",
  "OBJECT_EVENT_TRIGGER",
]);

/** DROP of anything but a part of a table. */
export function* checkDrop(node: Node, { phase, state }: Subject): Iterable<Problem> {
  if (!("DropStmt" in node)) return;
  const { removeType = "OBJECT_TABLE", objects = [], behavior } = node.DropStmt;
  const kind = removeType.replace("OBJECT_", "").replace("MATVIEW", "MATERIALIZED VIEW").toLowerCase();
  for (const name of objects.map(listedName)) {
    const words = `${kind} ${nameSql(name)}`;
    if (removeType === "OBJECT_TABLE" ? !state.isExisting(name) : state.isNewObject(name)) continue;
    if (behavior === "DROP_CASCADE") yield cascade(words);
    if (removeType === "OBJECT_TABLE") yield* dropTable(nameSql(name), phase === "contract");
    else if (removeType === "OBJECT_SCHEMA") yield dropSchema(words);
    else if (phase !== "contract" && !unnoticed.has(removeType)) {
      yield {
        rule: "drop-object-in-use",
        what: `Running code that uses the ${words} fails as soon as this commits.`,
        instead: contract,
      };
    }
  }
}

function* dropTable(table: string, contracting: boolean): Iterable<Problem> {
  yield {
    rule: "drop-table",
    what: `The rows of ${table} are gone for good.`,
    instead: "Keep a copy of what may be needed again; a backup is the only way back.",
  };
  if (contracting) return;
  yield {
    rule: "drop-table-in-use",
    what: `Running code that uses ${table} fails as soon as this commits.`,
    instead: `Stop using the table first, then drop it in a migration with "phase: contract":\n  DROP TABLE ${table};`,
  };
}

function dropSchema(words: string): Problem {
  return {
    rule: "drop-schema",
    what: `The ${words} and everything that code expects in it are gone.`,
    instead: "Drop what is in it piece by piece, in contract migrations, and the empty schema last.",
  };
}

function cascade(words: string): Problem {
  return {
    rule: "drop-cascade",
    what: `CASCADE also drops whatever depends on ${words}: views, foreign keys, columns that this file does not name.`,
    instead: "Drop the dependents by name; without CASCADE PostgreSQL lists them and refuses.",
  };
}
