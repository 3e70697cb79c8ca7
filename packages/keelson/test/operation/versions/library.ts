import { everyone } from "../../../src/declare/access.ts";
import { backend } from "../../../src/declare/backend.ts";
import { choice, integer, list, many, object, reference, text } from "../../../src/declare/field.ts";
import { command, query } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import {
  addedRequired,
  behaviourChanged,
  choicesChanged,
  moved,
  removed,
  renamed,
  split,
  version,
} from "../../../src/declare/version.ts";

const open = { read: everyone, create: everyone, update: everyone, delete: everyone };

/** A library whose API has changed in every way that there is, over four versions. */
const author = resource("author", {
  fields: {
    givenName: text({ max: 80 }),
    familyName: text({ max: 80 }),
    home: object({ city: text({ max: 80 }), country: text({ max: 2 }).optional() }).optional(),
    status: choice("active", "retired", "deceased").default("active"),
    email: text({ max: 80 }).unique(),
    books: many("book", { via: "writer" }),
  },
  access: open,
  list: {
    filter: ["givenName", "familyName", "status", "email", "createdAt"],
    sort: ["familyName", "givenName", "email"],
    defaultSort: "email",
  },
});

const book = resource("book", {
  fields: {
    title: text({ max: 200 }),
    writer: reference(() => author),
    pages: integer({ min: 1 }),
    language: text({ max: 8 }),
    parts: list(object({ heading: text({ max: 80 }), from: integer() })).default([]),
  },
  access: open,
  list: { filter: ["title", "writer", "writer.email", "writer.status", "pages"], sort: ["title", "pages"] },
});

const strict = behaviourChanged("strictLending", "Lending to a reader without a card is refused.");

const lend = command(book, "lend", {
  input: { reader: text({ max: 20 }), days: integer({ min: 1, max: 60 }), note: text().optional() },
  output: { reader: text(), until: text(), strict: text() },
  errors: { noCard: { status: 409, title: "The reader has no card" } },
  access: everyone,
  run: ({ input, behaves }) => ({
    reader: input.reader,
    until: `${input.days}`,
    strict: String(behaves(strict)),
  }),
});

const retitle = command(book, "retitle", {
  input: { title: text({ max: 200 }) },
  output: book,
  access: everyone,
  run: async ({ row, input, db }) => db.update(book, row.id, { title: input.title }),
});

const count = query("countPages", {
  input: { minimum: integer({ min: 0 }), kind: choice("all", "long") },
  output: { total: integer() },
  access: everyone,
  run: ({ input }) => ({ total: input.minimum }),
});

export const versions = [
  version("2025-01-01", [], { deprecated: "2025-06-01", sunset: "2099-01-01" }),
  version("2025-06-01", [
    renamed(book, "name", "title"),
    renamed(author, "mail", "contact"),
    addedRequired(book, "language", { value: "en" }),
  ]),
  version("2026-01-01", [
    renamed(author, "contact", "email"),
    split(author, "name", ["givenName", "familyName"], {
      was: text({ max: 80 }),
      up: (name) => {
        const at = name.lastIndexOf(" ");
        return at <= 0
          ? { givenName: "", familyName: name }
          : { givenName: name.slice(0, at), familyName: name.slice(at + 1) };
      },
      down: ({ givenName, familyName }) => (givenName === "" ? familyName : `${givenName} ${familyName}`),
      examples: ["Ada Lovelace", "Plato", "Johann Wolfgang von Goethe"],
    }),
    moved(author, "city", "home.city"),
    moved(author, "country", "home.country"),
    removed(book, "shelf", { was: text().readOnly(), value: "closed stacks" }),
    removed(book, "summary", {
      was: text().readOnly(),
      from: ["title"],
      value: ({ title }) => `About ${String(title)}`,
    }),
    choicesChanged(author, "status", {
      was: ["active", "inactive"],
      up: { inactive: "retired" },
      down: { retired: "inactive", deceased: "inactive" },
    }),
  ]),
  version("2026-11-01", [
    renamed(book, "author", "writer"),
    renamed(book, "parts.name", "parts.heading"),
    renamed(lend, "member", "reader"),
    renamed(lend, "dueOn", "until"),
    addedRequired(lend, "days", { value: 14 }),
    renamed(count, "atLeast", "minimum"),
    choicesChanged(count, "kind", { was: ["all", "thick"], up: { thick: "long" }, down: { long: "thick" } }),
    strict,
  ]),
] as const;

export const library = backend({
  name: "library",
  resources: [author, book],
  commands: [lend, retitle],
  queries: [count],
  versions,
});
