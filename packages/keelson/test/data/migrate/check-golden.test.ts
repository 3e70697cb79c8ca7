/** How the checker reads for people: one finding per rule, and every diagnostic of files and their SQL. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { formatDiagnostic } from "../../../src/base/diagnostic.ts";
import { checkMigration } from "../../../src/data/migrate/check-migration.ts";
import { formatFinding, formatReport } from "../../../src/data/migrate/format-finding.ts";
import {
  migrationFileName,
  parseMigrationFile,
  printMigrationFile,
} from "../../../src/data/migrate/migration-file.ts";
import { ruleNames } from "../../../src/data/migrate/rules/rule-catalogue.ts";
import { verifyHistory } from "../../../src/data/migrate/verify-history.ts";
import { vectors } from "./check-vectors.ts";
import { sample } from "./migration-sample.ts";

const golden = "../../golden/migrations";

test("findings", async () => {
  const parts: string[] = [];
  for (const rule of ruleNames) {
    const vector = vectors.find(({ finds }) => finds.some((find) => find.endsWith(` ${rule}`)));
    if (vector === undefined) throw new Error(`no vector for ${rule}`);
    const { sql, phase = "expand", transaction = true, context } = vector;
    const { file, findings } = await checkMigration(sample(sql, { phase, transaction }), context);
    const finding = findings.find((one) => one.rule === rule);
    if (finding !== undefined) parts.push(formatFinding(finding, file.source));
  }
  await expect(`${parts.join("\n\n")}\n`).toMatchFileSnapshot(`${golden}/findings.txt`);
});

const body = `-- The warehouse asked for it.
ALTER TABLE orders
  ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid(),
\tDROP COLUMN "Größe";

-- keelson: allow update-whole-table because the table has forty rows
UPDATE countries SET name = trim(name);

-- keelson: allow truncate because it was here before
CREATE INDEX orders_note ON orders (note);`;

test("a report", async () => {
  const report = await checkMigration(sample(body));
  await expect(`${formatReport(report)}\n`).toMatchFileSnapshot(`${golden}/report.txt`);
});

const draft = {
  id: "20261121093000",
  name: "add_note",
  phase: "expand",
  transaction: true,
  body: "ALTER TABLE orders ADD COLUMN note text;",
} as const;
const text = printMigrationFile(draft);

const files: readonly (readonly [name: string, content: string | Uint8Array])[] = [
  ["20261121093000_add_note.sql", ""],
  ["20261121093000_add_note.sql", "SELECT 1;"],
  ["20261121093000_add_note.sql", `\uFEFF${text}`],
  ["20261121093000_add_note.sql", text.replaceAll("\n", "\r\n")],
  ["20261121093000_add_note.sql", text.replace("note text", "note\0text")],
  ["20261121093000_add_note.sql", text.replace("ALTER", "-- x\rALTER")],
  ["20261121093000_add_note.sql", text.replace("ALTER", "-- \u202E\nALTER")],
  ["20261121093000_add_note.sql", Buffer.from(`${text}-- caf\xe9`, "latin1")],
  ["20261121093000_add_note.sql", new Uint8Array(5 * 1024 * 1024)],
  ["20261121093000_add_note.sql", text.replace("note text", "note varchar")],
  ["20261121093000_add_note.sql", text.replace(/-- checksum.*\n/, "")],
  ["20261121093000_add_note.sql", text.replace("sha256:", "md5:").replace("expand", "expnd")],
  ["20261121093000_add_note.sql", text.replace("yes", "maybe").replace("-- phase", "-- phse: x\n-- phase")],
  ["20261121093000_add_note.sql", text.replace(/-- (phase|transaction).*\n/g, "")],
  ["20261121093000_add_note.sql", text.replace("-- phase", "-- phase: data\n-- phase")],
  ["20261121093000_add_note.sql", text.replace("20261121093000_add_note", "20260231000000_add_note")],
  ["20261121093000_add_note.sql", text.replace("20261121093000_add_note", "add_note")],
  ["20261121093000_add_note.sql", text.replace("20261121093000_add_note", "20261121093000-Add-Note")],
  ["20261121093000_add_notes.sql", text],
];

const sql: readonly string[] = [
  "-- nothing",
  "SELECT 1;\n\tSELEC 2;",
  `SELECT ${"1, ".repeat(100)} 'open;`,
  "\\connect shop",
  "SELECT :name;",
  "COPY orders (id) FROM STDIN;\n1\n\\.",
  "-- keelson: allow truncat because x\nSELECT 1;",
  "-- keelson: allow truncate\nSELECT 1;",
  "-- keelson: skip truncate\nSELECT 1;",
  "SELECT 1; -- keelson: allow truncate because x",
];

test("diagnostics", async () => {
  const applied = { id: "20261120000000", name: "first", checksum: `sha256:${"0".repeat(64)}` };
  const newer = { ...applied, id: "20261122000000" };
  const [first, second] = [sample("SELECT 1;", applied), sample("SELECT 2;", { name: "second" })];
  const reports = await Promise.all(sql.map((one) => checkMigration(sample(one))));
  const diagnostics = [
    ...files.flatMap(([name, content]) => parseMigrationFile(`migrations/${name}`, content).diagnostics),
    ...reports.flatMap((report) => report.diagnostics),
    ...verifyHistory([first, second], [applied]),
    ...verifyHistory([first], [{ ...applied, name: "begin" }]),
    ...verifyHistory([second], [applied]),
    ...verifyHistory([first], [{ ...first }, newer]),
    ...verifyHistory([first, second], [newer]),
  ];
  expect(migrationFileName(draft)).toBe(files[0]?.[0]);
  await expect(`${diagnostics.map(formatDiagnostic).join("\n\n")}\n`).toMatchFileSnapshot(
    `${golden}/diagnostics.txt`,
  );
});

test("the documentation tells of every rule and of no other", async () => {
  const page = await readFile(new URL("../../../../../docs/migrations-checks.md", import.meta.url), "utf8");
  const listed = [...page.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(
    ([, names = ""]) => names.match(/[a-z]+(?:-[a-z]+)*/g) ?? [],
  );
  const header = ["phase", "transaction", "checksum"];
  expect(listed.filter((name) => !header.includes(name)).sort()).toEqual([...ruleNames].sort());
});
