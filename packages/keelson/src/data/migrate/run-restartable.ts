import { quoteIdentifier } from "../../model/quote-identifier.ts";
import type { Connection } from "./connect.ts";
import type { Node } from "./parse-sql.ts";
import type { MigrationStatement } from "./split-migration.ts";

/**
 * Runs a statement that commits by itself, and that an earlier runner may have begun.
 *
 * A concurrent build of an index that did not finish leaves an invalid index: it is dropped and built anew. One
 * that finished after its runner was gone leaves a valid index: nothing is left to do. It may even be at work
 * still; then dropping fails on its lock, and the caller comes again later.
 */
export async function runRestartable(
  connection: Connection,
  statement: MigrationStatement,
  begun: boolean,
): Promise<void> {
  const target = indexOf(statement.node);
  if (target !== undefined) {
    const state = await indexState(connection, target.name);
    if (begun && state === (target.action === "create" ? "valid" : "absent")) return;
    if (target.action === "create" && state === "invalid") {
      await connection.query(`drop index concurrently ${target.name}`);
    }
  }
  try {
    await connection.query(statement.text);
  } catch (error) {
    // Nobody should come upon half an index later; where even that fails, the next run does it.
    if (
      target?.action === "create" &&
      (await indexState(connection, target.name).catch(() => "absent")) === "invalid"
    ) {
      await connection.query(`drop index concurrently ${target.name}`).catch(() => {});
    }
    throw error;
  }
}

interface IndexTarget {
  readonly action: "create" | "drop";
  /** Quoted, with its schema where one is given. */
  readonly name: string;
}

/** The index that a statement builds or drops concurrently; undefined where it has no name to be found by. */
function indexOf(node: Node): IndexTarget | undefined {
  if ("IndexStmt" in node) {
    const { concurrent, idxname, relation } = node.IndexStmt;
    if (!concurrent || idxname === undefined) return undefined;
    // An index lives in the schema of its table.
    return { action: "create", name: qualified(relation?.schemaname, idxname) };
  }
  if (!("DropStmt" in node) || !node.DropStmt.concurrent) return undefined;
  const [object] = node.DropStmt.objects ?? [];
  if (object === undefined || !("List" in object)) return undefined;
  const parts = (object.List.items ?? []).flatMap((item) =>
    "String" in item && item.String.sval !== undefined ? [item.String.sval] : [],
  );
  return { action: "drop", name: parts.map(quoteIdentifier).join(".") };
}

const qualified = (schema: string | undefined, name: string): string =>
  schema === undefined ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

async function indexState(connection: Connection, name: string): Promise<"absent" | "invalid" | "valid"> {
  const { rows } = await connection.query<{ valid: boolean }>(
    "select indisvalid as valid from pg_index where indexrelid = to_regclass($1)",
    [name],
  );
  if (rows[0] === undefined) return "absent";
  return rows[0].valid ? "valid" : "invalid";
}
