import fc from "fast-check";
import { expect, test } from "vitest";
import { DiagnosticError } from "../../../src/base/diagnostic.ts";
import { checkEffect, typeEffect } from "../../../src/data/migrate/change-effect.ts";
import { diff } from "../../../src/data/migrate/diff-snapshots.ts";
import type { CheckSnapshot } from "../../../src/data/migrate/schema-snapshot.ts";
import { sequenceRenames } from "../../../src/data/migrate/sequence-renames.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { manyToMany, reference, text, uuid } from "../../../src/declare/field.ts";
import { type AnyResource, resource } from "../../../src/declare/resource.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { modelOf, noteModel } from "./model-of.ts";

const changes = (from: AppModel, to: AppModel) => diff(snapshotOf(from), snapshotOf(to));
const kinds = (from: AppModel, to: AppModel) => changes(from, to).map(({ kind }) => kind);

const body = { body: text() };
const named = (name: string, renamedFrom?: string): AnyResource =>
  resource(name, { fields: body, ...(renamedFrom === undefined ? {} : { renamedFrom }) });

test("a rename is declared, never guessed", () => {
  expect(kinds(noteModel({ a: text() }), noteModel({ b: text() }))).toEqual([
    "addColumn",
    "addCheck",
    "dropColumn",
  ]);
  expect(kinds(modelOf(named("a")), modelOf(named("b")))).toEqual(["createTable", "dropTable"]);
});

test("a declared rename that is done says nothing new", () => {
  const m1 = noteModel({ a: text() });
  const m2 = noteModel({ b: text().renamedFrom("a") });
  const m3 = noteModel({ b: text().renamedFrom("a"), a: text().optional() });
  expect(kinds(m1, m2)).toEqual(["renameColumn", "renameConstraint"]);
  expect(kinds(m2, m2)).toEqual([]);
  expect(kinds(m2, m3)).toEqual(["addColumn", "addCheck"]);
  expect(kinds(m3, m2)).toEqual(["dropColumn"]);
  expect(kinds(m2, noteModel({ b: text() }))).toEqual([]);
});

test("a relation goes with its resources", () => {
  const tag = (name: string, renamedFrom?: string) => named(name, renamedFrom);
  const before = tag("tag");
  const from = modelOf(
    before,
    resource("note", { fields: { tags: manyToMany(() => before) } }) as AnyResource,
  );
  const after = tag("label", "tag");
  const to = modelOf(
    after,
    resource("memo", {
      fields: { labels: manyToMany(() => after).renamedFrom("tags") },
      renamedFrom: "note",
    }) as AnyResource,
  );
  expect(new Set(kinds(from, to))).toEqual(
    new Set(["renameTable", "renameColumn", "renameConstraint", "renameIndex"]),
  );
});

test("a field may become a reference to the same column", () => {
  const author = named("author");
  const from = modelOf(author, resource("note", { fields: { authorId: uuid() } }) as AnyResource);
  const to = modelOf(
    author,
    resource("note", { fields: { author: reference(() => author) } }) as AnyResource,
  );
  expect(kinds(from, to)).toEqual(["createIndex", "addForeignKey"]);
});

