import { expect, test } from "vitest";
import {
  checkMigration,
  checkMigrations,
  isAcceptable,
  isDestructive,
  needsNoTransaction,
} from "../../../src/data/migrate/check-migration.ts";
import type { MigrationDraft } from "../../../src/data/migrate/migration-file.ts";
import { ruleNames } from "../../../src/data/migrate/rules/rule-catalogue.ts";
import type { CheckContext } from "../../../src/data/migrate/schema-state.ts";
import { splitMigration } from "../../../src/data/migrate/split-migration.ts";
import { type Vector, vectors } from "./check-vectors.ts";
import { sample } from "./migration-sample.ts";

function title({ sql, phase = "expand", transaction = true, context }: Vector): string {
  return `${phase}${transaction ? "" : ", alone"}${context ? ", informed" : ""}: ${sql.replaceAll("\n", " ")}`;
}

test.each(vectors.map((vector) => [title(vector), vector] as const))("%s", async (_, vector) => {
  const { sql, phase = "expand", transaction = true, context, finds } = vector;
  const { findings, diagnostics } = await checkMigration(sample(sql, { phase, transaction }), context);
  expect(diagnostics).toEqual([]);
  expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual(finds);
});

test("every rule has a vector, and there are safe counterparts", () => {
  const tested = new Set(vectors.flatMap(({ finds }) => finds.map((find) => find.split(" ")[1])));
  expect(ruleNames.filter((rule) => !tested.has(rule))).toEqual([]);
  expect(vectors.filter(({ finds }) => finds.length === 0).length).toBeGreaterThan(50);
});

const rulesOf = async (sql: string, context?: CheckContext, draft: Partial<MigrationDraft> = {}) => {
  const { findings } = await checkMigration(sample(sql, draft), context);
  return findings.map(({ rule }) => rule);
};

test("a list of existing tables exempts all others", async () => {
  const sql = "CREATE INDEX ON orders (note); CREATE INDEX ON billing.invoices (at);";
  expect(await rulesOf(sql, { existingTables: new Set() })).toEqual([]);
  expect(await rulesOf(sql, { existingTables: new Set(["public.orders"]) })).toHaveLength(1);
  expect(await rulesOf(sql, { existingTables: new Set(["billing.invoices"]) })).toHaveLength(1);
  expect(await rulesOf(sql, { createdBefore: new Set(["orders"]) })).toHaveLength(1);
});

test("CREATE TABLE IF NOT EXISTS makes nothing new of a table that is known to exist", async () => {
  const sql = "CREATE TABLE IF NOT EXISTS orders (id int); CREATE INDEX ON orders (id);";
  expect(await rulesOf(sql)).toEqual([]);
  expect(await rulesOf(sql, { existingTables: new Set(["orders"]) })).toEqual(["create-index-blocks-writes"]);
});

test("a column in a table of another schema is not taken for its namesake", async () => {
  const columnTypes = new Map([["billing.orders.code", "varchar(20)"]]);
  expect(await rulesOf("ALTER TABLE billing.orders ALTER code TYPE text", { columnTypes })).toEqual([]);
  expect(await rulesOf("ALTER TABLE orders ALTER code TYPE text", { columnTypes })).toEqual([
    "change-type-rewrites",
  ]);
});

test("files that follow each other know what the earlier ones made and proved", async () => {
  const files = [
    sample("CREATE TABLE a (id int); ALTER TABLE orders ADD COLUMN b int;"),
    sample(
      "CREATE INDEX ON a (id); ALTER TABLE orders ADD CONSTRAINT b_given CHECK (b IS NOT NULL) NOT VALID;",
    ),
    sample("ALTER TABLE orders VALIDATE CONSTRAINT b_given;"),
    sample("ALTER TABLE orders ALTER COLUMN b SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT b_given;"),
  ];
  const reports = await checkMigrations(files);
  expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
  expect(await rulesOf("ALTER TABLE orders ALTER COLUMN b SET NOT NULL;")).toContain("set-not-null-scans");
  const together = "ALTER TABLE orders ALTER COLUMN b SET NOT NULL, DROP CONSTRAINT b_given;";
  const [last] = (await checkMigrations([...files.slice(0, 3), sample(together)])).slice(-1);
  expect(last?.findings.map(({ rule }) => rule)).toEqual(["set-not-null-scans"]);
});

