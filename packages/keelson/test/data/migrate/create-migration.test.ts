import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMigration } from "../../../src/data/migrate/create-migration.ts";
import { parseSnapshotText } from "../../../src/data/migrate/parse-snapshot.ts";
import { readMigrations } from "../../../src/data/migrate/read-migrations.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { boolean, integer, text } from "../../../src/declare/field.ts";
import { noteModel } from "./model-of.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const now = new Date("2026-11-21T09:30:00Z");
const first = noteModel({ body: text() });
const second = noteModel({ body: text(), done: boolean().default(false) });

test("the first migration creates everything, and the snapshot says so", async () => {
  await using folder = await temporaryFolder();
  const dir = join(folder.dir, "migrations");
  const { paths, changes } = await createMigration({ model: first, dir, shownAs: "migrations", now });
  expect(paths).toEqual(["migrations/20261121093000_initial.sql"]);
  expect(changes.map(({ kind }) => kind)).toEqual(["createTable"]);
  expect((await readdir(dir)).sort()).toEqual(["20261121093000_initial.sql", "snapshot.json"]);
  const source = await readFile(join(dir, "snapshot.json"), "utf8");
  expect(parseSnapshotText(source, "snapshot.json")).toEqual(snapshotOf(first));
  expect((await readMigrations(dir)).diagnostics).toEqual([]);
});

test("without a change nothing is written", async () => {
  await using folder = await temporaryFolder();
  await createMigration({ model: first, dir: folder.dir, now });
  const before = await readdir(folder.dir);
  expect(await createMigration({ model: first, dir: folder.dir, now })).toEqual({
    paths: [],
    changes: [],
    diagnostics: [],
  });
  expect(await readdir(folder.dir)).toEqual(before);
});

test("names follow the changes or the author, ids follow each other", async () => {
  await using folder = await temporaryFolder();
  const create = (model: typeof first, name?: string) =>
    createMigration({ model, dir: folder.dir, shownAs: "m", now, ...(name === undefined ? {} : { name }) });
  await create(first);
  expect((await create(second)).paths).toEqual(["m/20261121093001_add_done_to_notes.sql"]);
  const bounded = noteModel({ body: text(), size: integer({ min: 1 }).optional() });
  expect((await create(bounded, "Größe statt done!")).paths).toEqual([
    "m/20261121093002_gro_e_statt_done_expand.sql",
    "m/20261121093003_gro_e_statt_done_prove.sql",
    "m/20261121093004_gro_e_statt_done_contract.sql",
  ]);
});

test.each([["!?"], [""], ["x".repeat(101)]])("the name %j is refused", async (name) => {
  await using folder = await temporaryFolder();
  expect(await refusalCodes(createMigration({ model: first, dir: folder.dir, name, now }))).toEqual([
    "migration-name",
  ]);
  expect(await readdir(folder.dir)).toEqual([]);
});

test("what needs a decision is refused, and nothing is written", async () => {
  await using folder = await temporaryFolder();
  await createMigration({ model: first, dir: folder.dir, now });
  const required = noteModel({ body: text(), size: integer() });
  const [told] = await refusal(createMigration({ model: required, dir: folder.dir, now }));
  expect(told?.code).toBe("required-column");
  expect(told?.where).toBe('resource "note", field "size"');
  const retyped = noteModel({ body: integer() });
  expect(await refusalCodes(createMigration({ model: retyped, dir: folder.dir, now }))).toContain(
    "type-change",
  );
  expect(await readdir(folder.dir)).toHaveLength(2);
});

test("a damaged folder is refused", async () => {
  await using folder = await temporaryFolder();
  await createMigration({ model: first, dir: folder.dir, now });
  const create = () => createMigration({ model: second, dir: folder.dir, now });
  const snapshot = join(folder.dir, "snapshot.json");
  const good = await readFile(snapshot, "utf8");
  const expectRefusal = async (source: string, code: string): Promise<void> => {
    await writeFile(snapshot, source);
    expect(await refusalCodes(create())).toEqual([code]);
  };
  await expectRefusal("{", "snapshot-damaged");
  await expectRefusal(`<<<<<<< HEAD\n${good}=======\n`, "snapshot-damaged");
  await expectRefusal(good.replace('"format": 1', '"format": 2'), "snapshot-format");
  await expectRefusal(good.replace('"nullable":false', '"nullable":"no"'), "snapshot-damaged");
  await writeFile(snapshot, good);
  const file = join(folder.dir, "20261121093000_initial.sql");
  await writeFile(file, `${await readFile(file, "utf8")}\nselect 1;\n`);
  expect(await refusalCodes(create())).toEqual(["migration-edited"]);
});

test("a folder without its snapshot is refused", async () => {
  await using folder = await temporaryFolder();
  await createMigration({ model: first, dir: folder.dir, now });
  await rm(join(folder.dir, "snapshot.json"));
  expect(await refusalCodes(createMigration({ model: second, dir: folder.dir, now }))).toEqual([
    "snapshot-missing",
  ]);
});
