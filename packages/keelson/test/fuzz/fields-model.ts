import { and, eq, everyone, or } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import {
  bigint,
  boolean,
  choice,
  date,
  decimal,
  email,
  integer,
  json,
  list,
  many,
  manyToMany,
  money,
  number,
  object,
  reference,
  selfReference,
  text,
  timestamp,
  url,
  uuid,
} from "../../src/declare/field.ts";
import { bigintKey, integerKey, uuidKey } from "../../src/declare/key.ts";
import { command, query } from "../../src/declare/operation.ts";
import { resource } from "../../src/declare/resource.ts";
import { addedRequired, choicesChanged, moved, renamed, version } from "../../src/declare/version.ts";

const open = { read: everyone, create: everyone, update: everyone, delete: everyone };

/** Every kind of field, with bounds, without, optional and with defaults. */
const sample = resource("sample", {
  fields: {
    title: text({ min: 1, max: 20 }),
    body: text().optional(),
    code: text({ max: 8, pattern: "[A-Z]{2}-[0-9]{1,4}" }).optional(),
    serial: text({ max: 60 }).unique().optional(),
    small: integer({ min: -3, max: 3 }).optional(),
    whole: integer().default(0),
    large: bigint({ min: "-10", max: "9007199254740993" }).optional(),
    huge: bigint().optional(),
    ratio: number({ min: -1, max: 1 }).optional(),
    free: number().optional(),
    fixed: decimal({ precision: 6, scale: 2, min: "-10.5", max: "9999.99" }).optional(),
    exact: decimal().optional(),
    flag: boolean().default(false),
    colour: choice("red", "green", "it's", 'say "b"').default("red"),
    price: money().optional(),
    pounds: money({ currency: "GBP", min: 0, max: 1_000_000 }).optional(),
    day: date({ min: "2000-02-29", max: "2099-12-31" }).optional(),
    moment: timestamp({ min: "2000-01-01T00:00:00Z" }).optional(),
    token: uuid().optional(),
    mail: email().optional(),
    site: url().optional(),
    anything: json({}).optional(),
    settings: json({
      type: "object",
      properties: { theme: { enum: ["dark", "light"] }, size: { type: "integer", minimum: 1, maximum: 9 } },
      required: ["theme"],
      additionalProperties: false,
    }).optional(),
    labels: list(text({ max: 10 }), { max: 4 }).default([]),
    grid: list(list(integer({ min: 0, max: 9 }), { max: 3 }), { max: 3 }).optional(),
    parts: list(object({ name: text({ max: 10 }), amount: integer({ min: 1 }).default(1) }), {
      max: 3,
    }).default([]),
    place: object({
      city: text({ max: 30 }).optional(),
      geo: object({ latitude: number({ min: -90, max: 90 }), longitude: number() }).optional(),
    }).optional(),
    secret: text({ max: 30 }).optional().writeOnly(),
    counter: integer().default(7).readOnly(),
    origin: text({ max: 20 }).default("web").immutable(),
    parent: selfReference("sample").optional(),
    country: reference(() => country).optional(),
    tags: manyToMany(() => tag),
    notes: many("note", { via: "sample", embedLimit: 5 }),
  },
  access: open,
  list: {
    filter: [
      ..."title body code small whole large huge ratio free fixed exact flag colour price.amount".split(" "),
      ..."price.currency day moment token mail site parent country country.name parent.title createdAt".split(
        " ",
      ),
    ] as never,
    sort: ["title", "whole", "fixed", "day", "moment", "createdAt", "price.amount", "colour"],
    maxLimit: 50,
  },
});

const tag = resource("tag", {
  fields: { label: text({ min: 1, max: 40 }).unique() },
  access: open,
  key: bigintKey(),
  list: { filter: ["label"], sort: ["label"] },
});

/** A key that callers give. */
const country = resource("country", {
  fields: {
    code: text({ min: 2, max: 12, pattern: "[A-Za-z~!]{2,12}" }).immutable(),
    name: text({ max: 60 }),
  },
  access: open,
  key: ["code"],
  list: { filter: ["code", "name"], sort: ["name"] },
});

/** A key of several parts, without version and times. */
const rate = resource("rate", {
  fields: {
    market: text({ min: 1, max: 20 }).immutable(),
    day: date().immutable(),
    side: choice("buy", "sell").immutable(),
    value: decimal({ precision: 12, scale: 4 }),
  },
  access: open,
  key: ["market", "day", "side"],
  timestamps: false,
  version: false,
  list: { filter: ["market", "day", "side", "value"], sort: ["day", "value"] },
});

