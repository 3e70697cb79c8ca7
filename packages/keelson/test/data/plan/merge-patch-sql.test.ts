import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mergePatchSql } from "../../../src/data/plan/merge-patch-sql.ts";
import { testPostgres } from "../../support/postgres.ts";

// RFC 7396 appendix A: original, patch, result.
const vectors: readonly (readonly [unknown, unknown, unknown])[] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

const postgres = await testPostgres();
const client = new pg.Client({ connectionString: postgres.url });

beforeAll(async () => {
  await client.connect();
  // Rolled back at the end: the database is shared with other tests.
  await client.query("begin");
  await client.query("create schema if not exists keelson");
  await client.query(mergePatchSql);
});

afterAll(async () => {
  await client.query("rollback");
  await client.end();
  await postgres.stop();
});

async function merged(target: unknown, patch: unknown): Promise<unknown> {
  const { rows } = await client.query("select keelson.merge_patch($1::jsonb, $2::jsonb) as result", [
    target === undefined ? null : JSON.stringify(target),
    JSON.stringify(patch),
  ]);
  return rows[0].result;
}

test.each(vectors)("%j patched with %j", async (target, patch, result) => {
  expect(await merged(target, patch)).toEqual(result);
});

test("a missing target counts as an empty object", async () => {
  expect(await merged(undefined, { a: { b: 1, c: null } })).toEqual({ a: { b: 1 } });
});

test("deep patches merge at every level", async () => {
  const target = { a: { b: { c: { d: 1, e: 2 }, f: 3 } }, g: [1] };
  const patch = { a: { b: { c: { d: null, x: "y" } } }, g: { h: 1 } };
  expect(await merged(target, patch)).toEqual({ a: { b: { c: { e: 2, x: "y" }, f: 3 } }, g: { h: 1 } });
});
