import type pg from "pg";
import { quoteIdentifier } from "../../model/quote-identifier.ts";
import type { ClockSetting } from "../test-clock.ts";

/**
 * `now()` of a test database. Names are looked up in `public` before `pg_catalog`, so that `now()` is found there:
 * in statements, rules and the defaults of columns alike. It stays the same for the whole of a transaction.
 */
export const clockStatements: readonly string[] = [
  "create schema keelson_test",
  "create unlogged table keelson_test.clock (stands_at timestamptz, ahead interval not null default '0')",
  "insert into keelson_test.clock default values",
  `create function public.now() returns timestamptz language sql stable as $$
    select coalesce(stands_at, pg_catalog.now() + ahead) from keelson_test.clock $$`,
  // By which jobs are due.
  `create function public.statement_timestamp() returns timestamptz language sql stable as $$
    select coalesce(stands_at, pg_catalog.statement_timestamp() + ahead) from keelson_test.clock $$`,
];

/** Settings of a database are not copied with it, so every copy is told. */
export const lookUpClock = (database: string): string =>
  `alter database ${quoteIdentifier(database)} set search_path = public, pg_catalog`;

/** Brings `now()` in step with the clock of the back end. */
export async function setDatabaseClock(pool: pg.Pool, { standsAtMs, aheadMs }: ClockSetting): Promise<void> {
  await pool.query(
    "update keelson_test.clock set stands_at = $1::timestamptz, ahead = $2 * interval '1 millisecond'",
    [standsAtMs === null ? null : new Date(standsAtMs).toISOString(), aheadMs],
  );
}
