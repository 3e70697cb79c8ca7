import type { Connection } from "./connect.ts";

/**
 * Sets the limits for the transaction that is open: locks are waited for briefly, everything else takes as
 * long as it takes. `transaction_timeout` exists from PostgreSQL 17 on.
 *
 * @param lockTimeoutMs - 0 for no limit
 */
export async function setTimeouts(connection: Connection, lockTimeoutMs: number): Promise<void> {
  await connection.query(limitsQuery, [String(lockTimeoutMs), true]);
  await connection.query(outOfOwnSchema);
}

/**
 * For a user who is called like Keelson's own schema: see `keepOut` in `system-schema.ts`. Behind a pooler a
 * transaction may land in a session that began before that user got another path.
 */
const outOfOwnSchema = "select set_config('search_path', 'public', true) where current_schema() = 'keelson'";

/**
 * The same for the whole session, for statements that forbid a transaction. Behind a pooler that shares
 * sessions it does nothing: the next statement may run in another session, and the setting would stay with
 * a stranger. The statements in question stop no reads and writes while they wait.
 */
export async function setSessionTimeouts(connection: Connection, lockTimeoutMs: number): Promise<void> {
  if (await isPooled(connection)) return;
  await connection.query(limitsQuery, [String(lockTimeoutMs), false]);
}

const limitsQuery = `
  select set_config(name, case name when 'lock_timeout' then $1 else '0' end, $2)
    from pg_settings
   where name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

/** A pooler announces a process id of its own making. */
async function isPooled(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ pid: number }>("select pg_backend_pid() as pid");
  return (connection as { readonly processID?: number | null }).processID !== rows[0]?.pid;
}
