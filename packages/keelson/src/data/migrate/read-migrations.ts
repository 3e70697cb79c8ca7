import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { type MigrationFile, parseMigrationFile } from "./migration-file.ts";
import { parseMigrationName } from "./migration-name.ts";

/** The readable migrations of a folder in the order of their ids, and what is wrong with the others. */
export interface MigrationFolder {
  readonly files: readonly MigrationFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads every `.sql` file of a folder; other files (a README, a model snapshot) are left alone.
 * A folder that does not exist holds no migrations: a new project has none.
 *
 * @param shownAs the folder as messages should print it
 */
export async function readMigrations(folder: string, shownAs = folder): Promise<MigrationFolder> {
  const names = await listSqlFiles(folder);
  const files: MigrationFile[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const name of names) {
    const path = join(shownAs, name);
    const parsed = parseMigrationName(name.replace(/\.sql$/i, ""), path);
    const wrongName = "code" in parsed ? parsed : wrongExtension(name, path);
    if (wrongName !== undefined) {
      diagnostics.push(wrongName);
      continue;
    }
    const content = await readBytes(join(folder, name), path);
    if ("code" in content) {
      diagnostics.push(content);
      continue;
    }
    const read = parseMigrationFile(path, content);
    diagnostics.push(...read.diagnostics);
    if (read.file !== undefined) files.push(read.file);
  }
  return { files, diagnostics: [...diagnostics, ...duplicateIds(names, shownAs)] };
}

async function listSqlFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /^[^.].*\.sql$/i.test(name)).sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function wrongExtension(name: string, path: string): Diagnostic | undefined {
  if (name.endsWith(".sql")) return undefined;
  return {
    code: "migration-name",
    severity: "error",
    where: path,
    what: `The file name ends with "${name.slice(-4)}".`,
    instead: 'End it with ".sql" in lower case.',
  };
}

async function readBytes(path: string, where: string): Promise<Uint8Array | Diagnostic> {
  try {
    return await readFile(path);
  } catch (error) {
    return {
      code: "migration-unreadable",
      severity: "error",
      where,
      what: `The file cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      instead: "Make it an ordinary file that this user may read.",
    };
  }
}

function duplicateIds(names: readonly string[], folder: string): Diagnostic[] {
  const byId = Map.groupBy(
    names.filter((name) => /^\d{14}_/.test(name)),
    (name) => name.slice(0, 14),
  );
  return [...byId].flatMap(([id, same]) =>
    same.length < 2
      ? []
      : {
          code: "migration-duplicate-id",
          severity: "error" as const,
          where: join(folder, same[1] ?? ""),
          what: `The id ${id} is used by ${same.map((name) => `"${name}"`).join(" and ")}.`,
          instead:
            "Give the one that no database has applied a new id: rename the file, " +
            "correct its title and run `keelson migrate stamp`.",
        },
  );
}
