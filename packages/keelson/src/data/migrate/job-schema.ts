import { DiagnosticError } from "../../base/diagnostic.ts";
import type { AppModel } from "../../model/app-model.ts";
import { offersTransfers } from "../../model/link-transfers.ts";
import type { Connection } from "./connect.ts";

/** The schema of the queue, apart from Keelson's own tables: it is pg-boss's to say what is in it. */
export const jobSchema = "keelson_jobs";

/** What the version of pg-boss that is installed calls its schema; it is pinned, and a test compares. */
export const jobSchemaVersion = 43;

/**
 * The queue's time is that of the statement, not of the transaction: jobs of one key are in order of being enqueued
 * also where a transaction that began earlier was kept waiting by another one.
 */
const clock = `create or replace function ${jobSchema}.job_now() returns timestamptz language sql stable as
  $$ select statement_timestamp(); $$`;

/** What Keelson asks of the queue's table on its own. */
const indexes = [
  `create index if not exists keelson_running_idx on ${jobSchema}.job (heartbeat_on) where state = 'active'`,
  `create index if not exists keelson_ended_idx on ${jobSchema}.job (completed_on) where state > 'active'`,
];

/** Everything that decides what {@link ensureJobSchema} makes. */
export const jobSchemaText: string = JSON.stringify([jobSchemaVersion, clock, ...indexes]);

/** Whether a back end needs a queue. */
export const needsJobs = (model: Pick<AppModel, "jobs" | "resources">): boolean =>
  model.jobs.size > 0 || offersTransfers(model);

/** Any number, as long as it stays the same and nobody else uses it. */
const jobLock = [1_801_807_212, 2] as const;

/**
 * Brings the queue's schema up to what this version needs. Safe to run from many processes at once.
 *
 * @throws DiagnosticError when a newer version has been here
 */
export async function ensureJobSchema(connection: Connection): Promise<void> {
  if ((await jobSchemaState(connection)) === "current") return;
  const { getConstructionPlans, getMigrationPlans } = await import("pg-boss");
  // pg-boss's text has its own transaction and lock; this one keeps two from running it one after the other.
  await connection.query("select pg_advisory_lock($1, $2)", [...jobLock]);
  try {
    const { version } = await installed(connection);
    if (version < jobSchemaVersion)
      await connection.query(
        version === 0 ? getConstructionPlans(jobSchema) : getMigrationPlans(jobSchema, version),
      );
    for (const statement of [clock, ...indexes]) await connection.query(statement);
  } finally {
    await connection.query("select pg_advisory_unlock($1, $2)", [...jobLock]).catch(() => {});
  }
}

/** Whether the queue's schema is there, and as this version needs it. */
export async function jobSchemaState(connection: Connection): Promise<"absent" | "older" | "current"> {
  const { version, complete } = await installed(connection);
  if (version === 0) return "absent";
  if (version > jobSchemaVersion) throw tooNew(version);
  return version < jobSchemaVersion || !complete ? "older" : "current";
}

/** Version 0 where there is none; not complete where a runner was killed before it made the last index. */
async function installed(
  connection: Connection,
): Promise<{ readonly version: number; readonly complete: boolean }> {
  const { rows } = await connection.query<{ tables: string; indexes: string }>(
    `select (select count(*) from pg_tables where schemaname = $1 and tablename = 'version') as tables,
            (select count(*) from pg_indexes where schemaname = $1 and indexname = 'keelson_ended_idx') as indexes`,
    [jobSchema],
  );
  if (rows[0]?.tables !== "1") return { version: 0, complete: false };
  const { rows: versions } = await connection.query<{ version: number }>(
    `select coalesce(max(version::integer), 0) as version from ${jobSchema}.version`,
  );
  return { version: versions[0]?.version ?? 0, complete: rows[0].indexes === "1" };
}

function tooNew(version: number): DiagnosticError {
  return new DiagnosticError([
    {
      code: "schema-newer-than-code",
      severity: "error",
      where: `schema ${jobSchema}`,
      what: `A newer version of Keelson has been at this database: its queue is at ${version}, this version knows ${jobSchemaVersion}.`,
      instead: "Run the newer version of Keelson.",
    },
  ]);
}
