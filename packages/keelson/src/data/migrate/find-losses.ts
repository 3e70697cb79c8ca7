import { quoteIdentifier } from "../../model/quote-identifier.ts";
import { quoteTable } from "../../model/table-name.ts";
import type { Connection } from "./connect.ts";
import { isDestructive, type SchemaChange } from "./schema-change.ts";

/** Data that a change would destroy. */
export interface Loss {
  readonly change: SchemaChange;
  /** In the developer's words: `resource "order", field "note"`. */
  readonly where: string;
  readonly what: string;
}

/** What would really be lost: dropping an empty table, or a column without a value, loses nothing. */
export async function findLosses(
  connection: Connection,
  changes: readonly SchemaChange[],
): Promise<readonly Loss[]> {
  const earlier = earlierNames(changes);
  const losses: Loss[] = [];
  for (const change of changes.filter(isDestructive)) {
    const subject = subjectOf(change);
    if (subject === undefined) continue;
    const table = earlier.table(subject.table);
    const column = subject.column === undefined ? undefined : earlier.column(subject.table, subject.column);
    const rows = await countRows(connection, table, column);
    if (rows > 0) losses.push({ change, where: subject.where, what: subject.what(amount(rows)) });
  }
  return losses;
}

interface Subject {
  readonly table: string;
  readonly column: string | undefined;
  readonly where: string;
  readonly what: (records: string) => string;
}

function subjectOf(change: SchemaChange): Subject | undefined {
  switch (change.kind) {
    case "dropTable": {
      const { name, resource, relation } = change.table;
      return relation
        ? {
            table: name,
            column: undefined,
            where: `resource "${resource}", field "${relation.field}"`,
            what: (records) =>
              `The relation is gone from the model, and ${records} of table "${name}" with it.`,
          }
        : {
            table: name,
            column: undefined,
            where: `resource "${resource}"`,
            what: (records) => `It is gone from the model, and ${records} of table "${name}" with it.`,
          };
    }
    case "dropColumn":
      return {
        table: change.table,
        column: change.column.name,
        where: `resource "${change.resource}", field "${change.column.field}"`,
        what: (records) =>
          `Column "${change.column.name}" is gone from the model, with the values of ${records}.`,
      };
    case "changeType":
      return {
        table: change.table,
        column: change.column.name,
        where: `resource "${change.resource}", field "${change.column.field}"`,
        what: (records) =>
          `Column "${change.column.name}" becomes ${change.column.type} instead of ${change.from}; the values of ${records} may lose precision or not fit.`,
      };
    default:
      return undefined;
  }
}

const amount = (rows: number): string =>
  rows === 1 ? "1 record" : rows > countLimit ? `more than ${countLimit} records` : `${rows} records`;

/** Nobody decides differently for a million rows than for a hundred thousand, and counting takes time. */
const countLimit = 100_000;

async function countRows(connection: Connection, table: string, column: string | undefined): Promise<number> {
  const given = column === undefined ? "" : ` where ${quoteIdentifier(column)} is not null`;
  const counted = connection.query<{ rows: number }>(
    `select count(*)::int as rows from (select from ${quoteTable(table)}${given} limit ${countLimit + 1}) counted`,
  );
  const { rows } = await counted.catch((error: { code?: unknown }) => {
    // Somebody has dropped it by hand: there is nothing to lose.
    if (error.code === "42P01" || error.code === "42703") return { rows: [] };
    throw error;
  });
  return rows[0]?.rows ?? 0;
}

/** Changes name things as they are after the renames, which have not been made yet. */
function earlierNames(changes: readonly SchemaChange[]) {
  const tables = new Map<string, string>();
  const columns = new Map<string, string>();
  // A name that was set aside on the way leads back over two steps.
  for (const change of changes) {
    if (change.kind === "renameTable") tables.set(change.to, tables.get(change.from) ?? change.from);
    if (change.kind === "renameColumn") {
      const key = (column: string): string => JSON.stringify([change.table, column]);
      columns.set(key(change.to), columns.get(key(change.from)) ?? change.from);
    }
  }
  return {
    table: (name: string): string => tables.get(name) ?? name,
    column: (table: string, name: string): string => columns.get(JSON.stringify([table, name])) ?? name,
  };
}
