import { expect, test } from "vitest";
import { describeDrift, findDrift } from "../../../src/data/migrate/drift.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { syncSchema } from "../../../src/data/migrate/sync-schema.ts";
import { choice, integer, reference, text } from "../../../src/declare/field.ts";
import { resource } from "../../../src/declare/resource.ts";
import { observeNothing } from "../../../src/observe/observation.ts";
import { modelOf } from "./model-of.ts";
import { refusalCodes } from "./refusal.ts";
import { scratchDatabase } from "./scratch-database.ts";

const author = resource("author", { fields: { name: text().unique() } });
const note = resource("note", {
  fields: {
    author: reference(() => author),
    kind: choice("a", "b").default("a"),
    size: integer({ min: 0 }).default(1),
    body: text(),
  },
  indexes: [{ on: ["kind", "-createdAt"] }],
});
const model = modelOf(author, note);

/** What is reported after someone has been at the database. */
async function reportAfter(...statements: readonly string[]): Promise<readonly string[]> {
  await using database = await scratchDatabase();
  await syncSchema({ model, database: database.url, observe: observeNothing });
  for (const statement of statements) {
    const done = database.query(statement);
    // A concurrent build that fails is how a half-built index comes about.
    await (statement.includes("concurrently") ? expect(done).rejects.toThrow("could not create") : done);
  }
  const found = await findDrift(await database.connect(), snapshotOf(model));
  const again = await database.query("select nspname from pg_namespace where nspname like 'keelson_drift%'");
  expect(again).toEqual([]);
  return found.map((each) => {
    const { where, what } = describeDrift(each);
    return `${each.kind}: ${where}: ${what}`;
  });
}

test.each<readonly [string, readonly string[], readonly string[]]>([
  ["nothing", [], []],
  ["a missing table", ["drop table notes"], ['missing: table "notes": It is not there.']],
  [
    "a foreign table",
    ["create table mine (id int primary key, x text)"],
    ['extra: table "mine": The model does not know it.'],
  ],
  [
    "columns",
    ["alter table notes drop column size", "alter table notes add column mine int not null default 3"],
    [
      'missing: table "notes", check "notes_size_check": It is not there: (size >= 0).',
      'missing: table "notes", column "size": It is not there: integer not null default 1.',
      'extra: table "notes", column "mine": The model does not know it: integer not null default 3.',
    ],
  ],
  [
    "type, nullability and default",
    ["alter table notes alter size type bigint, alter size set default 2, alter body drop not null"],
    [
      'different: table "notes", column "body": It is text; the model says text not null.',
      'different: table "notes", column "size": It is bigint not null default 2; the model says integer not null default 1.',
    ],
  ],
  [
    "checks",
    [
      "alter table notes drop constraint notes_kind_check",
      "alter table notes add constraint notes_kind_check check (kind in ('a')) not valid",
      "alter table notes drop constraint notes_size_check",
      "alter table notes add constraint notes_size_check check (size >= 0) not valid",
    ],
    [
      `different: table "notes", check "notes_kind_check": It is (kind = 'a'::text); the model says (kind = ANY (ARRAY['a'::text, 'b'::text])).`,
      'invalid: table "notes", check "notes_size_check": It was never validated: rows that were there before may break it.',
    ],
  ],
  [
    "the same check in other words",
    [
      "alter table notes drop constraint notes_size_check",
      "alter table notes add constraint notes_size_check check (not size < 0)",
    ],
    [
      'different: table "notes", check "notes_size_check": It is (NOT (size < 0)); the model says (size >= 0).',
    ],
  ],
  [
    "indexes",
    [
      "drop index authors_name_key",
      "create index authors_name_key on authors (name)",
      "drop index notes_kind_created_at_idx",
      "create index mine on notes using hash (body)",
    ],
    [
      'different: table "authors", index "authors_name_key": It is (name); the model says unique (name).',
      'missing: table "notes", index "notes_kind_created_at_idx": It is not there: (kind, created_at desc).',
      'extra: table "notes", index "mine": The model does not know it: using hash (body).',
    ],
  ],
  [
    "foreign keys",
    [
      "alter table notes drop constraint notes_author_id_fkey",
      "alter table notes add constraint notes_author_id_fkey foreign key (author_id) references authors on delete cascade",
    ],
    [
      'different: table "notes", foreign key "notes_author_id_fkey": It is (author_id) references authors (id) on update a on delete c; the model says (author_id) references authors (id) on update a on delete r.',
    ],
  ],
  [
    "a half-built index",
    [
      "insert into authors (id, name) values (gen_random_uuid(), 'x')",
      "drop index authors_name_key",
      "insert into authors (id, name) values (gen_random_uuid(), 'x')",
      "create unique index concurrently authors_name_key on authors (name)",
    ],
    [
      'invalid: table "authors", index "authors_name_key": Its concurrent build did not finish: PostgreSQL keeps it up to date and never uses it.',
    ],
  ],
])("drift: %s", async (_name, statements, expected) => {
  expect(await reportAfter(...statements)).toEqual(expected);
});

test("a user who may not create schemas is told which one may", async ({ skip }) => {
  await using database = await scratchDatabase();
  await syncSchema({ model, database: database.url, observe: observeNothing });
  const connection = await database.connect();
  const { rows } = await connection.query(
    "select usesuper, current_database() as name from pg_user where usename = current_user",
  );
  skip(rows[0]?.usesuper, "superusers may do everything");
  await connection.query(`revoke create on database ${rows[0]?.name} from current_user`);
  expect(await refusalCodes(findDrift(connection, snapshotOf(model)))).toEqual(["drift-privilege"]);
});
