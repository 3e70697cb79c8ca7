import fc from "fast-check";
import { expect, test } from "vitest";
import { checkMigration } from "../../../src/data/migrate/check-migration.ts";
import { formatReport } from "../../../src/data/migrate/format-finding.ts";
import { parseMigrationFile } from "../../../src/data/migrate/migration-file.ts";
import { vectors } from "./check-vectors.ts";
import { sample } from "./migration-sample.ts";

const words =
  "ALTER TABLE orders ADD DROP COLUMN CONSTRAINT x CHECK ( ) , ; ' \" $$ -- /* */ \n SET NOT NULL DEFAULT now() TYPE " +
  "varchar(3) USING INDEX CONCURRENTLY CREATE UNIQUE ON UPDATE DELETE FROM WHERE true keelson: allow truncate because \\";

/** Text near SQL: words in any order, and real statements cut and spliced. */
const nearSql = fc.oneof(
  fc.array(fc.constantFrom(...words.split(" ")), { maxLength: 40 }).map((parts) => parts.join(" ")),
  fc
    .tuple(fc.constantFrom(...vectors), fc.constantFrom(...vectors), fc.nat(80), fc.nat(80))
    .map(([a, b, head, tail]) => `${a.sql.slice(0, head)}${b.sql.slice(tail)}`),
  fc.tuple(fc.constantFrom(...vectors), fc.constantFrom(...vectors)).map(([a, b]) => `${a.sql}\n${b.sql}`),
  fc.string({ unit: "binary", maxLength: 200 }),
);

test("no text makes the checker throw; each place it names is in the file", async () => {
  await fc.assert(
    fc.asyncProperty(
      nearSql,
      fc.constantFrom("expand", "contract", "data"),
      fc.boolean(),
      async (body, phase, whole) => {
        const text = `-- keelson migration 20261121093000_sample\n-- phase: ${phase}\n-- transaction: ${whole ? "yes" : "no"}\n\n${body}`;
        const { diagnostics } = parseMigrationFile("20261121093000_sample.sql", text);
        // The only thing wrong with text that PostgreSQL can be given is that it is not stamped.
        if (diagnostics.some(({ code }) => code !== "migration-unstamped")) return;
        const report = await checkMigration(sample(body, { phase, transaction: whole }));
        const lines = report.file.source.text.split("\n");
        for (const { line, column, what, instead } of report.findings) {
          expect(column).toBeLessThanOrEqual(Array.from(lines[line - 1] ?? "").length + 1);
          expect(`${what}${instead}`).not.toMatch(/undefined|NaN|\[object/);
        }
        formatReport(report);
      },
    ),
    { numRuns: 5000 },
  );
}, 120_000);

test("no bytes make the reader throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { file, diagnostics } = parseMigrationFile("20261121093000_sample.sql", bytes);
      expect(file).toBeUndefined();
      expect(diagnostics.length).toBeGreaterThan(0);
    }),
  );
});

// The bound is the test's time limit; lookups that begin at the start of a long line would take hours.
test.each([
  ["inserts", "INSERT INTO t (a, b) VALUES (1, 'x');\n"],
  ["deletes in one line", "DELETE FROM t; "],
  ["allowances", "-- keelson: allow truncate because it is a cache\nTRUNCATE t;\n"],
])(
  "two megabytes of %s are checked",
  async (_, unit) => {
    const { findings, diagnostics } = await checkMigration(
      sample(unit.repeat(Math.floor(2_000_000 / unit.length))),
    );
    expect(diagnostics).toEqual([]);
    expect(findings.every(({ line, column }) => line > 0 && column > 0)).toBe(true);
  },
  120_000,
);