/** Rows that only some see, changes that must name a version, and few calls a minute for some. */
const note = resource("note", {
  fields: {
    owner: text({ min: 1, max: 40 }).immutable(),
    sample: reference(() => sample, { onDelete: "cascade" }).optional(),
    text: text({ max: 200 }),
    rank: integer({ min: 0, max: 100 }).default(0),
    hidden: text({ max: 20 }).optional(),
  },
  access: {
    read: (row, caller) => or(caller.is("staff"), eq(row.owner, caller.id)),
    create: (row, caller) => or(caller.is("staff"), eq(row.owner, caller.id)),
    update: (row, caller) => or(caller.is("staff"), eq(row.owner, caller.id)),
    delete: (row, caller) => and(caller.is("staff"), eq(row.rank, 0)),
    fields: { hidden: { read: (_row, caller) => caller.is("staff") } },
  },
  key: integerKey(),
  requireIfMatch: true,
  list: { filter: ["owner", "rank", "sample", "hidden"], sort: ["rank", "createdAt"] },
});

/** Answers that are kept, ids made by the database. */
const page = resource("page", {
  fields: {
    slug: text({ min: 1, max: 30, pattern: "[a-z0-9-]+" }).unique(),
    body: text({ max: 500 }).default(""),
  },
  access: {
    read: everyone,
    create: (_row, caller) => caller.is("staff"),
    update: (_row, caller) => caller.is("staff"),
  },
  key: uuidKey({ by: "database" }),
  cache: { ttl: "30s", scope: "public", staleWhileRevalidate: "1m" },
  list: { filter: ["slug"], sort: ["slug"] },
});

const inputs = {
  word: text({ min: 1, max: 10 }),
  amount: integer({ min: 1, max: 5 }).default(2),
  price: money().optional(),
  at: timestamp().optional(),
  choices: list(choice("a", "b"), { max: 3 }).default([]),
  deep: object({
    x: number().optional(),
    more: list(object({ y: bigint() }), { max: 2 }).optional(),
  }).optional(),
};

const rename = command(sample, "rename", {
  input: { title: text({ min: 1, max: 20 }) },
  output: sample,
  access: everyone,
  run: ({ row, input, db }) => db.update(sample, row.id, { title: input.title }),
});

const charge = command(sample, "charge", {
  input: inputs,
  output: { word: text(), amount: integer(), at: timestamp().optional() },
  errors: { declined: { status: 402, title: "Declined" }, tooMuch: { status: 422, title: "Too much" } },
  idempotency: "required",
  access: everyone,
  run: async ({ row, input, db, fail }) => {
    await db.asSystem("counts charges").update(sample, row.id, { counter: (row.counter + 1) % 1_000 });
    if (input.amount === 4) fail("declined", { members: { reason: "four" } });
    if (input.amount === 5) fail("tooMuch");
    return { word: input.word, amount: input.amount ?? 0, at: input.at ?? null };
  },
});

const sweep = command("sweep", {
  input: { before: date() },
  access: (caller) => caller.is("staff"),
  run: () => {},
});

const reset = command("reset", { access: everyone, run: () => {} });

const echo = query("echo", {
  input: {
    word: text({ max: 30 }),
    size: integer({ min: 0, max: 10 }).default(1),
    ratio: number().optional(),
    on: boolean().optional(),
    day: date().optional(),
    mode: choice("fast", "slow").default("fast"),
    ids: list(uuid(), { max: 5 }).default([]),
    sizes: list(integer(), { max: 5 }).optional(),
    total: money().optional(),
  },
  output: {
    word: text(),
    size: integer(),
    ratio: number().optional(),
    day: date().optional(),
    total: money().optional(),
  },
  access: everyone,
  run: ({ input }) => ({
    word: input.word,
    size: input.size ?? 0,
    ratio: input.ratio ?? null,
    day: input.day ?? null,
    total: input.total ?? null,
  }),
});

const next = query(sample, "next", {
  input: { step: integer({ min: 0 }).default(0) },
  output: sample,
  access: everyone,
  run: ({ row }) => row,
});

const versions = [
  version("2025-01-01", [], { deprecated: "2026-01-01", sunset: "2099-01-01" }),
  version("2025-06-01", [
    renamed(sample, "name", "title"),
    choicesChanged(sample, "colour", {
      was: ["rot", "green", "it's", 'say "b"'],
      up: { rot: "red" },
      down: { red: "rot" },
    }),
  ]),
  version("2026-01-01", [
    moved(sample, "town", "place.city"),
    renamed(note, "content", "text"),
    addedRequired(rename, "title", { value: "renamed" }),
  ]),
] as const;

export const fieldsModel = backend({
  name: "fields",
  title: "Fields",
  roles: ["staff"],
  resources: [sample, tag, country, rate, note, page],
  commands: [rename, charge, sweep, reset],
  queries: [echo, next],
  versions,
});
