import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { applyMigrations } from "../../../src/data/migrate/apply-migrations.ts";
import { restampMigration } from "../../../src/data/migrate/migration-file.ts";
import { migrationStatus } from "../../../src/data/migrate/migration-status.ts";
import type { Observation } from "../../../src/observe/observation.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const child = fileURLToPath(new URL("./apply-child.ts", import.meta.url));

const start = (database: ScratchDatabase, folder: TemporaryFolder): ChildProcess =>
  spawn(process.execPath, ["--conditions=keelson-source", child, database.url, folder.dir], {
    stdio: "inherit",
  });

const apply = (database: ScratchDatabase, folder: TemporaryFolder, observed: Observation[] = []) =>
  applyMigrations({
    database: database.url,
    dir: folder.dir,
    observe: (observation) => observed.push(observation),
    lockTimeoutMs: 200,
  });

const kill = async (process: ChildProcess): Promise<void> => {
  const exit = once(process, "exit");
  process.kill("SIGKILL");
  await exit;
};

/** Waits until PostgreSQL works on a statement with these words. */
const running = (database: ScratchDatabase, words: string) =>
  expect
    .poll(
      () =>
        database.query(
          "select from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like $1",
          [`%${words}%`],
        ),
      { timeout: 30_000 },
    )
    .toHaveLength(1);

const noTransaction = { transaction: false } as const;

test("a runner killed inside a transaction leaves nothing, and the next one goes on", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await folder.write("20261121000000", "create table a (x int);");
  await folder.write("20261122000000", "create table b (x int); select pg_sleep(2); create table c (x int);");
  const process = start(database, folder);
  await running(database, "pg_sleep(2)");
  await kill(process);
  expect((await apply(database, folder)).applied.map(({ id }) => id)).toEqual(["20261122000000"]);
  expect(await database.query("select count(*)::int from keelson.migrations")).toEqual([{ count: 2 }]);
});

test("a runner killed between statements that commit by themselves is followed by one that goes on there", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await folder.write(
    "20261121000000",
    "create table a (x int);\ncreate index concurrently a_x_idx on a (x);\nselect pg_sleep(2);\ncreate table b (x int);",
    noTransaction,
  );
  const process = start(database, folder);
  await running(database, "pg_sleep(2)");
  await kill(process);
  const { rows } = await migrationStatus({ database: database.url, dir: folder.dir });
  expect(rows.map(({ state }) => state)).toEqual(["begun"]);
  expect((await apply(database, folder)).applied).toHaveLength(1);
  expect(await database.query("select to_regclass('b')::text as b")).toEqual([{ b: "b" }]);
  expect(await database.query("select from keelson.migration_progress")).toEqual([]);
});

test("a concurrent build that goes on after its runner was killed is waited for, and not done twice", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await folder.write("20261121000000", "create table a (x int);");
  await apply(database, folder);
  await folder.write("20261122000000", "create index concurrently a_x_idx on a (x);", noTransaction);
  const writer = await database.connect();
  await writer.query("begin; insert into a values (1)");
  const process = start(database, folder);
  await running(database, "create index concurrently");
  await kill(process);
  const observed: Observation[] = [];
  const run = apply(database, folder, observed);
  await expect
    .poll(() => observed.filter(({ type }) => type === "migration.waiting").length)
    .toBeGreaterThan(0);
  await writer.query("commit");
  expect((await run).applied).toHaveLength(1);
  expect(await validIndexes(database)).toEqual(["a_x_idx"]);
});

const validIndexes = async (database: ScratchDatabase) =>
  (
    await database.query(
      "select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid where indisvalid and indrelid = 'a'::regclass",
    )
  ).map(({ name }) => name);

test("a half-built index of an earlier attempt is built anew", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await folder.write("20261121000000", "create table a (x int); insert into a values (1), (1);");
  await apply(database, folder);
  await folder.write("20261122000000", "create unique index concurrently a_x_key on a (x);", noTransaction);
  await expect(database.query("create unique index concurrently a_x_key on a (x)")).rejects.toThrow(
    "could not create",
  );
  await database.query("delete from a where ctid = (select min(ctid) from a)");
  expect((await apply(database, folder)).applied).toHaveLength(1);
  expect(await validIndexes(database)).toEqual(["a_x_key"]);
});

test("a build that fails leaves no half index", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await folder.write("20261121000000", "create table a (x int); insert into a values (1), (1);");
  await folder.write("20261122000000", "create unique index concurrently a_x_key on a (x);", noTransaction);
  const [told] = await refusal(apply(database, folder));
  expect(told?.what).toContain("Key (x)=(1) is duplicated.");
  expect(told?.instead).toContain("Nothing of this file is applied");
  expect(await database.query("select from pg_class where relname = 'a_x_key'")).toEqual([]);
});

test("an index that somebody else made under the same name is not taken for ours", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await folder.write("20261121000000", "create table a (x int, y int); create index a_x_idx on a (y);");
  await folder.write("20261122000000", "create index concurrently a_x_idx on a (x);", noTransaction);
  const [told] = await refusal(apply(database, folder));
  expect(told?.what).toContain('relation "a_x_idx" already exists');
});

test("after a failure the rest may be corrected, what is done may not", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  const path = await folder.write(
    "20261121000000",
    "create table a (x int);\ncreate index concurrently a_y_idx on a (y);\ndrop index concurrently a_y_idx;",
    noTransaction,
  );
  const [told] = await refusal(apply(database, folder));
  expect(told?.where).toMatch(/_by_hand\.sql:7:1$/);
  expect(told?.instead).toContain("The first statement of this file is applied and will not be repeated.");
  const source = await readFile(path, "utf8");
  const edit = async (from: string, to: string): Promise<void> =>
    writeFile(path, restampMigration(path, source.replaceAll(from, to)).text ?? "");
  await edit("a (x int)", "a (z int)");
  expect(await refusalCodes(apply(database, folder))).toEqual(["migration-edited-midway"]);
  await edit("on a (y)", "on a (x)");
  expect((await apply(database, folder)).applied).toHaveLength(1);
  expect(await validIndexes(database)).toEqual([]);
});
