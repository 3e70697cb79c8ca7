import { createHash } from "node:crypto";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { recordApplied, type SplitFile } from "./apply-file.ts";
import { needsNoTransaction } from "./check-migration.ts";
import { type Connection, inTransaction } from "./connect.ts";
import { runRestartable } from "./run-restartable.ts";
import { setSessionTimeouts, setTimeouts } from "./set-timeouts.ts";
import type { MigrationStatement } from "./split-migration.ts";
import { statementFailure } from "./statement-failure.ts";

/**
 * Applies a file that says "transaction: no", one statement at a time. Each statement goes through
 *
 *     waiting → begun → done
 *
 * A statement that can run in a transaction goes from waiting to done in one, together with its progress row.
 * The others, such as CREATE INDEX CONCURRENTLY, are marked as begun before they start, so that the next runner
 * knows that what it finds may be theirs. After the last statement the progress row becomes a history row.
 */
export async function applyStatements(
  connection: Connection,
  split: SplitFile,
  lockTimeoutMs: number,
): Promise<boolean> {
  const startedMs = performance.now();
  const { file, statements } = split;
  const progress = await readProgress(connection, split);
  if (progress === "applied") return false;
  await setSessionTimeouts(connection, lockTimeoutMs);
  for (const statement of statements.slice(progress.done)) {
    const run = needsNoTransaction([statement]) ? runBare : runInTransaction;
    await run(connection, split, statement, { ...progress, lockTimeoutMs }).catch((error: unknown) => {
      throw statementFailure(file, statement, error, remains(statement.index));
    });
  }
  await inTransaction(connection, async () => {
    await connection.query("delete from keelson.migration_progress where id = $1", [file.id]);
    await recordApplied(connection, file, performance.now() - startedMs);
  });
  return true;
}

interface Progress {
  readonly done: number;
  /** The statement that an earlier runner began and may not have finished. */
  readonly begun: number | undefined;
}

type Running = Progress & { readonly lockTimeoutMs: number };

function runInTransaction(
  connection: Connection,
  split: SplitFile,
  statement: MigrationStatement,
  { lockTimeoutMs }: Running,
): Promise<void> {
  return inTransaction(connection, async () => {
    await setTimeouts(connection, lockTimeoutMs);
    await connection.query(statement.text);
    await writeProgress(connection, split, { done: statement.index + 1, begun: undefined });
  });
}

async function runBare(
  connection: Connection,
  split: SplitFile,
  statement: MigrationStatement,
  { begun }: Running,
): Promise<void> {
  await writeProgress(connection, split, { done: statement.index, begun: statement.index });
  await runRestartable(connection, statement, begun === statement.index);
  await writeProgress(connection, split, { done: statement.index + 1, begun: undefined });
}

async function writeProgress(
  connection: Connection,
  { file, statements }: SplitFile,
  { done, begun }: Progress,
): Promise<void> {
  await connection.query(
    `insert into keelson.migration_progress (id, done, done_checksum, begun) values ($1, $2, $3, $4)
     on conflict (id) do update set done = excluded.done, done_checksum = excluded.done_checksum, begun = excluded.begun`,
    [file.id, done, checksumOf(statements.slice(0, done)), begun ?? null],
  );
}

/** The file may have been corrected since: what is done must be as it was, the rest may differ. */
async function readProgress(
  connection: Connection,
  { file, statements }: SplitFile,
): Promise<Progress | "applied"> {
  const applied = await connection.query("select from keelson.migrations where id = $1", [file.id]);
  if (applied.rowCount !== 0) return "applied";
  const { rows } = await connection.query<{ done: number; begun: number | null; done_checksum: string }>(
    "select done, begun, done_checksum from keelson.migration_progress where id = $1",
    [file.id],
  );
  const [row] = rows;
  if (!row) return { done: 0, begun: undefined };
  if (row.done_checksum !== checksumOf(statements.slice(0, row.done)))
    throw editedMidway(file.path, row.done);
  return { done: row.done, begun: row.begun ?? undefined };
}

function checksumOf(statements: readonly MigrationStatement[]): string {
  const hash = createHash("sha256");
  for (const { text } of statements) hash.update(text.trim()).update("\0");
  return hash.digest("hex");
}

const remains = (done: number): string =>
  `${done === 0 ? "Nothing" : done === 1 ? "The first statement" : `The first ${done} statements`} of this file ` +
  "is applied and will not be repeated. Correct the rest, run `keelson migrate stamp` on it, then `keelson migrate apply` again.";

const editedMidway = (path: string, done: number): DiagnosticError =>
  new DiagnosticError([
    {
      code: "migration-edited-midway",
      severity: "error",
      where: path,
      what: `Its first ${done} statements are applied, and they are not the ones that stand there now.`,
      instead: "Put them back as they were; only what comes after them may change.",
    },
  ]);