const other = named("other");
test.each<readonly [string, AppModel, AppModel, string]>([
  [
    "two fields claim the same earlier one",
    noteModel({ a: text() }),
    noteModel({ b: text().renamedFrom("a"), c: text().renamedFrom("a") }),
    'resource "note", field "b"',
  ],
  [
    "the earlier field is still declared",
    noteModel({ a: text() }),
    noteModel({ a: text(), b: text().renamedFrom("a") }),
    'resource "note", field "b"',
  ],
  [
    "the new name is taken by a field that would be lost",
    noteModel({ a: text(), b: text() }),
    noteModel({ b: text().renamedFrom("a") }),
    'resource "note", field "b"',
  ],
  [
    "the new column is taken by another field's",
    modelOf(
      other,
      resource("note", { fields: { otherId: uuid(), b: reference(() => other) } }) as AnyResource,
    ),
    modelOf(
      other,
      resource("note", { fields: { other: reference(() => other).renamedFrom("b") } }) as AnyResource,
    ),
    'resource "note"',
  ],
  [
    "two resources claim the same earlier one",
    modelOf(named("a")),
    modelOf(named("b", "a"), named("c", "a")),
    'resource "b"',
  ],
  [
    "the earlier resource is still declared",
    modelOf(named("a")),
    modelOf(named("a"), named("b", "a")),
    'resource "b"',
  ],
  [
    "the relation leads elsewhere",
    modelOf(
      named("a"),
      named("b"),
      resource("note", { fields: { all: manyToMany(() => named("a")) } }) as AnyResource,
    ),
    modelOf(
      named("a"),
      named("b"),
      resource("note", { fields: { all: manyToMany(() => named("b")) } }) as AnyResource,
    ),
    'resource "note", field "all"',
  ],
])("refused: %s", (_what, from, to, where) => {
  let told: unknown;
  try {
    changes(from, to);
  } catch (error) {
    told = error;
  }
  expect(told).toBeInstanceOf(DiagnosticError);
  expect((told as DiagnosticError).diagnostics[0]?.where).toBe(where);
});

test("renames find an order in which every name is free", () => {
  const names = fc.uniqueArray(fc.constantFrom(..."abcdefgh"), { minLength: 1 });
  fc.assert(
    fc.property(names, names, (from, to) => {
      const pairs = from.slice(0, to.length).map((name, index) => ({ from: name, to: to[index] ?? name }));
      const place = new Map(pairs.map((pair) => [pair.from, pair.from]));
      for (const step of sequenceRenames(pairs)) {
        expect([...place.keys()]).not.toContain(step.to);
        place.set(step.to, place.get(step.from) ?? "");
        place.delete(step.from);
      }
      expect(new Map([...place].map(([name, origin]) => [origin, name]))).toEqual(
        new Map(pairs.map((pair) => [pair.from, pair.to])),
      );
    }),
  );
});

const check = (allows: CheckSnapshot["allows"]): CheckSnapshot => ({
  name: "c",
  sql: "…",
  columns: ["x"],
  allows,
});

test.each([
  [{ choices: ["a"] }, { choices: ["b", "a"] }, "wider"],
  [{ choices: ["a", "b"] }, { choices: ["a"] }, "narrower"],
  [{ choices: ["a"] }, { choices: ["b"] }, "other"],
  [{ max: 10 }, { max: 20 }, "wider"],
  [{ max: 10 }, { min: 1, max: 10 }, "narrower"],
  [{ min: 1, max: 10 }, { min: 0, max: 9 }, "other"],
  [{ min: "2020-01-01" }, { min: "2019-06-01" }, "wider"],
  [{ min: "0.50" }, { min: "0.5" }, "other"],
  [{ max: "9007199254740993" }, { max: "9007199254740992" }, "other"],
  [{ max: 10 }, { choices: ["a"] }, "other"],
  [{}, {}, "other"],
])("a check that allows %j and then %j becomes %s", (from, to, effect) => {
  expect(checkEffect(check(from), check(to))).toBe(effect);
});

test.each([
  ["numeric(8,2)", "numeric(12,2)", "free"],
  ["numeric(8,2)", "numeric", "free"],
  ["numeric(8,2)", "numeric(10,4)", "lossless"],
  ["numeric(8,2)", "numeric(8,4)", "lossy"],
  ["numeric", "numeric(8,2)", "lossy"],
  ["integer", "bigint", "lossless"],
  ["bigint", "integer", "lossy"],
  ["uuid", "text", "lossless"],
  ["text", "uuid", "lossy"],
])("from %s to %s is %s", (from, to, effect) => {
  expect(typeEffect(from, to)).toBe(effect);
});
