import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MigrationFile } from "./migration-file.ts";
import { throwErrors } from "./migration-history.ts";
import { parseSnapshotText } from "./parse-snapshot.ts";
import { readMigrations } from "./read-migrations.ts";
import { emptySnapshot, type SchemaSnapshot } from "./schema-snapshot.ts";

/** The migrations of a project, and the schema that all of them together lead to. */
export interface ReadyFolder {
  readonly files: readonly MigrationFile[];
  readonly snapshot: SchemaSnapshot;
}

export const snapshotFileName = "snapshot.json";

/**
 * Reads a folder of migrations that something is going to be done with.
 *
 * @param shownAs - the folder as messages print it
 * @throws DiagnosticError when a file is malformed or the snapshot is missing or damaged
 */
export async function openFolder(dir: string, shownAs = dir): Promise<ReadyFolder> {
  const { files, diagnostics } = await readMigrations(dir, shownAs);
  throwErrors(diagnostics);
  const where = join(shownAs, snapshotFileName);
  const source = await readIfThere(join(dir, snapshotFileName));
  if (source !== undefined) return { files, snapshot: parseSnapshotText(source, where) };
  if (files.length > 0) {
    throwErrors([
      {
        code: "snapshot-missing",
        severity: "error",
        where,
        what: "There are migrations and no snapshot of the schema that they lead to.",
        instead: "Restore it from version control; it is committed together with the migrations.",
      },
    ]);
  }
  return { files, snapshot: emptySnapshot };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}
