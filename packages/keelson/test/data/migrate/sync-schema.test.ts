import { expect, test } from "vitest";
import { applyMigrations } from "../../../src/data/migrate/apply-migrations.ts";
import { createMigration } from "../../../src/data/migrate/create-migration.ts";
import { findDrift } from "../../../src/data/migrate/drift.ts";
import type { Loss } from "../../../src/data/migrate/find-losses.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { syncSchema } from "../../../src/data/migrate/sync-schema.ts";
import { integer, money, reference, text } from "../../../src/declare/field.ts";
import { resource } from "../../../src/declare/resource.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { observeNothing } from "../../../src/observe/observation.ts";
import { modelOf, noteModel } from "./model-of.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const plain = noteModel({ body: text() });
const now = new Date("2026-11-21T09:30:00Z");

const sync = (
  database: ScratchDatabase,
  model: AppModel,
  confirm?: (losses: readonly Loss[]) => Promise<boolean>,
) =>
  syncSchema({
    model,
    database: database.url,
    observe: observeNothing,
    ...(confirm === undefined ? {} : { confirm }),
  });

const insertNote = (database: ScratchDatabase, body = "kept") =>
  database.query("insert into notes (id, body) values (gen_random_uuid(), $1)", [body]);

test("a database is brought in step, and then left alone", async () => {
  await using database = await scratchDatabase();
  expect((await sync(database, plain)).applied).toBe(true);
  expect(await sync(database, plain)).toEqual({ changes: [], applied: false });
  const next = noteModel({ body: text(), price: money().optional() });
  expect((await sync(database, next)).applied).toBe(true);
  expect(await findDrift(await database.connect(), snapshotOf(next))).toEqual([]);
});

test("the application's tables stay out of Keelson's own schema, whatever the user is called", async () => {
  await using database = await scratchDatabase();
  await sync(database, plain);
  expect(await database.query("select schemaname from pg_tables where tablename = 'notes'")).toEqual([
    { schemaname: "public" },
  ]);
  expect(await database.query("select current_schema() as first")).toEqual([{ first: "public" }]);
});

test("many processes may start at once", async () => {
  await using database = await scratchDatabase();
  const results = await Promise.all([1, 2, 3, 4].map(() => sync(database, plain)));
  expect(results.filter(({ applied }) => applied)).toHaveLength(1);
  expect(await findDrift(await database.connect(), snapshotOf(plain))).toEqual([]);
});

test("a rename keeps the data of tables, columns, references and relations", async () => {
  await using database = await scratchDatabase();
  const author = resource("author", { fields: { name: text() } });
  const note = resource("note", { fields: { author: reference(() => author), price: money() } });
  await sync(database, modelOf(author, note));
  await database.query(
    "with a as (insert into authors (id, name) values (gen_random_uuid(), 'Ada') returning id) " +
      "insert into notes (id, author_id, price_amount, price_currency) select gen_random_uuid(), id, 5, 'GBP' from a",
  );
  const writer = resource("writer", { fields: { label: text().renamedFrom("name") }, renamedFrom: "author" });
  const memo = resource("memo", {
    fields: { writer: reference(() => writer).renamedFrom("author"), cost: money().renamedFrom("price") },
    renamedFrom: "note",
  });
  const renamed = modelOf(writer, memo);
  expect((await sync(database, renamed)).applied).toBe(true);
  expect(
    await database.query(
      "select label, cost_amount, cost_currency from memos join writers on writers.id = writer_id",
    ),
  ).toEqual([{ label: "Ada", cost_amount: "5", cost_currency: "GBP" }]);
  expect(await findDrift(await database.connect(), snapshotOf(renamed))).toEqual([]);
  // What is declared stays declared, and says nothing new.
  expect((await sync(database, renamed)).changes).toEqual([]);
});

test("data is not lost without a yes", async () => {
  await using database = await scratchDatabase();
  const before = modelOf(
    resource("note", { fields: { body: text(), extra: text().optional(), size: integer().default(7) } }),
    resource("tag", { fields: { name: text() } }),
  );
  await sync(database, before);
  await insertNote(database);
  const after = noteModel({ body: text() });
  // `extra` and `tags` are empty: nothing is lost with them.
  const told = await refusal(sync(database, after));
  expect(told).toEqual([
    {
      code: "data-loss",
      severity: "error",
      where: 'resource "note", field "size"',
      what: 'Column "size" is gone from the model, with the values of 1 record.',
      instead: expect.stringContaining("--accept-data-loss"),
    },
  ]);
  const asked: (readonly Loss[])[] = [];
  const answer = (yes: boolean) => async (losses: readonly Loss[]) => {
    asked.push(losses);
    return yes;
  };
  expect((await sync(database, after, answer(false))).applied).toBe(false);
  expect(await database.query("select size from notes")).toEqual([{ size: 7 }]);
  expect((await sync(database, after, answer(true))).applied).toBe(true);
  expect(asked.map((losses) => losses.length)).toEqual([1, 1]);
  expect(await findDrift(await database.connect(), snapshotOf(after))).toEqual([]);
});

