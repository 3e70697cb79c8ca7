import { type Diagnostic, DiagnosticError } from "../../base/diagnostic.ts";
import type { Observe } from "../../observe/observation.ts";
import { applyInTransaction, recordApplied, type SplitFile } from "./apply-file.ts";
import { applyStatements } from "./apply-statements.ts";
import { type Connection, type DatabaseAddress, inTransaction, withConnection } from "./connect.ts";
import { developmentDatabase, sameSchema } from "./development-database.ts";
import { ensureJobSchema } from "./job-schema.ts";
import type { MigrationFile } from "./migration-file.ts";
import { openFolder, type ReadyFolder } from "./migration-folder.ts";
import {
  type MigrationHistory,
  pendingFiles,
  readHistory,
  throwErrors,
  writeSnapshot,
} from "./migration-history.ts";
import { type MigrationLock, withMigrationLock } from "./migration-lock.ts";
import { type RetryOptions, retryOnLock } from "./retry-on-lock.ts";
import { type MigrationStatement, splitMigration } from "./split-migration.ts";
import { ensureSystemSchema } from "./system-schema.ts";

export interface ApplyOptions {
  readonly database: DatabaseAddress;
  /** Folder with the migrations and `snapshot.json`. */
  readonly dir: string;
  /** The folder as messages print it. @defaultValue `dir` */
  readonly shownAs?: string;
  readonly observe: Observe;
  /** Whether the back end needs a queue. @defaultValue false */
  readonly jobs?: boolean;
  /** `expand` stops before the first file that the running version of the code would not survive. */
  readonly upTo?: "expand";
  /** Records the files as applied without running them, on a database that `keelson dev` brought to the same schema. */
  readonly baseline?: boolean;
  /** How long one statement waits for a lock. @defaultValue 2,000 ms */
  readonly lockTimeoutMs?: number;
  /** How often a file is tried while others hold its locks. @defaultValue 10 */
  readonly lockAttempts?: number;
  /** How long to wait for another runner. @defaultValue 600,000 ms */
  readonly waitMs?: number;
}

/** What came of a run: the files that were applied, and those that `upTo` left for later. */
export interface AppliedMigrations {
  readonly applied: readonly MigrationFile[];
  readonly remaining: readonly MigrationFile[];
}

/**
 * Applies what is pending, in order, under a lock that lets one runner work at a time. Safe to start anywhere at
 * once, to kill at any moment and to run again.
 *
 * @throws DiagnosticError when files and database contradict each other, or a statement fails; files that were
 *   applied before it stay applied, and of a file in a transaction nothing remains
 */
export async function applyMigrations(options: ApplyOptions): Promise<AppliedMigrations> {
  const folder = await openFolder(options.dir, options.shownAs);
  // All files are read before the first is applied, so that a typing error in the last stops the first.
  const split = new Map((await Promise.all(folder.files.map(splitFile))).map((each) => [each.file.id, each]));
  return withConnection(options.database, async (connection) => {
    await ensureSystemSchema(connection);
    if (options.jobs === true) await ensureJobSchema(connection);
    const first = await plan(connection, folder, options);
    if (first.due.length === 0 && first.told) return { applied: [], remaining: first.remaining };
    const lock = { observe: options.observe, waitMs: options.waitMs ?? 600_000 };
    return withMigrationLock(options.database, lock, async (held) => {
      // Another runner may have been at work until the lock was ours.
      const { history, due, remaining } = await plan(connection, folder, options);
      if (history.snapshot?.source === "dev" && due.length > 0) {
        return adopt(connection, folder, [...due, ...remaining], history, options);
      }
      const applied: MigrationFile[] = [];
      for (const { id } of due) {
        const each = split.get(id);
        if (each && (await applyOne(connection, each, held, options))) applied.push(each.file);
      }
      if (remaining.length === 0) await writeSnapshot(connection, "migrations", folder.snapshot);
      return { applied, remaining };
    });
  });
}

interface Plan {
  readonly due: readonly MigrationFile[];
  readonly remaining: readonly MigrationFile[];
}

async function plan(
  connection: Connection,
  folder: ReadyFolder,
  { upTo }: ApplyOptions,
): Promise<Plan & { readonly history: MigrationHistory; readonly told: boolean }> {
  const history = await readHistory(connection);
  const pending = pendingFiles(folder.files, history);
  const stop = upTo === "expand" ? pending.findIndex(({ phase }) => phase === "contract") : -1;
  const end = stop < 0 ? pending.length : stop;
  const known = history.snapshot;
  // A run that was killed after the last file has not said yet where the files have led.
  const told =
    pending.length > 0 ||
    known?.source === "dev" ||
    (known !== undefined && sameSchema(known.schema, folder.snapshot));
  return { history, due: pending.slice(0, end), remaining: pending.slice(end), told };
}

async function splitFile(file: MigrationFile): Promise<SplitFile> {
  const { statements, diagnostics } = await splitMigration(file);
  throwErrors(diagnostics);
  throwErrors(statements.filter(endsTransaction).map((statement) => transactionControl(file, statement)));
  return { file, statements };
}

/** The runner opens and ends transactions; a statement that does so would leave the file half applied. */
const endsTransaction = ({ node }: MigrationStatement): boolean =>
  "TransactionStmt" in node && !/_(SAVEPOINT|RELEASE|ROLLBACK_TO)$/.test(node.TransactionStmt.kind ?? "");

function transactionControl(file: MigrationFile, { start, text }: MigrationStatement): Diagnostic {
  return {
    code: "transaction-control",
    severity: "error",
    where: file.source.where(file.source.at(start)),
    what: `"${text.trim()}" would end the transaction that the file and its record share.`,
    instead: 'Remove it, and say "transaction: yes" or "transaction: no" in the header.',
  };
}

async function applyOne(
  connection: Connection,
  split: SplitFile,
  held: MigrationLock,
  options: ApplyOptions,
): Promise<boolean> {
  const retry: RetryOptions = {
    observe: options.observe,
    lockTimeoutMs: options.lockTimeoutMs ?? 2_000,
    lockAttempts: options.lockAttempts ?? 10,
  };
  const apply = split.file.transaction ? applyInTransaction : applyStatements;
  const startedMs = performance.now();
  const applied = await retryOnLock(split.file.path, retry, () => {
    held.assertHeld();
    return apply(connection, split, retry.lockTimeoutMs);
  });
  const tookMs = Math.round(performance.now() - startedMs);
  if (applied) options.observe({ type: "migration.applied", id: split.file.id, tookMs });
  return applied;
}

/** A database that `dev` keeps in step has no need of the migrations' SQL, only to know of them. */
async function adopt(
  connection: Connection,
  folder: ReadyFolder,
  pending: readonly MigrationFile[],
  history: MigrationHistory,
  { baseline = false }: ApplyOptions,
): Promise<AppliedMigrations> {
  const inStep = history.snapshot !== undefined && sameSchema(history.snapshot.schema, folder.snapshot);
  if (!inStep || !baseline) throw new DiagnosticError([developmentDatabase(pending.length, inStep)]);
  await inTransaction(connection, async () => {
    for (const file of pending) await recordApplied(connection, file, 0);
    await writeSnapshot(connection, "migrations", folder.snapshot);
  });
  return { applied: pending, remaining: [] };
}
