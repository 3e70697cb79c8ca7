/**
 * The rules against a real server: each vector is run in a transaction that is rolled back, and what
 * PostgreSQL did to files, tables and locks must be what the checker said beforehand.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkMigration } from "../../../src/data/migrate/check-migration.ts";
import { steadyFunctions, volatileFunctions } from "../../../src/data/migrate/default-volatility.ts";
import type { Finding } from "../../../src/data/migrate/finding.ts";
import { loadSqlParser, type SqlParser } from "../../../src/data/migrate/parse-sql.ts";
import { parsePgType } from "../../../src/data/migrate/pg-type.ts";
import { forbidsTransaction } from "../../../src/data/migrate/rules/transaction.ts";
import { splitMigration } from "../../../src/data/migrate/split-migration.ts";
import { nameSql } from "../../../src/data/migrate/sql-name.ts";
import { type LockMode, lockModes, tableLocks } from "../../../src/data/migrate/statement-lock.ts";
import { changeRewrites } from "../../../src/data/migrate/type-change.ts";
import { fixture, type Vector, vectors } from "./check-vectors.ts";
import { sample } from "./migration-sample.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";

let database: ScratchDatabase;
let client: pg.Client;
let major: number;

beforeAll(async () => {
  database = await scratchDatabase();
  client = await database.connect();
  await client.query(fixture);
  const { rows } = await client.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
  major = rows[0].major;
  await client.query("SET TimeZone = 'Europe/Berlin'");
});

afterAll(() => database[Symbol.asyncDispose]());

interface Snapshot {
  /** Files of every table, by name at the start. */
  readonly files: ReadonlyMap<string, string>;
  /** How often each table was read from end to end. */
  readonly scans: ReadonlyMap<string, number>;
}

async function tables(): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ oid: string; name: string }>(
    "SELECT oid::text, relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'm', 'p')",
  );
  return new Map(rows.map(({ oid, name }) => [oid, name]));
}

async function snapshot(names: ReadonlyMap<string, string>): Promise<Snapshot> {
  const { rows } = await client.query<{ oid: string; file: string; scans: string }>(
    `SELECT oid::text, coalesce(pg_relation_filenode(oid), 0)::text AS file, pg_stat_get_xact_numscans(oid) AS scans
     FROM pg_class WHERE oid = ANY ($1::oid[])`,
    [[...names.keys()]],
  );
  const by = <T>(read: (row: (typeof rows)[number]) => T) =>
    new Map(rows.map((row) => [names.get(row.oid) ?? row.oid, read(row)]));
  return { files: by(({ file }) => file), scans: by(({ scans }) => Number(scans)) };
}

async function heldLocks(names: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, LockMode>> {
  const { rows } = await client.query<{ oid: string; mode: string }>(
    "SELECT relation::text AS oid, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'",
  );
  const strongest = new Map<string, LockMode>();
  for (const { oid, mode } of rows) {
    const name = names.get(oid);
    if (name !== undefined) strengthen(strongest, name, spoken(mode));
  }
  return strongest;
}

/** `ShareRowExclusiveLock` as documentation and messages write it. */
function spoken(mode: string): LockMode {
  const words = mode
    .replace(/Lock$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
  const known = lockModes.find((one) => one === words);
  if (known === undefined) throw new Error(`unknown lock mode ${mode}`);
  return known;
}

function strengthen(locks: Map<string, LockMode>, table: string, mode: LockMode): void {
  const before = locks.get(table);
  if (before === undefined || lockModes.indexOf(before) < lockModes.indexOf(mode)) locks.set(table, mode);
}

function isWeak(mode: LockMode): boolean {
  return lockModes.indexOf(mode) <= lockModes.indexOf("ROW EXCLUSIVE");
}

async function sqlState(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return error.code;
    throw error;
  }
}

const syntaxError = "42601";
const runnable = vectors.filter(({ notRun, transaction = true }) => notRun === undefined && transaction);

test.each(runnable.map((vector, index) => [`${index} ${vector.sql.replaceAll("\n", " ")}`, vector] as const))(
  "%s",
  async (_, vector) => {
    const names = await tables();
    await client.query("BEGIN");
    try {
      const before = await snapshot(names);
      const fails = major < (vector.since ?? 0) ? syntaxError : vector.fails;
      expect(await sqlState(() => client.query(vector.sql))).toBe(fails);
      if (fails !== undefined) return;
      await compareWithServer(vector, names, before);
    } finally {
      await client.query("ROLLBACK");
    }
  },
);

async function compareWithServer(
  vector: Vector,
  names: ReadonlyMap<string, string>,
  before: Snapshot,
): Promise<void> {
  // Locks first: looking at the catalogue takes some of its own.
  const actual = await heldLocks(names);
  const after = await snapshot(names);
  const file = sample(vector.sql, { phase: vector.phase ?? "expand" });
  const { findings } = await checkMigration(file, vector.context);
  const { statements } = await splitMigration(file);

  const predicted = new Map<string, LockMode>();
  for (const { table, mode } of statements.flatMap(({ node }) => tableLocks(node)))
    strengthen(predicted, table, mode);
  const known = new Map([...predicted].filter(([table]) => [...names.values()].includes(table)));
  for (const [table, mode] of known) expect(`${table} ${actual.get(table)}`).toBe(`${table} ${mode}`);
  const unpredicted = [...actual].filter(([table, mode]) => !known.has(table) && !isWeak(mode));
  const unnamed = unpredicted.map(([table]) => table).sort();
  expect(unnamed).toEqual((vector.alsoLocks ?? []).filter((table) => !known.has(table)));

  expect(differences(before.files, after.files).length > 0).toBe(saysRewrites(findings));
  if (!saysScans(findings) && !readsByItself(vector))
    expect(differences(before.scans, after.scans)).toEqual([]);
  if (saysScans(findings)) expect(differences(before.scans, after.scans)).not.toEqual([]);
}

function differences<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): string[] {
  // A table that is gone has been dropped, not rewritten.
  return [...before]
    .filter(([name, value]) => after.has(name) && after.get(name) !== value)
    .map(([name]) => name);
}

