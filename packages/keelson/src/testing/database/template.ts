import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { openDatabase } from "../../data/database.ts";
import { urlOfDatabase } from "../../data/embedded/create-database.ts";
import { applyMigrations } from "../../data/migrate/apply-migrations.ts";
import { assertSchema } from "../../data/migrate/assert-schema.ts";
import { withConnection } from "../../data/migrate/connect.ts";
import { diff } from "../../data/migrate/diff-snapshots.ts";
import { describeDrift, findDrift } from "../../data/migrate/drift.ts";
import { jobSchemaText, needsJobs } from "../../data/migrate/job-schema.ts";
import { printDirectly } from "../../data/migrate/print-directly.ts";
import { emptySnapshot } from "../../data/migrate/schema-snapshot.ts";
import { snapshotOf } from "../../data/migrate/snapshot-of.ts";
import { syncSchema } from "../../data/migrate/sync-schema.ts";
import { systemSchemaText } from "../../data/migrate/system-schema.ts";
import { seedDatabase, seedFingerprint } from "../../data/seed.ts";
import type { AppModel } from "../../model/app-model.ts";
import { quoteIdentifier } from "../../model/quote-identifier.ts";
import { observeNothing } from "../../observe/observation.ts";
import { clockStatements, lookUpClock } from "./database-clock.ts";
import { lockDatabase } from "./database-lock.ts";

/** What a test database is to hold at the beginning. */
export interface Contents {
  readonly model: AppModel;
  /** Folder of the migrations that make the schema; without it the model does. */
  readonly migrationsDir: string | undefined;
  /** How large a seed; undefined for none. */
  readonly seedScale: number | undefined;
}

/** How many templates of one back end are kept: for branches, and for what several test files vary. */
const keptTemplates = 8;

const hashOf = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 16);

const prefixOf = ({ model }: Contents): string => `keelson_template_${hashOf(model.name)}_`;

/** Names the template after everything that decides what is in it: when that changes, there is another one. */
export async function templateNameOf(contents: Contents): Promise<string> {
  const { model, migrationsDir, seedScale } = contents;
  const parts = [
    ...clockStatements,
    systemSchemaText,
    ...(needsJobs(model) ? [jobSchemaText] : []),
    ...printDirectly(diff(emptySnapshot, snapshotOf(model))),
    ...(migrationsDir === undefined ? [] : await textsIn(migrationsDir)),
    ...(seedScale === undefined ? [] : [await seedFingerprint(seedOf(model), seedScale)]),
  ];
  return prefixOf(contents) + hashOf(...parts);
}

async function textsIn(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((): string[] => []);
  return Promise.all(names.toSorted().map(async (name) => name + (await readFile(join(dir, name), "utf8"))));
}

function seedOf({ backend, name }: AppModel): NonNullable<AppModel["backend"]["seed"]> {
  if (backend.seed) return backend.seed;
  throw new DiagnosticError([
    {
      code: "seed-missing",
      severity: "error",
      where: "testBackend, option `seed`",
      what: `The back end "${name}" declares no seed.`,
      instead: "Declare `seed` in `backend({ … })`, or leave the option out.",
    },
  ]);
}

/**
 * Makes the template unless it is there. One process does; the others wait for it. It is built under another name, so
 * that one that is there is whole. Nobody may connect to it: copying waits for whoever does.
 */
export async function ensureTemplate(
  admin: pg.Client,
  serverUrl: string,
  name: string,
  contents: Contents,
): Promise<void> {
  await lockDatabase(admin, name);
  try {
    if (await exists(admin, name)) return;
    const building = `keelson_building_${randomBytes(6).toString("hex")}`;
    await lockDatabase(admin, building);
    await admin.query(`create database ${quoteIdentifier(building)}`);
    await admin.query(lookUpClock(building));
    await fill(urlOfDatabase(serverUrl, building), contents);
    await admin.query(`alter database ${quoteIdentifier(building)} with allow_connections false`);
    await admin.query(`alter database ${quoteIdentifier(building)} rename to ${quoteIdentifier(name)}`);
    await dropOldTemplates(admin, prefixOf(contents));
  } finally {
    await admin.query("select pg_advisory_unlock_all()").catch(() => {});
  }
}

const exists = async (admin: pg.Client, name: string): Promise<boolean> =>
  (await admin.query("select from pg_database where datname = $1", [name])).rowCount === 1;

async function fill(url: string, { model, migrationsDir, seedScale }: Contents): Promise<void> {
  const observe = observeNothing;
  await withConnection(url, async (connection) => {
    for (const statement of clockStatements) await connection.query(statement);
  });
  if (migrationsDir === undefined) await syncSchema({ model, database: url, observe });
  else await migrate(url, model, migrationsDir);
  if (seedScale === undefined) return;
  const database = await openDatabase({ url, observe, applicationName: "keelson test", poolSize: 1 });
  try {
    await seedDatabase({ model, database, observe, seed: seedOf(model), scale: seedScale });
  } finally {
    await database.close();
  }
}

/** Applies the files, and makes sure that they and the model ask for the same. */
async function migrate(url: string, model: AppModel, dir: string): Promise<void> {
  await applyMigrations({
    database: url,
    dir,
    shownAs: "migrations",
    observe: observeNothing,
    jobs: needsJobs(model),
  });
  await assertSchema({ model, database: url, dir, shownAs: "migrations" });
  const found = await withConnection(url, (connection) => findDrift(connection, snapshotOf(model)));
  const errors = found.map(describeDrift).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new DiagnosticError(errors);
}

/** The newest stay. One that is being copied is not dropped either: whoever looked for it makes it anew. */
async function dropOldTemplates(admin: pg.Client, prefix: string): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    "select datname from pg_database where starts_with(datname, $1) order by oid desc offset $2",
    [prefix, keptTemplates],
  );
  for (const { datname } of rows)
    await admin.query(`drop database if exists ${quoteIdentifier(datname)}`).catch(() => {});
}
