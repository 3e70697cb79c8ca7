import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { user } from "../../src/base/caller.ts";
import type { Diagnostic } from "../../src/base/diagnostic.ts";
import {
  and,
  backend,
  boolean,
  choice,
  command,
  eq,
  everyone,
  integer,
  reference,
  resource,
  text,
} from "../../src/index.ts";
import type { App } from "../../src/operation/call.ts";
import { newApp } from "../../src/runtime/new-app.ts";
import { newQueryWatch, type QueryWatch } from "../../src/runtime/query-watch.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";

const shelf = resource("shelf", {
  fields: { name: text({ max: 50 }) },
  access: { read: everyone },
  list: { filter: ["name"], sort: ["name"] },
});

const book = resource("book", {
  fields: {
    shelf: reference(() => shelf),
    title: text({ max: 200 }),
    owner: text({ max: 50 }),
    code: integer(),
    year: integer(),
    state: choice("in", "out"),
    damaged: boolean(),
  },
  access: { read: everyone },
  list: { filter: ["shelf", "title", "year", "state", "damaged"], sort: ["title", "code"] },
});

const label = resource("label", {
  fields: { colour: text({ max: 20 }), size: choice("small", "large").default("small") },
  access: { read: everyone, create: everyone },
  list: { filter: ["colour", "size"] },
});

const secret = resource("secret", {
  fields: { owner: text({ max: 50 }), note: text({ max: 50 }) },
  access: { read: (row, caller) => and(caller.signedIn, eq(row.owner, caller.id)) },
  list: { sort: ["note"] },
});

const count = command("count", {
  input: { times: integer() },
  access: everyone,
  async run({ input, db }) {
    const books = db.asSystem("counting").sql({ book });
    for (let time = 0; time < input.times; time += 1) {
      await db.find(book, { filter: { code: time } });
      if (time < 5) await books.selectFrom("book").select("id").where("code", "=", time).execute();
    }
  },
});

const rows = 20_000;
let kept: TestBackend;
let watch: QueryWatch;
let app: App;
let advice: Diagnostic[];
const told = new Set<string>();

beforeAll(async () => {
  kept = await openTestBackend(
    backend({ name: "library", resources: [shelf, book, label, secret], commands: [count] }),
  );
  await kept.database.pool.query(`
    insert into shelfs (id, name) select gen_random_uuid(), 's' || g from generate_series(1, 20) g;
    insert into books (id, shelf_id, title, owner, code, year, state, damaged, created_at)
      select gen_random_uuid(), (array(select id from shelfs))[1 + g % 20], 't' || g % 500, 'o' || g % 50, g % 400, g % 400,
        case when g % 400 = 0 then 'out' else 'in' end, false, now() - g * interval '1 second'
      from generate_series(1, ${rows}) g;
    insert into secrets (id, owner, note)
      select gen_random_uuid(), 'o' || g % 200, 'n' || g from generate_series(1, ${rows}) g;
    analyze`);
});
afterAll(() => kept?.close());

beforeEach(() => {
  advice = [];
  told.clear();
  open(true);
});

function open(on: boolean): void {
  const { model, database, url } = kept;
  watch = newQueryWatch({
    model,
    url,
    on,
    advise: (key, diagnostic) => {
      // A busy machine makes anything slow.
      if (!told.has(key) && diagnostic.code !== "slow-statement") advice.push(diagnostic);
      told.add(key);
    },
  });
  const cursorKeys = [{ id: "test", secret: randomBytes(32) }] as const;
  app = newApp({ model, database, observe: () => {}, issuers: [], cursorKeys, watch });
}

async function call(operation: string, part: object = {}, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const outcome = await app.run({
      door: "test",
      operation: kept.model.operations.get(operation) as never,
      requestId: "r",
      credentials: { kind: "caller", caller: user("o7") },
      ...part,
    });
    expect(outcome).toMatchObject({ ok: true });
  }
  await watch.settled();
}