/** New files: rewriting rules, and the statements that empty or rebuild. Doubtful findings do not count. */
function saysRewrites(findings: readonly Finding[]): boolean {
  return findings.some(
    ({ kind, severity, rule }) =>
      (kind === "rewrite" && severity === "error") || rule === "truncate" || rule === "refresh-blocks-reads",
  );
}

const scanning = [
  "set-not-null-scans",
  "add-check-scans",
  "add-foreign-key-scans",
  "add-constraint-builds-index",
  "create-index-blocks-writes",
  "reindex-blocks-writes",
  "domain-constraint-scans",
];

function saysScans(findings: readonly Finding[]): boolean {
  return findings.some(({ rule, severity }) => severity === "error" && scanning.includes(rule));
}

/** Statements that read tables by their nature, in whatever lock mode, and rewrites, which read what they copy. */
function readsByItself({ sql, finds }: Vector): boolean {
  const reading =
    /VALIDATE|UPDATE|DELETE|SELECT|ANALYZE|REFRESH|ATTACH|PRIMARY KEY USING|DETACH|SET LOGGED|CREATE TABLE/;
  return reading.test(sql) || finds.some((find) => /rewrite|add-column-|truncate/.test(find));
}

const alone = vectors.filter(({ notRun, transaction = true }) => notRun === undefined && !transaction);

test.each(alone.map(({ sql }) => [sql.replaceAll("\n", " "), sql] as const))("alone: %s", async (_, sql) => {
  const { statements } = await splitMigration(sample(sql, { transaction: false }));
  for (const { node, text } of statements) {
    await client.query("BEGIN");
    const state = await sqlState(() => client.query(text));
    await client.query("ROLLBACK");
    expect(`${text}: ${state === "25001"}`).toBe(`${text}: ${forbidsTransaction(node) !== undefined}`);
  }
});

test("built-in functions are as volatile as the lists say", async () => {
  const { rows } = await client.query<{ name: string; volatile: boolean; steady: boolean }>(
    `SELECT proname AS name, bool_or(provolatile = 'v') AS volatile, bool_or(provolatile <> 'v') AS steady
     FROM pg_proc WHERE proname = ANY ($1) AND pronamespace = 'pg_catalog'::regnamespace GROUP BY 1`,
    [[...volatileFunctions, ...steadyFunctions]],
  );
  const wrong = rows.filter(({ name, volatile }) => volatile !== volatileFunctions.includes(name));
  expect(wrong).toEqual([]);
  expect(rows.length).toBeGreaterThan(80);
});

const types = (
  "text|varchar|varchar(10)|varchar(20)|char(10)|char(20)|bpchar|int2|int4|int8|numeric|numeric(10,2)|numeric(12,2)|" +
  "numeric(12,3)|numeric(12)|float4|float8|timestamp|timestamp(3)|timestamp(6)|timestamptz|timestamptz(3)|date|time|" +
  "time(3)|timetz|timetz(2)|interval|interval(3)|interval(6)|cidr|inet|bit(8)|bit(16)|varbit|varbit(8)|varbit(16)|" +
  "xml|json|jsonb|oid|regclass|uuid|bool|name|bytea|money|text[]|varchar[]|varchar(10)[]|varchar(20)[]|int4[]|oid[]"
).split("|");

test("every change between two types that PostgreSQL allows is judged as it is done", async () => {
  const parser = await loadSqlParser();
  const wrong: string[] = [];
  let allowed = 0;
  for (const from of types) {
    await client.query(`CREATE TEMP TABLE change (c ${from})`);
    for (const to of types) {
      const real = await rewrites(to);
      if (real === undefined) continue;
      allowed++;
      if (real !== judged(from, to, parser))
        wrong.push(`${from} to ${to}: ${real ? "rewrites" : "does not"}`);
    }
    await client.query("DROP TABLE change");
  }
  expect(wrong).toEqual([]);
  expect(allowed).toBeGreaterThan(600);
});

async function rewrites(to: string): Promise<boolean | undefined> {
  const fileOf = "SELECT pg_relation_filenode('change') AS file";
  await client.query("BEGIN");
  try {
    const before = await client.query(fileOf);
    if ((await sqlState(() => client.query(`ALTER TABLE change ALTER COLUMN c TYPE ${to}`))) !== undefined)
      return;
    const after = await client.query(fileOf);
    return before.rows[0].file !== after.rows[0].file;
  } finally {
    await client.query("ROLLBACK");
  }
}

function judged(from: string, to: string, parser: SqlParser): boolean | undefined {
  const [before, after] = [parsePgType(from, parser), parsePgType(to, parser)];
  return before && after && changeRewrites(before, after);
}

test("advice quotes exactly the words that PostgreSQL does not take as a name", async () => {
  const { rows } = await client.query<{ word: string; quoted: string }>(
    "SELECT word, quote_ident(word) AS quoted FROM pg_get_keywords() WHERE catcode IN ('R', 'T')",
  );
  for (const { word, quoted } of rows) expect(nameSql(word)).toBe(quoted);
  for (const word of ["orders", "order_line", "Ümlaut", 'a"b', "1st", "name"]) {
    const { rows: answer } = await client.query<{ back: string }>(`SELECT 1 AS ${nameSql(word)}`);
    expect(Object.keys(answer[0] ?? {})).toEqual([word]);
  }
});
