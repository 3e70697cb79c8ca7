import fc from "fast-check";
import { expect, test } from "vitest";
import { DiagnosticError } from "../../../src/base/diagnostic.ts";
import { diagnoseChanges } from "../../../src/data/migrate/diagnose-changes.ts";
import { diff } from "../../../src/data/migrate/diff-snapshots.ts";
import { findDrift } from "../../../src/data/migrate/drift.ts";
import { parseSnapshotText } from "../../../src/data/migrate/parse-snapshot.ts";
import { printChanges } from "../../../src/data/migrate/print-changes.ts";
import { printDirectly } from "../../../src/data/migrate/print-directly.ts";
import type { SchemaChange } from "../../../src/data/migrate/schema-change.ts";
import {
  emptySnapshot,
  printSnapshot,
  type SchemaSnapshot,
} from "../../../src/data/migrate/schema-snapshot.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { backend } from "../../../src/declare/backend.ts";
import { type Fields, text } from "../../../src/declare/field.ts";
import { resource as declare, type ResourceOptions } from "../../../src/declare/resource.ts";
import type { AppModel } from "../../../src/model/app-model.ts";
import { linkModel } from "../../../src/model/link-model.ts";
import { anyModel } from "./random-model.ts";
import { scratchDatabase } from "./scratch-database.ts";

const runs = Number(process.env.KEELSON_TEST_RUNS ?? 60);

/** Ambiguous renames are refused, which other tests look at. */
function changesOf(from: SchemaSnapshot, to: SchemaSnapshot): readonly SchemaChange[] {
  try {
    return diff(from, to);
  } catch (error) {
    if (error instanceof DiagnosticError) fc.pre(false);
    throw error;
  }
}

type Options = Partial<ResourceOptions<Fields, []>>;

const resource = (name: string, options: Options = {}) => declare(name, { fields: {}, ...options });

const model = (...resources: readonly ReturnType<typeof resource>[]): AppModel =>
  linkModel(backend({ name: "trade", resources }));

const roundTrip = (snapshot: SchemaSnapshot): SchemaSnapshot =>
  parseSnapshotText(printSnapshot(snapshot), "snapshot.json");

async function leadsToTheModel(
  statementsOf: (changes: readonly SchemaChange[]) => readonly string[],
): Promise<void> {
  await using database = await scratchDatabase();
  const connection = await database.connect();
  await fc.assert(
    fc.asyncProperty(fc.array(anyModel, { minLength: 1, maxLength: 3 }), async (models) => {
      const snapshots = [emptySnapshot, ...models.map((model) => roundTrip(snapshotOf(model)))];
      const steps = snapshots.slice(1).map((to, index) => changesOf(snapshots[index] ?? emptySnapshot, to));
      await connection.query("drop schema public cascade; create schema public");
      for (const [index, changes] of steps.entries()) {
        for (const statement of statementsOf(changes)) await connection.query(statement);
        const target = snapshots[index + 1] ?? emptySnapshot;
        expect(await findDrift(connection, target)).toEqual([]);
        expect(diff(target, target)).toEqual([]);
      }
    }),
    { numRuns: runs, endOnFailure: false },
  );
}

test("changes made in one go lead to the schema that the model asks for", async () => {
  await leadsToTheModel(printDirectly);
}, 600_000);

test("changes made step by step lead to the schema that the model asks for", async () => {
  await leadsToTheModel((changes) => {
    fc.pre(diagnoseChanges(changes).every(({ code }) => code !== "type-change"));
    return printChanges(changes).flatMap(({ statements }) => statements);
  });
}, 600_000);

/** What generated models came upon once. */
const reusedNames: readonly (readonly [string, AppModel, AppModel])[] = [
  [
    "two resources that trade tables",
    model(resource("ant"), resource("dog", { plural: "dogHerd" })),
    model(
      resource("ant", { renamedFrom: "dog" }),
      resource("dog", { renamedFrom: "ant", plural: "dogHerd" }),
    ),
  ],
  [
    "an index whose name goes to another table while its own column is dropped",
    model(resource("cat"), resource("dog", { fields: { b: text().unique() } })),
    model(
      resource("dog", { fields: { b: text().unique().default("x") }, renamedFrom: "cat" }),
      resource("ant", { renamedFrom: "dog" }),
    ),
  ],
];

test.each(reusedNames)("%s", async (_, before, after) => {
  await using database = await scratchDatabase();
  const connection = await database.connect();
  const [from, to] = [snapshotOf(before), snapshotOf(after)];
  for (const changes of [diff(emptySnapshot, from), diff(from, to)])
    for (const statement of printDirectly(changes)) await connection.query(statement);
  expect(await findDrift(connection, to)).toEqual([]);
});
