import { DiagnosticError } from "../../base/diagnostic.ts";
import { quoteIdentifier } from "../../model/quote-identifier.ts";
import { mergePatchSql } from "../plan/merge-patch-sql.ts";
import { type Connection, inTransaction } from "./connect.ts";

/** One step of Keelson's own schema. Steps are only ever appended: databases remember how many they have. */
interface SystemMigration {
  readonly version: number;
  readonly statements: readonly string[];
}

const systemMigrations: readonly SystemMigration[] = [
  {
    version: 1,
    statements: [
      `create table keelson.migrations (
        id text primary key,
        name text not null,
        checksum text not null,
        phase text not null,
        applied_at timestamptz not null default clock_timestamp(),
        took_ms integer not null,
        by text not null default session_user
      )`,
      // How far a file without a transaction has come; the row goes when the file is done.
      `create table keelson.migration_progress (
        id text primary key,
        done integer not null,
        done_checksum text not null,
        begun integer
      )`,
      // What `dev` or the migrations have made of this database; one row.
      `create table keelson.schema_snapshot (
        single_row boolean primary key default true check (single_row),
        source text not null check (source in ('dev', 'migrations')),
        snapshot jsonb not null,
        written_at timestamptz not null default clock_timestamp()
      )`,
      mergePatchSql,
    ],
  },
  {
    version: 2,
    statements: [
      // Answers of writes that came with an Idempotency-Key, each written in the transaction of its effect.
      `create table keelson.idempotency_keys (
        scope bytea primary key,
        fingerprint bytea not null,
        caller text not null,
        operation text not null,
        key text not null,
        answer text not null,
        body text,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null
      )`,
      "create index idempotency_keys_expires_at_idx on keelson.idempotency_keys (expires_at)",
    ],
  },
  {
    version: 3,
    statements: [
      // The version of the API that a credential began with, for its calls that name none.
      `create table keelson.version_pins (
        credential text primary key,
        version text not null,
        pinned_at timestamptz not null default now()
      )`,
    ],
  },
  {
    version: 4,
    statements: [
      // Runs of jobs: those that are going on, and those that did not end well.
      `create table keelson.job_attempts (
        job_id uuid not null,
        attempt integer not null,
        job text not null,
        process text not null,
        started_at timestamptz not null,
        ended_at timestamptz,
        outcome text check (outcome in ('retried', 'dead', 'lost', 'released', 'cancelled')),
        code text,
        message text,
        progress jsonb,
        primary key (job_id, attempt)
      )`,
      "create index job_attempts_started_at_idx on keelson.job_attempts (started_at)",
      // Jobs that were given up, with everything that it takes to run them again.
      `create table keelson.dead_letters (
        id uuid primary key,
        job text not null,
        reason text not null check (reason in ('refused', 'exhausted', 'poison', 'invalid')),
        code text not null,
        message text not null,
        payload jsonb not null,
        attempts integer not null,
        priority integer not null,
        key text,
        job_group text,
        retry_limit integer not null,
        enqueued_at timestamptz not null,
        died_at timestamptz not null,
        redrives integer not null default 0
      )`,
      "create index dead_letters_died_at_idx on keelson.dead_letters (died_at, id)",
      "create index dead_letters_job_idx on keelson.dead_letters (job, died_at)",
      // Jobs that keep others with the same key from being enqueued for a while.
      `create table keelson.job_keys (
        job text not null,
        key text not null,
        job_id uuid not null,
        expires_at timestamptz not null,
        primary key (job, key)
      )`,
      "create index job_keys_expires_at_idx on keelson.job_keys (expires_at)",
    ],
  },
  {
    version: 5,
    statements: [
      // Long-running operations; see data/operations/.
      `create table keelson.operations (
        id uuid primary key,
        kind text not null,
        resource text not null,
        state text not null default 'pending'
          check (state in ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
        caller jsonb not null,
        owner text not null,
        request jsonb not null,
        runner text not null check (runner in ('server', 'command')),
        done bigint not null default 0,
        total bigint,
        created bigint not null default 0,
        updated bigint not null default 0,
        skipped bigint not null default 0,
        failed bigint not null default 0,
        checkpoint text,
        source uuid,
        output uuid,
        error jsonb,
        cancel_requested boolean not null default false,
        fence integer not null default 0,
        holder text,
        lease_until timestamptz not null default now(),
        created_at timestamptz not null default now(),
        started_at timestamptz,
        ended_at timestamptz,
        expires_at timestamptz not null
      )`,
      "create index operations_owner_idx on keelson.operations (owner, id)",
      "create index operations_waiting_idx on keelson.operations (lease_until) where state in ('pending', 'running')",
      "create index operations_expires_at_idx on keelson.operations (expires_at)",
      `create table keelson.operation_faults (
        operation uuid not null references keelson.operations (id) on delete cascade,
        position bigint not null,
        report text not null,
        primary key (operation, position)
      )`,
      // What was uploaded and is to be imported, and what was exported and is to be fetched, in parts.
      `create table keelson.contents (
        id uuid primary key,
        bytes bigint,
        sha256 text,
        created_at timestamptz not null default now(),
        sealed_at timestamptz
      )`,
      `create table keelson.content_parts (
        content uuid not null references keelson.contents (id) on delete cascade,
        start bigint not null,
        bytes bytea not null,
        primary key (content, start)
      )`,
    ],
  },
];

