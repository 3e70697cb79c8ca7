import { expect, test } from "vitest";
import { checkMigration } from "../../../src/data/migrate/check-migration.ts";
import { splitMigration } from "../../../src/data/migrate/split-migration.ts";
import { sample } from "./migration-sample.ts";

async function texts(body: string): Promise<string[]> {
  const { statements, diagnostics } = await splitMigration(sample(body));
  expect(diagnostics).toEqual([]);
  return statements.map(({ text }) => text);
}

async function refused(body: string): Promise<string> {
  const { statements, diagnostics } = await splitMigration(sample(body));
  expect(statements).toEqual([]);
  return diagnostics.map(({ code, where }) => `${code} ${where.replace(/^.*\.sql:?/, "")}`.trim()).join();
}

test.each([
  ["SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]],
  ["SELECT 'a;b', $$ c;d $$, $x$ $$;$$ $x$;", ["SELECT 'a;b', $$ c;d $$, $x$ $$;$$ $x$"]],
  ["/* a /* b; */ c; */ SELECT 1; -- d; e\n;;\nSELECT 2;", ["SELECT 1", "SELECT 2"]],
  [`SELECT 1 AS "a;b"; SELECT E'\\';' ;`, [`SELECT 1 AS "a;b"`, "SELECT E'\\';'"]],
  [
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3;",
    ["CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 3"],
  ],
  ["SELECT '🚢é'; SELECT 'ü';", ["SELECT '🚢é'", "SELECT 'ü'"]],
])("%s", async (body, expected) => {
  expect(await texts(body)).toEqual(expected);
});

test.each([
  ["-- nothing here", "migration-empty"],
  ["SELECT 1;\nSELEC 2;", "migration-syntax 7:1"],
  ["SELECT '🚢' 1;", "migration-syntax 6:12"],
  ["SELECT 'abc;", "migration-syntax 6:8"],
  ["SELECT 1;\n\\connect shop\n", "migration-psql-command 7:1"],
  ["\\i other.sql", "migration-psql-command 6:1"],
  ["SELECT :'name';", "migration-syntax 6:8"],
  ["COPY orders FROM STDIN;", "migration-copy-stdin 6:1"],
  ["SELECT 1; COPY orders FROM STDIN;\n1\ttext\n\\.\n", "migration-copy-stdin 6:11"],
])("%s is refused", async (body, expected) => {
  expect(await refused(body)).toBe(expected);
});

test("overflows of the parser's stack do not spoil what is parsed after them", async () => {
  const deep = `SELECT ${"1+".repeat(100_000)}1;`;
  for (let round = 0; round < 45; round++) expect(await refused(deep)).toBe("migration-syntax 1:1");
  expect(await texts("SELECT 1; SELECT 2;")).toHaveLength(2);
}, 120_000);

async function allowances(body: string) {
  const { findings, diagnostics } = await checkMigration(sample(body));
  return {
    findings: findings.map(({ rule, allowed }) => `${rule}: ${allowed}`),
    diagnostics: diagnostics.map(({ severity, code, where }) => `${severity} ${code} ${where.split(":")[1]}`),
  };
}

test("an acknowledgement covers one rule of the statement below it", async () => {
  const body = `
    -- keelson: allow drop-table-in-use because nothing reads it
    -- about this table
    -- Keelson: allow drop-table because it is empty

    DROP TABLE a;
    DROP TABLE b;`;
  expect(await allowances(body)).toEqual({
    findings: [
      "drop-table: it is empty",
      "drop-table-in-use: nothing reads it",
      "drop-table: undefined",
      "drop-table-in-use: undefined",
    ],
    diagnostics: [],
  });
});

test.each([
  ["-- keelson: allow because x\nSELECT 1;", "error allowance 6"],
  ["-- keelson: allow truncat because x\nSELECT 1;", "error allowance 6"],
  ["-- keelson: allow constructor because x\nSELECT 1;", "error allowance 6"],
  ["-- keelson: allow truncate\nTRUNCATE t;", "error allowance 6"],
  ["-- keelson: allow truncate because\nTRUNCATE t;", "error allowance 6"],
  ["-- keelson: ignore truncate because x\nTRUNCATE t;", "error allowance 6"],
  ["-- keelson: allow truncate because x\nSELECT 1;", "warning allowance-unused 6"],
  ["SELECT 1; -- keelson: allow truncate because x\nTRUNCATE t;", "error allowance 6"],
  ["TRUNCATE -- keelson: allow truncate because x\nt;", "error allowance 6"],
  ["TRUNCATE t;\n-- keelson: allow truncate because x", "error allowance 7"],
])("%j is told", async (body, expected) => {
  expect((await allowances(body)).diagnostics).toEqual([expected]);
});

test("what looks like an acknowledgement inside of strings and block comments is none", async () => {
  const body = "SELECT '\n-- keelson: allow x because y\n';\n/*\n-- keelson: allow x because y\n*/ SELECT 1;";
  expect((await allowances(body)).diagnostics).toEqual([]);
});
