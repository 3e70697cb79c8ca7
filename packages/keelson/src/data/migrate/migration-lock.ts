import { setTimeout as pause } from "node:timers/promises";
import { DiagnosticError } from "../../base/diagnostic.ts";
import type { Observe } from "../../observe/observation.ts";
import { type Connection, type DatabaseAddress, withConnection } from "./connect.ts";
import { pauseMs } from "./retry-on-lock.ts";
import { setTimeouts } from "./set-timeouts.ts";

/**
 * One runner at a time, per database.
 *
 *     asking ──granted──→ held ──work ends──→ released
 *       │ ↑ refused: pause      └──connection lost──→ lost
 *       └─waited too long──→ given up
 *
 * The lock lives in an open transaction on a connection of its own. So it also holds behind a pooler that
 * shares connections between transactions, where a session's lock would stay behind with a stranger, and it
 * is gone the moment its holder is. It is asked for again and again rather than waited for: a statement that
 * waits has a snapshot, and CREATE INDEX CONCURRENTLY waits for all snapshots, so the two would block each other.
 */
export interface MigrationLock {
  /** @throws DiagnosticError once the lock is lost: another runner may be at work. */
  assertHeld(): void;
}

export interface LockOptions {
  readonly observe: Observe;
  /** How long to wait for another runner. */
  readonly waitMs: number;
}

const lockKey = "1801807212, 2";

export function withMigrationLock<T>(
  address: DatabaseAddress,
  options: LockOptions,
  work: (lock: MigrationLock) => Promise<T>,
): Promise<T> {
  return withConnection(address, async (connection) => {
    let lost = false;
    connection.on("end", () => {
      lost = true;
    });
    await acquire(connection, options);
    const result = await work({
      assertHeld: () => {
        if (lost) throw lockLost();
      },
    });
    await connection.query("rollback").catch(() => {});
    return result;
  });
}

async function acquire(connection: Connection, { observe, waitMs }: LockOptions): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let attempt = 1; !(await tryAcquire(connection)); attempt++) {
    if (performance.now() >= deadline) throw waitedTooLong(waitMs);
    observe({ type: "migration.waiting", reason: "another process is migrating this database", attempt });
    // Somebody else's work is worth a look every two seconds, not less.
    await pause(Math.min(pauseMs(attempt), 2_000));
  }
}

async function tryAcquire(connection: Connection): Promise<boolean> {
  await connection.query("begin");
  await setTimeouts(connection, 0);
  // Without parameters, so that the driver sends it as a simple query: the other kind leaves its portal open,
  // and with it a snapshot that CREATE INDEX CONCURRENTLY would wait for until the end.
  const { rows } = await connection.query(`select pg_try_advisory_xact_lock(${lockKey}) as granted`);
  if (rows[0]?.granted === true) return true;
  await connection.query("rollback");
  return false;
}

const lockLost = (): DiagnosticError =>
  new DiagnosticError([
    {
      code: "migration-lock-lost",
      severity: "error",
      where: "DATABASE_URL",
      what: "The connection that held the migration lock is gone, so that another process may be migrating.",
      instead: "Run the command again; it goes on where it stopped.",
    },
  ]);

const waitedTooLong = (waitMs: number): DiagnosticError =>
  new DiagnosticError([
    {
      code: "migration-lock-taken",
      severity: "error",
      where: "DATABASE_URL",
      what: `Another process has been migrating this database for more than ${Math.round(waitMs / 1000)} s.`,
      instead: "Wait until it has finished, or see in pg_stat_activity what it is waiting for.",
    },
  ]);
