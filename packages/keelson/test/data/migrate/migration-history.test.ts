import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrationFileName, printMigrationFile } from "../../../src/data/migrate/migration-file.ts";
import { readMigrations } from "../../../src/data/migrate/read-migrations.ts";
import { verifyHistory } from "../../../src/data/migrate/verify-history.ts";
import { sample } from "./migration-sample.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "keelson-migrations-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function write(id: string, name: string, body = "SELECT 1;"): Promise<void> {
  const draft = { id, name, phase: "expand", transaction: true, body } as const;
  await writeFile(join(folder, migrationFileName(draft)), printMigrationFile(draft));
}

test("a folder is read in the order of ids, and other files are left alone", async () => {
  await write("20261122000000", "second");
  await write("20261121000000", "first");
  await writeFile(join(folder, "snapshot.json"), "{}");
  await writeFile(join(folder, ".hidden.sql"), "");
  const { files, diagnostics } = await readMigrations(folder, "migrations");
  expect(diagnostics).toEqual([]);
  expect(files.map(({ path }) => path)).toEqual([
    "migrations/20261121000000_first.sql",
    "migrations/20261122000000_second.sql",
  ]);
  expect(await readMigrations(join(folder, "missing"))).toEqual({ files: [], diagnostics: [] });
});

test("wrong names, unreadable files and ids used twice are told; the rest is read", async () => {
  await write("20261121000000", "first");
  await write("20261121000000", "again");
  await write("20261122000000", "second");
  await writeFile(join(folder, "notes.sql"), "SELECT 1;");
  await writeFile(join(folder, "20261123000000-dashes.sql"), "SELECT 1;");
  await writeFile(join(folder, "20261124000000_shout.SQL"), "SELECT 1;");
  await mkdir(join(folder, "20261125000000_folder.sql"));
  const { files, diagnostics } = await readMigrations(folder, "m");
  expect(files).toHaveLength(3);
  expect(diagnostics.map(({ code, where }) => `${code} ${where}`)).toEqual([
    "migration-name m/20261123000000-dashes.sql",
    "migration-name m/20261124000000_shout.SQL",
    "migration-unreadable m/20261125000000_folder.sql",
    "migration-name m/notes.sql",
    "migration-duplicate-id m/20261121000000_first.sql",
  ]);
});

test("files are compared with what the database has applied", () => {
  const first = sample("SELECT 1;", { id: "20261121000000", name: "first" });
  const second = sample("SELECT 2;", { id: "20261122000000", name: "second" });
  const third = sample("SELECT 3;", { id: "20261123000000", name: "third" });
  const said = (...args: Parameters<typeof verifyHistory>) =>
    verifyHistory(...args).map(({ code, where }) => `${code} ${where}`);

  expect(said([first, second, third], [])).toEqual([]);
  expect(said([first, second, third], [first, second])).toEqual([]);
  expect(said([first, third], [first, second])).toEqual(["migration-missing 20261122000000_second.sql"]);
  expect(said([first, second], [first, second, third])).toEqual([
    "schema-newer-than-code 20261123000000_third.sql",
  ]);
  expect(said([first, second, third], [first, third])).toEqual([
    "migration-out-of-order migrations/20261122000000_second.sql",
  ]);
  expect(said([first, second], [first, { ...second, checksum: third.checksum }])).toEqual([
    "migration-edited migrations/20261122000000_second.sql",
  ]);
  expect(said([first, second], [first, { ...second, name: "zweite" }])).toEqual([
    "migration-renamed migrations/20261122000000_second.sql",
  ]);
});
