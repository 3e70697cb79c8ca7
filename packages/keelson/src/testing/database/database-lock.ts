import type pg from "pg";
import { quoteIdentifier } from "../../model/quote-identifier.ts";

/** Any number, as long as it stays the same and nobody else uses it. */
const testLocks = 1_801_807_213;

/** Takes a database for this session; waits for whoever has it. The server gives it back when the session ends. */
export const lockDatabase = async (session: pg.Client, name: string): Promise<void> =>
  void (await session.query("select pg_advisory_lock($1, hashtext($2))", [testLocks, name]));

/**
 * Drops what test processes that were killed have left: databases that no session holds the lock of. One that is in
 * use is not dropped, whatever the locks say.
 */
export async function dropOrphans(session: pg.Client): Promise<void> {
  const { rows } = await session.query<{ datname: string }>(
    `select datname from pg_database
      where (starts_with(datname, 'keelson_copy_') or starts_with(datname, 'keelson_building_'))
        and not exists (select from pg_locks
          where locktype = 'advisory' and classid = $1 and objid = hashtext(datname)::oid)`,
    [testLocks],
  );
  for (const { datname } of rows)
    await session.query(`drop database if exists ${quoteIdentifier(datname)}`).catch(() => {});
}
