import { type Diagnostic, DiagnosticError } from "../../base/diagnostic.ts";
import type { AppModel } from "../../model/app-model.ts";
import type { Observe } from "../../observe/observation.ts";
import { type Connection, type DatabaseAddress, inTransaction, withConnection } from "./connect.ts";
import { diff } from "./diff-snapshots.ts";
import { findLosses, type Loss } from "./find-losses.ts";
import { ensureJobSchema, needsJobs } from "./job-schema.ts";
import { readHistory, writeSnapshot } from "./migration-history.ts";
import { withMigrationLock } from "./migration-lock.ts";
import { printDirectly } from "./print-directly.ts";
import type { SchemaChange } from "./schema-change.ts";
import { emptySnapshot, type SchemaSnapshot } from "./schema-snapshot.ts";
import { setTimeouts } from "./set-timeouts.ts";
import { snapshotOf } from "./snapshot-of.ts";
import { ensureSystemSchema } from "./system-schema.ts";

export interface SyncOptions {
  readonly model: AppModel;
  readonly database: DatabaseAddress;
  readonly observe: Observe;
  /** Asked before data is lost; without it, losing data is refused. */
  readonly confirm?: (losses: readonly Loss[]) => Promise<boolean>;
  /** How long a statement waits for a lock, and the whole for another process. @defaultValue 10,000 ms */
  readonly waitMs?: number;
}

export interface SyncedSchema {
  readonly changes: readonly SchemaChange[];
  /** False when there was nothing to do, or the person who was asked said no. */
  readonly applied: boolean;
}

/**
 * Brings a development database to the schema of the model, straight away and in one transaction. What the
 * database was brought to last time is remembered in it, so that renames and removals are seen.
 *
 * Migration files play no part: they are written by `keelson migrate create` when the change is done, and
 * `keelson migrate apply --baseline` then records them here.
 *
 * @throws DiagnosticError when data would be lost and nobody can be asked, or the rows that are there do not fit
 */
export function syncSchema(options: SyncOptions): Promise<SyncedSchema> {
  const target = snapshotOf(options.model);
  const waitMs = options.waitMs ?? 10_000;
  return withConnection(options.database, async (connection) => {
    await ensureSystemSchema(connection);
    if (needsJobs(options.model)) await ensureJobSchema(connection);
    if (diff(await currentSchema(connection), target).length === 0) return { changes: [], applied: false };
    return withMigrationLock(options.database, { observe: options.observe, waitMs }, async () => {
      const changes = diff(await currentSchema(connection), target);
      if (changes.length === 0 || !(await isAllowed(connection, changes, options))) {
        return { changes, applied: false };
      }
      await applyDirectly(connection, changes, target, waitMs);
      return { changes, applied: true };
    });
  });
}

const currentSchema = async (connection: Connection): Promise<SchemaSnapshot> =>
  (await readHistory(connection)).snapshot?.schema ?? emptySnapshot;

async function isAllowed(
  connection: Connection,
  changes: readonly SchemaChange[],
  { confirm }: SyncOptions,
): Promise<boolean> {
  const losses = await findLosses(connection, changes);
  if (losses.length === 0) return true;
  if (confirm === undefined) throw new DiagnosticError(losses.map((loss) => refusedLoss(loss, changes)));
  return confirm(losses);
}

async function applyDirectly(
  connection: Connection,
  changes: readonly SchemaChange[],
  target: SchemaSnapshot,
  lockTimeoutMs: number,
): Promise<void> {
  await inTransaction(connection, async () => {
    await setTimeouts(connection, lockTimeoutMs);
    for (const statement of printDirectly(changes)) {
      await connection.query(statement).catch((error: unknown) => {
        throw new DiagnosticError([refusedStatement(statement, error, target)]);
      });
    }
    await writeSnapshot(connection, "dev", target);
  });
}

const refusedLoss = ({ where, what, change }: Loss, changes: readonly SchemaChange[]): Diagnostic => ({
  code: "data-loss",
  severity: "error",
  where,
  what,
  instead:
    `${renameAdvice(change, changes)} If the data may go, run \`keelson dev --accept-data-loss\`. ` +
    "If it must stay, write a migration with `keelson migrate create`.",
});

/** A rename looks like something gone and something new: names the new one where there is just one of its kind. */
function renameAdvice(gone: SchemaChange, changes: readonly SchemaChange[]): string {
  if (gone.kind === "dropColumn") {
    const [added, ...others] = changes.flatMap((change) =>
      change.kind === "addColumn" && change.table === gone.table && change.column.type === gone.column.type
        ? [change.column.field]
        : [],
    );
    if (added !== undefined && others.length === 0)
      return `If "${added}" is its new name, declare \`${added}: ….renamedFrom("${gone.column.field}")\`.`;
  }
  if (gone.kind === "changeType")
    return "If it is another field now, give it another name, so that this one can go by itself.";
  return "If it has a new name, declare `renamedFrom`.";
}

function refusedStatement(statement: string, error: unknown, target: SchemaSnapshot): Diagnostic {
  const { message, code, detail } = error as { message: string; code?: string; detail?: string };
  // The detail of a duplicate names the value; that of others prints a whole record.
  const example = code === "23505" && detail !== undefined ? ` ${detail}` : "";
  return {
    code: "schema-sync",
    severity: "error",
    where: placeOf(error, target) ?? statement.split("\n")[0] ?? statement,
    what: `PostgreSQL says: ${message}${code === undefined ? "" : ` (${code})`}.${example} Nothing was changed.`,
    instead: adviceFor(code),
  };
}

/** The declaration that PostgreSQL means, as far as it says which. */
function placeOf(error: unknown, target: SchemaSnapshot): string | undefined {
  const { table, column, constraint } = error as { table?: string; column?: string; constraint?: string };
  const known = target.tables.find(({ name }) => name === table);
  if (!known) return undefined;
  const check = known.checks.find(({ name }) => name === constraint)?.columns;
  const index = known.indexes.find(({ name }) => name === constraint)?.columns.map((part) => part.column);
  const key = known.foreignKeys.filter(({ name }) => name === constraint).map((each) => each.column);
  const columns = column === undefined ? (check ?? index ?? key) : [column];
  const fields = known.columns.filter(({ name }) => columns.includes(name)).map(({ field }) => `"${field}"`);
  const names = [...new Set(fields)].join(", ");
  return `resource "${known.resource}"${names === "" ? "" : `, field ${names}`}`;
}

function adviceFor(code: string | undefined): string {
  if (code === "23502")
    return "Records that exist have no value for it: declare `.default(…)` or `.optional()`, or empty the database with `keelson db reset`.";
  if (code === "23505")
    return "Records that exist have the same value: correct or delete them, or empty the database with `keelson db reset`.";
  if (code === "42P07" || code === "42710")
    return "The database holds tables that Keelson did not make here: use an empty one, or `keelson db reset`.";
  if (code === "42P01" || code === "42703" || code === "42704")
    return "Somebody has changed the schema by hand: undo that, or start afresh with `keelson db reset`.";
  if (code === "55P03") return "Another session holds the table: end its transaction, then save again.";
  return "Records that exist do not fit: correct or delete them, or empty the database with `keelson db reset`.";
}
