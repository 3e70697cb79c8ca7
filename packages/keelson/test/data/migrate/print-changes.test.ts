import { expect, test } from "vitest";
import { formatDiagnostic } from "../../../src/base/diagnostic.ts";
import { checkContextOf } from "../../../src/data/migrate/check-context.ts";
import { checkMigrations } from "../../../src/data/migrate/check-migration.ts";
import { diagnoseChanges } from "../../../src/data/migrate/diagnose-changes.ts";
import { diff } from "../../../src/data/migrate/diff-snapshots.ts";
import { printChanges } from "../../../src/data/migrate/print-changes.ts";
import { printDirectly } from "../../../src/data/migrate/print-directly.ts";
import { emptySnapshot } from "../../../src/data/migrate/schema-snapshot.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import {
  boolean,
  choice,
  decimal,
  email,
  integer,
  json,
  manyToMany,
  money,
  reference,
  text,
  timestamp,
  uuid,
} from "../../../src/declare/field.ts";
import { mixin, resource } from "../../../src/declare/resource.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { sample } from "./migration-sample.ts";
import { modelOf, noteModel } from "./model-of.ts";

const tag = resource("tag", { fields: { name: text({ max: 40 }).unique() } });
const author = resource("author", {
  fields: { email: email().unique() },
  mixins: [mixin({ fields: {}, softDelete: true })],
});
const article = resource("article", {
  fields: {
    author: reference(() => author, { onDelete: "cascade" }),
    status: choice("draft", "it's out").default("draft"),
    price: money({ min: 0 }).optional(),
    rating: decimal({ precision: 3, scale: 2, max: "5" }).optional(),
    extra: json({}).default({}),
    tags: manyToMany(() => tag),
  },
  indexes: [{ on: ["status", "-createdAt"] }],
});
const plain = noteModel({ body: text() });

type Case = readonly [name: string, from: AppModel | undefined, to: AppModel];

const cases: readonly Case[] = [
  ["initial", undefined, modelOf(tag, author, article)],
  ["add-resource", plain, modelOf(resource("note", { fields: { body: text() } }), tag)],
  ["drop-resource", modelOf(resource("note", { fields: { body: text() } }), tag), plain],
  ["drop-related-resources", modelOf(tag, author, article), modelOf(tag)],
  ["rename-resource", plain, modelOf(resource("memo", { renamedFrom: "note", fields: { body: text() } }))],
  ["new-plural", plain, noteModel({ body: text() }, { plural: "scribbles" })],
  [
    "add-field",
    plain,
    noteModel({ body: text(), done: boolean().default(false), at: timestamp().optional() }),
  ],
  ["add-bounded-field", plain, noteModel({ body: text(), size: integer({ min: 0 }).default(0) })],
  ["add-volatile-default", plain, noteModel({ body: text(), token: uuid().defaultTo("gen_random_uuid()") })],
  ["drop-field", noteModel({ body: text(), size: integer() }), plain],
  ["rename-field", noteModel({ price: money() }), noteModel({ cost: money().renamedFrom("price") })],
  [
    "trade-names",
    noteModel({ a: text().unique(), b: text() }),
    noteModel({ b: text().unique().renamedFrom("a"), a: text().renamedFrom("b") }),
  ],
  [
    "add-reference",
    modelOf(author, resource("note", { fields: {} })),
    modelOf(author, resource("note", { fields: { author: reference(() => author).optional() } })),
  ],
  [
    "drop-reference",
    modelOf(author, resource("note", { fields: { author: reference(() => author) } })),
    modelOf(author, resource("note", { fields: {} })),
  ],
  [
    "change-on-delete",
    modelOf(author, resource("note", { fields: { author: reference(() => author) } })),
    modelOf(
      author,
      resource("note", { fields: { author: reference(() => author, { onDelete: "cascade" }) } }),
    ),
  ],
  ["add-choice", noteModel({ kind: choice("a", "b") }), noteModel({ kind: choice("a", "b", "c") })],
  ["remove-choice", noteModel({ kind: choice("a", "b", "c") }), noteModel({ kind: choice("a", "b") })],
  ["replace-choice", noteModel({ kind: choice("a", "b") }), noteModel({ kind: choice("b", "c") })],
  ["shorten-text", noteModel({ body: text({ max: 100 }) }), noteModel({ body: text({ max: 50 }) })],
  [
    "widen-decimal",
    noteModel({ n: decimal({ precision: 8, scale: 2 }) }),
    noteModel({ n: decimal({ precision: 12, scale: 2 }) }),
  ],
  ["change-type", noteModel({ n: integer() }), noteModel({ n: text() })],
  ["make-optional", plain, noteModel({ body: text().optional() })],
  ["make-required", noteModel({ body: text().optional() }), plain],
  [
    "make-required-with-default",
    noteModel({ body: text().optional() }),
    noteModel({ body: text().default("") }),
  ],
  ["drop-default", noteModel({ body: text().default("x") }), plain],
  ["make-unique", plain, noteModel({ body: text().unique() })],
  ["no-longer-unique", noteModel({ body: text().unique() }), plain],
  ["add-index", plain, noteModel({ body: text() }, { indexes: [{ on: ["body"] }] })],
  ["drop-index", noteModel({ body: text() }, { indexes: [{ on: ["body"] }] }), plain],
  [
    "turn-index",
    noteModel({ body: text() }, { indexes: [{ on: ["body"] }] }),
    noteModel({ body: text() }, { indexes: [{ on: ["-body"] }] }),
  ],
  [
    "soft-delete",
    noteModel({ body: text().unique() }),
    noteModel({ body: text().unique() }, { mixins: [mixin({ fields: {}, softDelete: true })] }),
  ],
  [
    "any-currency",
    noteModel({ price: money({ currency: "EUR" }).optional() }),
    noteModel({ price: money().optional() }),
  ],
];

test.each(cases)("%s", async (name, from, to) => {
  const before = from ? snapshotOf(from) : emptySnapshot;
  const changes = diff(before, snapshotOf(to));
  const steps = printChanges(changes);
  const diagnostics = diagnoseChanges(changes);
  const blocks = steps.map(
    ({ step, phase, transaction, statements }) =>
      `-- ${step}: ${phase}, transaction ${transaction ? "yes" : "no"}\n\n${statements.map((each) => `${each};\n`).join("\n")}`,
  );
  const told = diagnostics.map((each) => formatDiagnostic(each).replaceAll(/^/gm, "-- "));
  const direct = `-- in one go\n\n${printDirectly(changes)
    .map((each) => `${each};\n`)
    .join("\n")}`;
  await expect([...told, ...blocks, direct].join("\n")).toMatchFileSnapshot(
    `../../golden/migrate/${name}.sql`,
  );

  if (diagnostics.some(({ severity }) => severity === "error")) return;
  const files = steps.map(({ statements, ...rest }, index) =>
    sample(`${statements.join(";\n")};`, { ...rest, id: `2026112109300${index}` }),
  );
  const reports = await checkMigrations(files, checkContextOf(before));
  const errors = reports.flatMap(({ findings, diagnostics: wrong }) => [
    ...findings.filter(({ severity }) => severity === "error").map(({ rule }) => rule),
    ...wrong.map(({ code }) => code),
  ]);
  // A rename is what no running code survives: whoever applies it has to say that nothing runs.
  expect(errors.filter((rule) => !rule.startsWith("rename-"))).toEqual([]);
  expect(errors.length > 0).toBe(steps.some(({ step }) => step === "rename"));
});