const list = (filter: object, sort?: string): object => ({
  read: { filter, ...(sort === undefined ? {} : { sort }) },
});

/** Creates what was advised, sees that the same call is then content, and drops it again. */
async function follow(operation: string, part: object): Promise<void> {
  const sql = /which becomes: (create index "(\w+)".*)/.exec(advice.at(-1)?.instead ?? "");
  await kept.database.pool.query(`${sql?.[1]}; analyze`);
  const before = advice.length;
  told.clear();
  open(true);
  await call(operation, part, 2);
  expect(advice).toHaveLength(before);
  await kept.database.pool.query(`drop index "${sql?.[2]}"`);
}

describe("a list that reads much to return little", () => {
  it.each([
    ["a filter", "book.list", list({ state: "out" }), '["state", "-createdAt"]'],
    ["a filter and an order", "book.list", list({ year: 7 }, "title"), '["year", "title", "id"]'],
    [
      "several filters",
      "book.list",
      list({ damaged: false, state: "out" }),
      '["damaged", "state", "-createdAt"]',
    ],
    ["a range", "book.list", list({ year: { gte: 399 } }), '["year"]'],
    ["an access rule", "secret.list", list({}), '["owner", "-createdAt"]'],
    ["an access rule and an order", "secret.list", list({}, "note"), '["owner", "note", "id"]'],
  ])("by %s is told the index to declare, and the plan uses it", async (_kind, operation, part, on) => {
    await call(operation, part);
    expect(advice).toHaveLength(1);
    expect(advice[0]).toMatchObject({ code: "unindexed-query", severity: "warning" });
    expect(advice[0]?.where).toContain(operation);
    expect(advice[0]?.what).toMatch(/rows of "(?:books|secrets)" to return \d+, in \d+ ms/);
    expect(advice[0]?.instead).toContain(`indexes: [{ on: ${on} }]`);
    await follow(operation, part);
  });

  it("is left alone where an index serves it", async () => {
    const { rows: found } = await kept.database.pool.query("select id from shelfs limit 1");
    await call("book.list", list({}), 4);
    await call("book.list", list({}, "-code"), 4);
    await call("book.list", list({ shelf: found[0].id }), 1);
    await call(
      "book.get",
      { id: (await kept.database.pool.query("select id from books limit 1")).rows[0].id },
      4,
    );
    expect(advice).toEqual([]);
  });
});

describe("a list of a small table", () => {
  it("is told at its third use, where nothing narrows it", async () => {
    await call("label.list", list({ colour: "red" }), 2);
    expect(advice).toEqual([]);
    await call("label.list", list({ colour: "blue" }), 4);
    expect(advice).toMatchObject([
      {
        code: "unindexed-query",
        where: "label.list, filtered by colour, sorted by -createdAt",
        what: expect.stringContaining("quick while it is small"),
        instead: expect.stringContaining('indexes: [{ on: ["colour", "-createdAt"] }]'),
      },
    ]);
  });

  it("is left alone where the filter is a choice, or has an index", async () => {
    await call("label.list", list({ size: "small" }), 4);
    await call("shelf.list", list({ name: "s1" }), 4);
    expect(advice).toEqual([]);
  });
});

describe("a call that repeats a statement", () => {
  it("is told how often, once", async () => {
    await call("count", { input: { times: 14 } }, 2);
    const repeated = advice.filter(({ code }) => code === "repeated-statement");
    expect(repeated).toMatchObject([{ where: "count", what: "One call ran book.list 14 times." }]);
  });

  it("is left alone up to ten", async () => {
    await call("count", { input: { times: 10 } });
    expect(advice.filter(({ code }) => code === "repeated-statement")).toEqual([]);
  });
});

it("sees nothing when it is off", async () => {
  open(false);
  await call("book.list", list({ state: "out" }), 4);
  await call("count", { input: { times: 20 } });
  expect(advice).toEqual([]);
});
