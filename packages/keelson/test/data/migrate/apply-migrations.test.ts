import { readFile, rm, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type ApplyOptions, applyMigrations } from "../../../src/data/migrate/apply-migrations.ts";
import { createMigration } from "../../../src/data/migrate/create-migration.ts";
import { findDrift } from "../../../src/data/migrate/drift.ts";
import { restampMigration } from "../../../src/data/migrate/migration-file.ts";
import { migrationStatus } from "../../../src/data/migrate/migration-status.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { integer, text, uuid } from "../../../src/declare/field.ts";
import type { Observation } from "../../../src/observe/observation.ts";
import { noteModel } from "./model-of.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const now = new Date("2026-11-21T09:30:00Z");
const plain = noteModel({ body: text() });

/** A database, a folder, and a run that remembers what was announced. */
async function stage() {
  const database = await scratchDatabase();
  const folder = await temporaryFolder();
  const observed: Observation[] = [];
  return {
    database,
    folder,
    observed,
    apply: (options: Partial<ApplyOptions> = {}) =>
      applyMigrations({
        database: database.url,
        dir: folder.dir,
        shownAs: "migrations",
        observe: (observation) => observed.push(observation),
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const ids = async (database: ScratchDatabase) =>
  (await database.query("select id from keelson.migrations order by id")).map(({ id }) => id);

const states = async (database: ScratchDatabase, folder: TemporaryFolder) =>
  (await migrationStatus({ database: database.url, dir: folder.dir })).rows.map(({ state }) => state);

test("what is pending is applied in order, once, and told", async () => {
  await using at = await stage();
  await createMigration({ model: plain, dir: at.folder.dir, now });
  const bounded = noteModel({
    body: text(),
    size: integer({ min: 0 }).default(0),
    token: uuid().defaultTo("gen_random_uuid()"),
  });
  await createMigration({ model: bounded, dir: at.folder.dir, now });
  expect(new Set(await states(at.database, at.folder))).toEqual(new Set(["pending"]));
  const { applied, remaining } = await at.apply();
  expect(applied.map(({ name }) => name)).toEqual([
    "initial",
    "change_notes_expand",
    "change_notes_fill",
    "change_notes_guard",
    "change_notes_prove",
  ]);
  expect(remaining).toEqual([]);
  expect(await ids(at.database)).toEqual(applied.map(({ id }) => id));
  expect(at.observed).toEqual(
    applied.map(({ id }) => ({ type: "migration.applied", id, tookMs: expect.any(Number) })),
  );
  expect((await at.apply()).applied).toEqual([]);
  expect(new Set(await states(at.database, at.folder))).toEqual(new Set(["applied"]));
  expect(await findDrift(await at.database.connect(), snapshotOf(bounded))).toEqual([]);
});

test("of several runners one works, and the others find nothing to do", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "create table a (x int); select pg_sleep(0.3);");
  await at.folder.write("20261122000000", "create table b (x int);");
  const runs = await Promise.all([at.apply(), at.apply(), at.apply()]);
  expect(runs.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 2]);
  expect(at.observed.some(({ type }) => type === "migration.waiting")).toBe(true);
});

test("a runner gives up on another that does not end", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "create table a (x int);");
  const other = await at.database.connect();
  await other.query("begin; select pg_advisory_xact_lock(1801807212, 2)");
  expect(await refusalCodes(at.apply({ waitMs: 10 }))).toEqual(["migration-lock-taken"]);
  await other.query("rollback");
  expect((await at.apply({ waitMs: 10 })).applied).toHaveLength(1);
});

test("a failing statement leaves nothing of its file, and is shown where it stands", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "create table a (x int);");
  await at.folder.write(
    "20261122000000",
    "create table b (x int);\n\n-- über\nselect 1,\n  missing\n  from a;",
  );
  const [told] = await refusal(at.apply());
  expect(told?.code).toBe("migration-failed");
  expect(told?.where).toBe("migrations/20261122000000_by_hand.sql:10:3");
  expect(told?.what).toContain('PostgreSQL says: column "missing" does not exist (42703).');
  expect(told?.instead).toContain("Nothing of this file was applied.");
  expect(await ids(at.database)).toEqual(["20261121000000"]);
  expect(await at.database.query("select to_regclass('b') as b")).toEqual([{ b: null }]);
});

test("a failure that PostgreSQL gives no place for is shown at its statement", async () => {
  await using at = await stage();
  await at.folder.write(
    "20261121000000",
    "create table a (x int primary key);\n\ninsert into a values (1);\n\n/* twice */ insert into a values (1);",
  );
  const [told] = await refusal(at.apply());
  expect(told?.where).toBe("migrations/20261121000000_by_hand.sql:10:13");
  expect(told?.what).toContain("Key (x)=(1) already exists.");
});

