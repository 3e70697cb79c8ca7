import { expect, test } from "vitest";
import { formatDiagnostic } from "../../../src/base/diagnostic.ts";
import { maxMigrationBytes } from "../../../src/data/migrate/decode-migration.ts";
import {
  migrationFileName,
  parseMigrationFile,
  printMigrationFile,
  restampMigration,
} from "../../../src/data/migrate/migration-file.ts";
import { migrationIdAt, migrationSlug } from "../../../src/data/migrate/migration-name.ts";

const draft = {
  id: "20261121093000",
  name: "add_note_to_orders",
  phase: "expand",
  transaction: true,
  body: "ALTER TABLE orders ADD COLUMN note text;",
} as const;
const path = `migrations/${migrationFileName(draft)}`;
const text = printMigrationFile(draft);

const codes = (at: string, content: string | Uint8Array): string[] =>
  parseMigrationFile(at, content).diagnostics.map(({ code, where }) =>
    `${code} ${where.replace(path, "")}`.trim(),
  );

test("what is printed is read back", () => {
  expect(text).toMatch(
    /^-- keelson migration 20261121093000_add_note_to_orders\n-- phase: expand\n-- transaction: yes\n-- checksum: sha256:[0-9a-f]{64}\n\nALTER/,
  );
  const { file, diagnostics } = parseMigrationFile(path, text);
  expect(diagnostics).toEqual([]);
  expect(file).toMatchObject({ id: draft.id, name: draft.name, phase: "expand", transaction: true, path });
  expect(file?.source.slice(file.bodyStart, file.source.byteLength)).toBe(`\n${draft.body}\n`);
  expect(parseMigrationFile(path, Buffer.from(text)).file?.checksum).toBe(file?.checksum);
});

test("line ends and blank lines at the ends leave the checksum alone", () => {
  const checksum = parseMigrationFile(path, text).file?.checksum;
  const windows = parseMigrationFile(path, text.replaceAll("\n", "\r\n"));
  expect(windows.file?.checksum).toBe(checksum);
  expect(windows.file?.source.text).toBe(text);
  expect(windows.diagnostics.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    "warning migration-line-ends",
  ]);
  expect(parseMigrationFile(path, `${text}\n\n`).file?.checksum).toBe(checksum);
  expect(
    parseMigrationFile(path, text.replace("-- phase: expand", "--  phase:\texpand ")).file?.checksum,
  ).toBe(checksum);
});

test.each([
  ["the SQL", text.replace("note text", "note varchar")],
  ["a space within a line", text.replace("note text", "note  text")],
  ["the phase", text.replace("phase: expand", "phase: contract")],
  ["the transaction", text.replace("transaction: yes", "transaction: no")],
])("an edit of %s is noticed", (_, edited) => {
  expect(codes(path, edited)).toEqual(["migration-edited"]);
  expect(parseMigrationFile(path, edited).file).toBeUndefined();
  const stamped = restampMigration(path, edited);
  expect(parseMigrationFile(path, stamped.text ?? "").diagnostics).toEqual([]);
});

test.each([
  ["empty", "", "migration-empty"],
  ["blank", " \n\t\n", "migration-empty"],
  ["without a title", "SELECT 1;\n", "migration-header :1"],
  ["with a byte order mark", `\uFEFF${text}`, "migration-encoding :1"],
  ["with a NUL", text.replace("note text", "note\0text"), "migration-encoding :6"],
  ["with a carriage return alone", text.replace("ALTER", "-- x\rALTER"), "migration-encoding :6"],
  ["with reversed text", text.replace("ALTER", "-- \u202E\nALTER"), "migration-encoding :6"],
  ["with a lone surrogate", `${text}-- \ud800`, "migration-encoding"],
  ["in another encoding", Buffer.from(`${text}-- caf\xe9\n`, "latin1"), "migration-encoding"],
  ["too large", `${text}-- ${"x".repeat(maxMigrationBytes)}`, "migration-too-large"],
  ["not stamped", text.replace(/-- checksum.*\n/, ""), "migration-unstamped"],
  ["with a wrong checksum line", text.replace("sha256:", "md5:"), "migration-header :4"],
  ["with an unknown phase", text.replace("phase: expand", "phase: expnd"), "migration-header :2"],
  ["without a phase", text.replace("-- phase: expand\n", ""), "migration-header :1"],
  ["without a transaction", text.replace("-- transaction: yes\n", ""), "migration-header :1"],
  [
    "with an unclear transaction",
    text.replace("transaction: yes", "transaction: maybe"),
    "migration-header :3",
  ],
  ["with an unknown line", text.replace("-- phase", "-- phse: x\n-- phase"), "migration-header :2"],
  ["with a line twice", text.replace("-- phase", "-- phase: data\n-- phase"), "migration-header :3"],
  ["with a day that is none", text.replaceAll("20261121", "20260231"), "migration-name :1"],
  ["with upper case", text.replace("add_note", "Add_note"), "migration-name :1"],
  ["under another name", text.replace("add_note", "add_a_note"), "migration-name :1"],
])("a file %s is refused with one diagnostic", (_, content, code) => {
  const { file, diagnostics } = parseMigrationFile(path, content);
  expect(file).toBeUndefined();
  expect(codes(path, content)).toEqual([code]);
  for (const diagnostic of diagnostics) expect(formatDiagnostic(diagnostic)).toMatch(/\S\n {2}→ \S/);
});

test("several mistakes of a header are told at once", () => {
  const wrong = text.replace("expand", "later").replace("yes", "perhaps");
  expect(codes(path, wrong)).toEqual(["migration-header :2", "migration-header :3"]);
});

test("comments after the header need a blank line, acknowledgements do not", () => {
  const body = "-- keelson: allow truncate because it is a cache\nTRUNCATE cache;\n";
  const close = printMigrationFile({ ...draft, body }).replace("\n\n", "\n");
  expect(parseMigrationFile(path, close).diagnostics).toEqual([]);
  expect(codes(path, text.replace("\n\n", "\n-- author: me\n"))).toEqual(["migration-header :5"]);
});

test("names come from titles and times", () => {
  expect(migrationIdAt(new Date("2026-11-21T09:30:00.999Z"))).toBe("20261121093000");
  expect(migrationSlug("Add note to Orders!")).toBe("add_note_to_orders");
  expect(migrationSlug("Überfällige  Mahnungen")).toBe("uberfallige_mahnungen");
  expect(migrationSlug("...")).toBe("migration");
});
