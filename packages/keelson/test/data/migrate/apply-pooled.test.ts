import { expect, test } from "vitest";
import { applyMigrations } from "../../../src/data/migrate/apply-migrations.ts";
import { createMigration } from "../../../src/data/migrate/create-migration.ts";
import { findDrift } from "../../../src/data/migrate/drift.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { integer, text } from "../../../src/declare/field.ts";
import type { Observation } from "../../../src/observe/observation.ts";
import { hasPgBouncer, startPgBouncer } from "../../support/pgbouncer.ts";
import { noteModel } from "./model-of.ts";
import { scratchDatabase } from "./scratch-database.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const now = new Date("2026-11-21T09:30:00Z");

test.skipIf(!hasPgBouncer)("migrations are applied by one runner behind a transaction pooler", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await using pooler = await startPgBouncer(database.url, 4);
  const observed: Observation[] = [];
  const apply = () =>
    applyMigrations({ database: pooler.url, dir: folder.dir, observe: (each) => observed.push(each) });
  await createMigration({ model: noteModel({ body: text() }), dir: folder.dir, now });
  await folder.write("20261121093001", "select pg_sleep(0.3);");
  const runs = await Promise.all([apply(), apply()]);
  expect(runs.map(({ applied }) => applied.length).sort()).toEqual([0, 2]);
  expect(observed.some(({ type }) => type === "migration.waiting")).toBe(true);

  const indexed = noteModel(
    { body: text(), size: integer({ min: 0 }).optional() },
    { indexes: [{ on: ["size"] }] },
  );
  await createMigration({ model: indexed, dir: folder.dir, now });
  expect((await apply()).applied.map(({ transaction }) => transaction)).toEqual([true, true, false]);
  expect(await findDrift(await database.connect(), snapshotOf(indexed))).toEqual([]);
  // Neither locks nor settings stay behind in the shared sessions.
  const locks = `select from pg_locks l join pg_database d on d.oid = l.database
                  where l.locktype = 'advisory' and d.datname = current_database()`;
  expect(await database.query(locks)).toEqual([]);
});