const newest = systemMigrations.at(-1)?.version ?? 0;

/** Everything that the steps do: databases made by the same text have the same system schema. */
export const systemSchemaText: string = JSON.stringify(systemMigrations);

/** Any number, as long as it stays the same and nobody else uses it. */
const systemLock = [1_801_807_212, 1] as const;

/**
 * Brings Keelson's own tables, in the schema `keelson`, up to what this version needs. Runs before anything
 * else; safe to run from many processes at once.
 *
 * @throws DiagnosticError when a newer version has been here
 */
export async function ensureSystemSchema(connection: Connection): Promise<void> {
  if ((await systemVersion(connection)) !== newest) await install(connection);
  await keepOut(connection);
}

/**
 * PostgreSQL looks first in the schema that is called like the user, and so a user "keelson" would have the
 * application's tables among Keelson's own. Such a user gets another path, in this session and all later ones.
 */
async function keepOut(connection: Connection): Promise<void> {
  const { rows } = await connection.query<{ first: string | null; database: string }>(
    "select current_schema() as first, current_database() as database",
  );
  const [row] = rows;
  if (row?.first !== "keelson") return;
  await connection.query(
    `alter role current_user in database ${quoteIdentifier(row.database)} set search_path = public`,
  );
  await connection.query("set search_path = public");
}

function install(connection: Connection): Promise<void> {
  return inTransaction(connection, async () => {
    await connection.query("select pg_advisory_xact_lock($1, $2)", [...systemLock]);
    const present = await systemVersion(connection);
    if (present === 0) {
      await connection.query("create schema if not exists keelson");
      await connection.query(
        "create table keelson.system_version (version integer primary key, applied_at timestamptz not null default now())",
      );
    }
    for (const { version, statements } of systemMigrations) {
      if (version <= present) continue;
      for (const statement of statements) await connection.query(statement);
      await connection.query("insert into keelson.system_version (version) values ($1)", [version]);
    }
  });
}

/** Whether Keelson's own tables are there, and as this version needs them. */
export async function systemSchemaState(connection: Connection): Promise<"absent" | "older" | "current"> {
  const version = await systemVersion(connection);
  if (version === 0) return "absent";
  return version < newest ? "older" : "current";
}

/** 0 where Keelson has never been. */
async function systemVersion(connection: Connection): Promise<number> {
  // A look into the catalogue tables: `to_regclass` may answer from a cache that is older than the lock.
  const { rowCount } = await connection.query(
    "select from pg_tables where schemaname = 'keelson' and tablename = 'system_version'",
  );
  if (rowCount === 0) return 0;
  const { rows } = await connection.query<{ version: number }>(
    "select coalesce(max(version), 0) as version from keelson.system_version",
  );
  const version = rows[0]?.version ?? 0;
  if (version > newest) throw tooNew(version);
  return version;
}

function tooNew(version: number): DiagnosticError {
  return new DiagnosticError([
    {
      code: "schema-newer-than-code",
      severity: "error",
      where: "schema keelson",
      what: `A newer version of Keelson has been at this database: its own tables are at ${version}, this version knows ${newest}.`,
      instead: "Run the newer version of Keelson.",
    },
  ]);
}
