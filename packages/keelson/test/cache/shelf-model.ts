import { sql } from "kysely";
import {
  backend,
  boolean,
  command,
  eq,
  everyone,
  gt,
  integer,
  many,
  manyToMany,
  now,
  oneOfClaim,
  or,
  query,
  reference,
  resource,
  text,
  timestamp,
} from "../../src/index.ts";

const anyone = { create: everyone, update: everyone, delete: everyone };

/** Not kept itself, but part of what is. */
const author = resource("author", {
  fields: { name: text({ max: 100 }), books: many("book", { via: "author" }) },
  access: { read: everyone, ...anyone },
});

const topic = resource("topic", {
  fields: { label: text({ max: 100 }) },
  access: { read: everyone, ...anyone },
});

/** For everybody; staff see drafts too, and what a book costs to buy. */
const book = resource("book", {
  fields: {
    title: text({ max: 100 }),
    author: reference(() => author, { onDelete: "cascade" }).optional(),
    topics: manyToMany(() => topic),
    draft: boolean().default(false),
    cost: integer().default(7),
  },
  access: {
    read: (row, caller) => or(eq(row.draft, false), caller.is("staff")),
    ...anyone,
    fields: { cost: { read: (_row, caller) => caller.is("staff") } },
  },
  list: { filter: ["title", "author.name"], sort: ["title"] },
  cache: { ttl: "30s", scope: "public", staleWhileRevalidate: "60s" },
});

/** Everybody sees their own, their teams' and their branch's. */
const diary = resource("diary", {
  plural: "diaries",
  fields: { owner: text({ max: 40 }), team: text({ max: 40 }), branch: text({ max: 40 }) },
  access: {
    read: (row, caller) =>
      or(eq(row.owner, caller.id), oneOfClaim(row.team, "teams"), eq(caller.claim("branch"), row.branch)),
    ...anyone,
  },
  list: { sort: ["owner"] },
  cache: { ttl: "30s" },
});

/** Gone when its time is over. */
const offer = resource("offer", {
  fields: { until: timestamp() },
  access: { read: (row) => gt(row.until, now), ...anyone },
  cache: { ttl: "10m", on: ["list"] },
});

/** What tests do inside of handlers, and how often those ran. */
export const handlers = {
  runs: 0,
  during: async (_signal: AbortSignal): Promise<void> => {},
};

const titles = query("titles", {
  input: { prefix: text({ max: 20 }).optional() },
  output: { titles: text({ max: 10_000 }), whose: text({ max: 100 }) },
  access: everyone,
  cache: { ttl: "30s" },
  async run({ db, input, caller, signal }) {
    handlers.runs += 1;
    const page = await db.find(book, {
      filter: { title: { startsWith: input.prefix ?? "" } },
      sort: "title",
    });
    await handlers.during(signal);
    return { titles: page.data.map(({ title }) => title).join(","), whose: caller.id ?? "nobody" };
  },
});

const countAuthors = query("countAuthors", {
  output: { count: integer() },
  access: everyone,
  cache: { ttl: "30s" },
  async run({ db }) {
    handlers.runs += 1;
    const rows = db.asSystem("count").sql({ author });
    const { count } = await rows
      .selectFrom("author")
      .select((each) => each.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return { count: Number(count) };
  },
});

const countAnything = query("countAnything", {
  output: { count: integer() },
  access: everyone,
  cache: { ttl: "30s" },
  async run({ db }) {
    handlers.runs += 1;
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from topics`.execute(
      db.asSystem("count").sql({}),
    );
    return { count: rows[0]?.count ?? 0 };
  },
});

/** Changes a book and looks at the list before it is committed; gives what it saw. */
const retitle = command(book, "retitle", {
  input: { title: text({ max: 100 }), fail: boolean().default(false) },
  output: { seen: text({ max: 10_000 }) },
  errors: { changedMind: { status: 409, title: "Not after all" } },
  access: () => true,
  async run({ db, row, input, fail, signal }) {
    await db.update(book, row.id, { title: input.title });
    const page = await db.find(book, { sort: "title" });
    await handlers.during(signal);
    if (input.fail) fail("changedMind");
    return { seen: page.data.map(({ title }) => title).join(",") };
  },
});

const renameAuthors = command("renameAuthors", {
  input: { name: text({ max: 100 }), asText: boolean().default(false) },
  access: everyone,
  async run({ db, input }) {
    const rows = db.asSystem("rename").sql({ author });
    if (input.asText) await sql`update authors set name = ${input.name}`.execute(rows);
    else await rows.updateTable("author").set({ name: input.name }).execute();
  },
});

export const shelf = backend({
  name: "shelf",
  roles: ["staff"],
  resources: [author, topic, book, diary, offer],
  commands: [retitle, renameAuthors],
  queries: [titles, countAuthors, countAnything],
});
