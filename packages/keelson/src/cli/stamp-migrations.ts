import { readFile, writeFile } from "node:fs/promises";
import { DiagnosticError } from "../base/diagnostic.ts";
import { restampMigration } from "../data/migrate/migration-file.ts";
import { paint, say, sayDiagnostic } from "./terminal.ts";

/** Writes the checksums that the files should have. Databases that have applied one will refuse it from now on. */
export async function stampMigrations(paths: readonly string[]): Promise<void> {
  for (const path of paths) await stamp(path);
}

async function stamp(path: string): Promise<void> {
  const content = await readFile(path).catch((error: { code?: unknown }) => {
    if (error.code === "ENOENT") throw noSuchFile(path);
    throw error;
  });
  const { text, diagnostics } = restampMigration(path, content);
  if (text === undefined) throw new DiagnosticError(diagnostics);
  for (const diagnostic of diagnostics) sayDiagnostic(diagnostic);
  if (text === content.toString("utf8")) return say(`${path} has the right checksum already.`);
  await writeFile(path, text);
  say(paint("green", `stamped ${path}`));
}

const noSuchFile = (path: string): DiagnosticError =>
  new DiagnosticError([
    {
      code: "no-such-file",
      severity: "error",
      where: "keelson migrate stamp",
      what: `There is no file ${path}.`,
      instead: "Name the migration as it is on disk, e.g. migrations/20261121093000_add_note_to_orders.sql.",
    },
  ]);