test("what an earlier deployment made is in use, what it proved stays proven", async () => {
  const later = { id: "20261121093002" };
  const made = sample("CREATE TABLE a (id int); ALTER TABLE orders ADD b int; CREATE INDEX i ON a (id);");
  const using = sample("CREATE INDEX j ON a (id); DROP INDEX i; ALTER TABLE orders DROP b;", later);
  const [, together] = await checkMigrations([
    made,
    sample("CREATE INDEX j ON a (id);", { id: "20261121093001" }),
  ]);
  expect(together?.findings).toEqual([]);
  for (const context of [{}, { existingTables: new Set(["orders"]) }]) {
    const [, apart] = await checkMigrations([made, using], context);
    expect(apart?.findings.map(({ rule }) => rule)).toEqual([
      "create-index-blocks-writes",
      "drop-index-blocks-reads",
      "drop-column",
      "drop-column-in-use",
    ]);
  }
  const proof = sample("ALTER TABLE orders ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID;");
  const [, , last] = await checkMigrations([
    proof,
    sample("ALTER TABLE orders VALIDATE CONSTRAINT c;", later),
    sample("ALTER TABLE orders ALTER b SET NOT NULL;", { id: "20261221093002" }),
  ]);
  expect(last?.findings).toEqual([]);
});

test("types and nulls of columns are known from the files that made them", async () => {
  const made = sample("CREATE TABLE a (id int PRIMARY KEY, code varchar(20), note text NOT NULL);", {
    id: "20261021093000",
  });
  const rulesAfter = async (...sql: readonly string[]) => {
    const reports = await checkMigrations([made, ...sql.map((body) => sample(body, { phase: "contract" }))]);
    return reports.flatMap(({ findings }) => findings.map(({ rule }) => rule));
  };
  expect(await rulesAfter("ALTER TABLE a ALTER code TYPE varchar(40), ALTER note SET NOT NULL;")).toEqual([]);
  expect(await rulesAfter("ALTER TABLE a ALTER code TYPE text;")).toEqual([]);
  expect(await rulesAfter("ALTER TABLE a ALTER code TYPE varchar(10);")).toEqual([
    "change-type-rewrites",
    "narrow-type",
  ]);
  expect(await rulesAfter("ALTER TABLE a ALTER code SET NOT NULL;")).toEqual(["set-not-null-scans"]);
  expect(
    await rulesAfter(
      "ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME code TO key; ALTER TABLE b ALTER key TYPE text;",
    ),
  ).toEqual(["rename-table", "rename-column"]);
});

test("losing data is reported whether or not it is allowed", async () => {
  const dropping = await checkMigration(
    sample("-- keelson: allow drop-table because it was only ever a cache\nDROP TABLE cache;", {
      phase: "contract",
    }),
  );
  expect(dropping.findings.map(({ rule, allowed }) => [rule, allowed])).toEqual([
    ["drop-table", "it was only ever a cache"],
  ]);
  expect(isDestructive(dropping.findings)).toBe(true);
  expect(isAcceptable(dropping)).toBe(true);
  const index = await checkMigration(sample("CREATE INDEX ON orders (note);"));
  expect(isDestructive(index.findings)).toBe(false);
  expect(isAcceptable(index)).toBe(false);
});

test("needsNoTransaction tells from the statements alone", async () => {
  const needs = async (sql: string) => needsNoTransaction((await splitMigration(sample(sql))).statements);
  expect(await needs("CREATE INDEX CONCURRENTLY i ON t (a);")).toBe(true);
  expect(await needs("SELECT 1; VACUUM t;")).toBe(true);
  expect(await needs("REINDEX DATABASE shop;")).toBe(true);
  expect(await needs("ALTER TYPE mood ADD VALUE 'x'; CREATE INDEX i ON t (a);")).toBe(false);
});

test("a finding points at the command and the constraint it is about", async () => {
  const sql = [
    "ALTER TABLE orders",
    "  ADD COLUMN a numeric(10, 2) DEFAULT 0, -- a, b",
    "  ADD COLUMN b uuid DEFAULT gen_random_uuid(),",
    "\tDROP COLUMN c;",
  ].join("\n");
  const { findings } = await checkMigration(sample(sql, { phase: "contract" }));
  const places = findings.map(({ rule, line, column }) => `${rule} ${line}:${column}`);
  expect(places).toEqual(["add-column-volatile-default 8:21", "drop-column 9:2"]);
});
