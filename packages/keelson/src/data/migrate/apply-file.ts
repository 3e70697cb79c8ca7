import type { Connection } from "./connect.ts";
import { inTransaction } from "./connect.ts";
import type { MigrationFile } from "./migration-file.ts";
import { setTimeouts } from "./set-timeouts.ts";
import type { MigrationStatement } from "./split-migration.ts";
import { statementFailure } from "./statement-failure.ts";

/** A file whose statements are known. */
export interface SplitFile {
  readonly file: MigrationFile;
  readonly statements: readonly MigrationStatement[];
}

/**
 * Applies a file in one transaction, its history row included: all of it, or nothing.
 *
 * The table of migrations is locked first. So a runner that lost the migration lock without noticing, or whose
 * process is gone while PostgreSQL still works for it, cannot apply a file a second time.
 *
 * @returns false when somebody else has applied it meanwhile
 */
export function applyInTransaction(
  connection: Connection,
  { file, statements }: SplitFile,
  lockTimeoutMs: number,
): Promise<boolean> {
  const startedMs = performance.now();
  return inTransaction(connection, async () => {
    await setTimeouts(connection, lockTimeoutMs);
    await connection.query("lock table keelson.migrations in share row exclusive mode");
    const { rowCount } = await connection.query("select from keelson.migrations where id = $1", [file.id]);
    if (rowCount !== 0) return false;
    for (const statement of statements) {
      await connection.query(statement.text).catch((error: unknown) => {
        throw statementFailure(file, statement, error, nothingRemains);
      });
    }
    await recordApplied(connection, file, performance.now() - startedMs);
    return true;
  });
}

const nothingRemains =
  "Nothing of this file was applied. Correct it, run `keelson migrate stamp` on it, then `keelson migrate apply` again.";

/** Writes the history row. */
export async function recordApplied(
  connection: Connection,
  { id, name, checksum, phase }: MigrationFile,
  tookMs: number,
): Promise<void> {
  await connection.query(
    "insert into keelson.migrations (id, name, checksum, phase, took_ms) values ($1, $2, $3, $4, $5)",
    [id, name, checksum, phase, Math.round(tookMs)],
  );
}
