import { type Diagnostic, DiagnosticError } from "../../base/diagnostic.ts";
import type { Connection } from "./connect.ts";
import type { MigrationFile } from "./migration-file.ts";
import { parseSnapshot } from "./parse-snapshot.ts";
import type { SchemaSnapshot } from "./schema-snapshot.ts";
import { systemSchemaState } from "./system-schema.ts";
import { type AppliedMigration, verifyHistory } from "./verify-history.ts";

/** What a database remembers of the migrations it has seen. */
export interface MigrationHistory {
  readonly applied: readonly HistoryRow[];
  /** By id: statements done of files that run without a transaction and were interrupted. */
  readonly unfinished: ReadonlyMap<string, number>;
  /** Keelson's own tables: `older` where they are not as this version needs them. */
  readonly system: "absent" | "older" | "current";
  /** The schema it was last brought to, and by whom. */
  readonly snapshot: { readonly source: "dev" | "migrations"; readonly schema: SchemaSnapshot } | undefined;
}

export interface HistoryRow extends AppliedMigration {
  readonly appliedAt: Date;
  readonly tookMs: number;
}

const nothing: MigrationHistory = {
  applied: [],
  unfinished: new Map(),
  system: "absent",
  snapshot: undefined,
};

/** Reads the history without writing anything; empty where Keelson has never been. */
export async function readHistory(connection: Connection): Promise<MigrationHistory> {
  const system = await systemSchemaState(connection);
  if (system === "absent") return nothing;
  const applied = await connection.query<HistoryRow>(
    `select id, name, checksum, applied_at as "appliedAt", took_ms as "tookMs" from keelson.migrations order by id`,
  );
  const progress = await connection.query<{ id: string; done: number }>(
    "select id, done from keelson.migration_progress",
  );
  const { rows } = await connection.query<{ source: "dev" | "migrations"; snapshot: unknown }>(
    "select source, snapshot from keelson.schema_snapshot",
  );
  const [stored] = rows;
  return {
    applied: applied.rows,
    system,
    unfinished: new Map(progress.rows.map(({ id, done }) => [id, done])),
    snapshot: stored && {
      source: stored.source,
      schema: parseSnapshot(stored.snapshot, "table keelson.schema_snapshot"),
    },
  };
}

/** Remembers what the schema now is. Call in the transaction that made it so. */
export async function writeSnapshot(
  connection: Connection,
  source: "dev" | "migrations",
  schema: SchemaSnapshot,
): Promise<void> {
  await connection.query(
    `insert into keelson.schema_snapshot (source, snapshot) values ($1, $2)
     on conflict (single_row) do update set source = excluded.source, snapshot = excluded.snapshot, written_at = clock_timestamp()`,
    [source, JSON.stringify(schema)],
  );
}

/**
 * The files that the database has not applied, in order.
 *
 * @throws DiagnosticError when files and database contradict each other
 */
export function pendingFiles(
  files: readonly MigrationFile[],
  history: MigrationHistory,
): readonly MigrationFile[] {
  throwErrors(verifyHistory(files, history.applied));
  const applied = new Set(history.applied.map(({ id }) => id));
  return files.filter(({ id }) => !applied.has(id));
}

/** Work cannot go on while one of these is an error. */
export function throwErrors(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some(({ severity }) => severity === "error")) throw new DiagnosticError(diagnostics);
}
