import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyMigrations } from "../../../src/data/migrate/apply-migrations.ts";
import { assertSchema } from "../../../src/data/migrate/assert-schema.ts";
import { createMigration } from "../../../src/data/migrate/create-migration.ts";
import { syncSchema } from "../../../src/data/migrate/sync-schema.ts";
import { integer, text } from "../../../src/declare/field.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { observeNothing } from "../../../src/observe/observation.ts";
import { noteModel } from "./model-of.ts";
import { refusal, refusalCodes } from "./refusal.ts";
import { scratchDatabase } from "./scratch-database.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const now = new Date("2026-11-21T09:30:00Z");
const first = noteModel({ body: text(), size: integer().optional() });

async function stage() {
  const database = await scratchDatabase();
  const folder = await temporaryFolder();
  const at = { database: database.url, dir: folder.dir };
  return {
    folder,
    database,
    create: (model: AppModel) => createMigration({ model, dir: folder.dir, now }),
    apply: (upTo?: "expand") =>
      applyMigrations({ ...at, observe: observeNothing, ...(upTo === undefined ? {} : { upTo }) }),
    ready: (model: AppModel) => assertSchema({ ...at, model, shownAs: "migrations" }),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test("a schema that is up to date is accepted, an older one says what to run", async () => {
  await using at = await stage();
  await at.create(first);
  const [told] = await refusal(at.ready(first));
  expect(told).toMatchObject({
    code: "migrations-pending",
    what: "A migration is not applied yet: 20261121093000_initial.",
    instead: "Run `keelson migrate apply`.",
  });
  // Looking changes nothing: a database user without rights of its own can do it.
  expect(await at.database.query("select from pg_namespace where nspname = 'keelson'")).toEqual([]);
  await at.apply();
  expect(await at.ready(first)).toEqual({ later: [] });
});

test("a model ahead of its migrations is refused", async () => {
  await using at = await stage();
  expect(await refusalCodes(at.ready(first))).toEqual(["model-ahead"]);
  await at.create(first);
  await at.apply();
  expect(await refusalCodes(at.ready(noteModel({ body: text() })))).toEqual(["model-ahead"]);
});

test("older code is refused on a newer schema", async () => {
  await using at = await stage();
  await at.create(first);
  await at.folder.write("20261130000000", "create table later (x int);");
  await at.apply();
  await rm(join(at.folder.dir, "20261130000000_by_hand.sql"));
  const [told] = await refusal(at.ready(first));
  expect(told?.code).toBe("schema-newer-than-code");
  expect(told?.where).toBe("20261130000000_by_hand.sql");
});

test("new code starts before the contract phase, and not before a rename", async () => {
  await using at = await stage();
  await at.create(first);
  await at.apply();
  const smaller = noteModel({ body: text() });
  await at.create(smaller);
  await at.apply("expand");
  expect((await at.ready(smaller)).later.map(({ phase }) => phase)).toEqual(["contract"]);
  await at.apply();
  const renamed = noteModel({ words: text().renamedFrom("body") });
  await at.create(renamed);
  await at.apply("expand");
  expect(await refusalCodes(at.ready(renamed))).toEqual(["migrations-pending"]);
});

test("migrations keep what is renamed", async () => {
  await using at = await stage();
  await at.create(first);
  await at.apply();
  await at.database.query("insert into notes (id, body) values (gen_random_uuid(), 'kept')");
  await at.create(
    noteModel({ words: text().renamedFrom("body"), size: integer().optional() }, { plural: "scribbles" }),
  );
  await at.apply();
  expect(await at.database.query("select words from scribbles")).toEqual([{ words: "kept" }]);
});

test("on a database that dev keeps, it says how the two fit together", async () => {
  await using at = await stage();
  await at.create(first);
  await syncSchema({ model: first, database: at.database.url, observe: observeNothing });
  const [told] = await refusal(at.ready(first));
  expect(told?.code).toBe("development-database");
});