test("a syntax error in the last file stops the first", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "create table a (x int);");
  await at.folder.write("20261122000000", "create tabel b (x int);");
  expect(await refusalCodes(at.apply())).toEqual(["migration-syntax"]);
  expect(await at.database.query("select to_regclass('a') as a")).toEqual([{ a: null }]);
});

test.each(["commit", "begin", "rollback", "prepare transaction 'x'"])(
  "%s has no place in a file",
  async (words) => {
    await using at = await stage();
    await at.folder.write("20261121000000", `create table a (x int);\n${words};`);
    const [told] = await refusal(at.apply());
    expect(told?.code).toBe("transaction-control");
    expect(told?.where).toBe("migrations/20261121000000_by_hand.sql:7:1");
    expect(await at.database.query("select to_regclass('a') as a")).toEqual([{ a: null }]);
  },
);

test("savepoints are the file's own affair", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "savepoint s; create table a (x int); rollback to s; release s;");
  expect((await at.apply()).applied).toHaveLength(1);
});

test("files and database must agree", async () => {
  await using at = await stage();
  const first = await at.folder.write("20261121000000", "create table a (x int);");
  const second = await at.folder.write("20261123000000", "create table b (x int);");
  await at.apply();
  const source = await readFile(first, "utf8");
  await writeFile(first, source.replace("x int", "y int"));
  expect(await refusalCodes(at.apply())).toEqual(["migration-edited"]);
  const stamped = restampMigration(first, source.replace("x int", "y int")).text ?? "";
  await writeFile(first, stamped);
  expect(await refusalCodes(at.apply())).toEqual(["migration-edited"]);
  await rm(first);
  expect(await refusalCodes(at.apply())).toEqual(["migration-missing"]);
  await writeFile(first, source);
  await at.folder.write("20261122000000", "create table c (x int);");
  expect(await refusalCodes(at.apply())).toEqual(["migration-out-of-order"]);
  await rm(`${at.folder.dir}/20261122000000_by_hand.sql`);
  await rm(second);
  expect(await refusalCodes(at.apply())).toEqual(["schema-newer-than-code"]);
});

test("a newer Keelson's own tables are not touched", async () => {
  await using at = await stage();
  await at.apply();
  await at.database.query("insert into keelson.system_version (version) values (9999)");
  const [told] = await refusal(at.apply());
  expect(told?.code).toBe("schema-newer-than-code");
  expect(told?.where).toBe("schema keelson");
});

test("a held lock is waited for briefly, again and again", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "create table a (x int);");
  await at.apply();
  await at.folder.write("20261122000000", "create table b (x int); alter table a add column y int;");
  const reader = await at.database.connect();
  await reader.query("begin; select from a");
  const run = at.apply({ lockTimeoutMs: 50 });
  await expect
    .poll(() => at.observed.filter(({ type }) => type === "migration.waiting").length)
    .toBeGreaterThan(1);
  // Those who come after the migration are not stuck behind it.
  await at.database.query("select from a");
  await reader.query("commit");
  expect((await run).applied).toHaveLength(1);
  expect(at.observed.find(({ type }) => type === "migration.waiting")).toMatchObject({
    reason: expect.stringContaining("canceling statement due to lock timeout"),
    attempt: 1,
  });
});

test("a lock that is never free ends the run, with the database as it was", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "create table a (x int);");
  await at.apply();
  await at.folder.write("20261122000000", "create table b (x int); alter table a add column y int;");
  const reader = await at.database.connect();
  await reader.query("begin; select from a");
  expect(await refusalCodes(at.apply({ lockTimeoutMs: 20, lockAttempts: 2 }))).toEqual(["migration-locked"]);
  expect(await at.database.query("select to_regclass('b') as b")).toEqual([{ b: null }]);
});

test("up to `expand` stops before what the running version would not survive", async () => {
  await using at = await stage();
  await at.folder.write("20261121000000", "create table a (x int, y int);");
  await at.folder.write("20261122000000", "alter table a drop column y;", { phase: "contract" });
  await at.folder.write("20261123000000", "alter table a add column z int;");
  const { applied, remaining } = await at.apply({ upTo: "expand" });
  expect([applied.length, remaining.length]).toEqual([1, 2]);
  expect((await at.apply({ upTo: "expand" })).applied).toEqual([]);
  expect((await at.apply()).applied).toHaveLength(2);
});