test("what would be lost is counted under its present name", async () => {
  await using database = await scratchDatabase();
  await sync(database, noteModel({ body: text(), size: integer().default(7) }));
  await insertNote(database);
  const next = modelOf(resource("memo", { fields: { body: text() }, renamedFrom: "note" }));
  expect(await refusalCodes(sync(database, next))).toEqual(["data-loss"]);
});

test("a narrower type asks, and converts what it can", async () => {
  await using database = await scratchDatabase();
  await sync(database, noteModel({ body: text().default("12") }));
  await database.query("insert into notes (id) values (gen_random_uuid())");
  const next = noteModel({ body: integer({ min: 3 }).default(4) });
  expect(await refusalCodes(sync(database, next))).toEqual(["data-loss"]);
  expect((await sync(database, next, async () => true)).applied).toBe(true);
  expect(await database.query("select body from notes")).toEqual([{ body: 12 }]);
  expect(await findDrift(await database.connect(), snapshotOf(next))).toEqual([]);
});

test("what looks like a rename is told how to declare it", async () => {
  await using database = await scratchDatabase();
  await sync(database, plain);
  await insertNote(database);
  const [lost] = await refusal(sync(database, noteModel({ content: text().default("") })));
  expect(lost?.where).toBe('resource "note", field "body"');
  expect(lost?.instead).toContain('If "content" is its new name, declare `content: ….renamedFrom("body")`.');
  const two = noteModel({ content: text().default(""), other: text().default("") });
  const [unsure] = await refusal(sync(database, two));
  expect(unsure?.instead).toContain("If it has a new name, declare `renamedFrom`.");
});

test("rows that do not fit are told, and nothing is changed", async () => {
  await using database = await scratchDatabase();
  await sync(database, plain);
  await insertNote(database, "too long");
  const required = noteModel({ body: text(), size: integer() });
  const [missing] = await refusal(sync(database, required));
  expect(missing?.code).toBe("schema-sync");
  expect(missing?.what).toContain('column "size" of relation "notes" contains null values (23502)');
  expect(missing?.where).toBe('resource "note", field "size"');
  expect(missing?.instead).toContain(".default(");
  const [bound] = await refusal(sync(database, noteModel({ body: text({ max: 3 }) })));
  expect(bound?.what).toContain("23514");
  expect(bound?.where).toBe('resource "note", field "body"');
  await insertNote(database, "too long");
  const [twice] = await refusal(sync(database, noteModel({ body: text().unique() })));
  expect(twice?.where).toBe('resource "note", field "body"');
  expect(twice?.what).toContain("Key (body)=(too long) is duplicated.");
  expect(twice?.instead).toContain("have the same value");
  expect(await findDrift(await database.connect(), snapshotOf(plain))).toEqual([]);
});

test("what somebody has dropped by hand is told", async () => {
  await using database = await scratchDatabase();
  await sync(database, noteModel({ body: text(), size: integer().optional() }));
  await database.query("alter table notes drop column size");
  const [told] = await refusal(sync(database, plain));
  expect(told?.instead).toContain("changed the schema by hand");
});

test("tables that somebody else made are not touched", async () => {
  await using database = await scratchDatabase();
  await database.query("create table notes (mine text)");
  const [told] = await refusal(sync(database, plain));
  expect(told?.what).toContain('relation "notes" already exists');
  expect(told?.instead).toContain("keelson db reset");
});

test("migrations on a development database: record them when they lead to the same, else say what to do", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await sync(database, plain);
  await createMigration({ model: plain, dir: folder.dir, now });
  const apply = (baseline = false) =>
    applyMigrations({ database: database.url, dir: folder.dir, observe: observeNothing, baseline });
  const [told] = await refusal(apply());
  expect(told?.code).toBe("development-database");
  expect(told?.instead).toContain("--baseline");
  expect((await apply(true)).applied.map(({ name }) => name)).toEqual(["initial"]);
  expect((await apply()).applied).toEqual([]);

  await sync(database, noteModel({ body: text(), size: integer().optional() }));
  const other = noteModel({ body: text(), weight: integer().optional() });
  await createMigration({ model: other, dir: folder.dir, now });
  for (const baseline of [false, true]) {
    const [refused] = await refusal(apply(baseline));
    expect(refused?.instead).toContain("keelson db reset");
  }
});

test("dev goes on where migrations have brought a database", async () => {
  await using database = await scratchDatabase();
  await using folder = await temporaryFolder();
  await createMigration({ model: plain, dir: folder.dir, now });
  await applyMigrations({ database: database.url, dir: folder.dir, observe: observeNothing });
  expect(await sync(database, plain)).toEqual({ changes: [], applied: false });
  const next = noteModel({ body: text(), size: integer().optional() });
  expect((await sync(database, next)).changes.map(({ kind }) => kind)).toEqual(["addColumn"]);
});
