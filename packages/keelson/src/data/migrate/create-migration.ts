import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../../base/diagnostic.ts";
import type { AppModel } from "../../model/app-model.ts";
import { diagnoseChanges } from "./diagnose-changes.ts";
import { diff } from "./diff-snapshots.ts";
import { type MigrationDraft, migrationFileName, printMigrationFile } from "./migration-file.ts";
import { openFolder, snapshotFileName } from "./migration-folder.ts";
import { throwErrors } from "./migration-history.ts";
import { migrationIdAt, migrationSlug } from "./migration-name.ts";
import type { MigrationStep } from "./migration-step.ts";
import { nameChanges } from "./name-changes.ts";
import { printChanges } from "./print-changes.ts";
import type { SchemaChange } from "./schema-change.ts";
import { emptySnapshot, printSnapshot } from "./schema-snapshot.ts";
import { snapshotOf } from "./snapshot-of.ts";

export interface CreateOptions {
  readonly model: AppModel;
  /** Folder with the migrations; made if it is not there. */
  readonly dir: string;
  /** The folder as messages print it. @defaultValue `dir` */
  readonly shownAs?: string;
  /** A few words, e.g. `add note to orders`. @defaultValue derived from the changes */
  readonly name?: string;
  /** The time that the ids are made from. */
  readonly now: Date;
}

/** What was written; no paths when the migrations lead to the schema of the model already. */
export interface CreatedMigration {
  readonly paths: readonly string[];
  readonly changes: readonly SchemaChange[];
  /** Warnings about what depends on the rows that are there. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Writes the migrations from the last snapshot to the model, and the new snapshot: all of them, or none.
 *
 * @throws DiagnosticError for changes that need a decision first, a name without words, or a damaged folder
 */
export async function createMigration(options: CreateOptions): Promise<CreatedMigration> {
  const { dir, shownAs = dir, model } = options;
  const { files, snapshot } = await openFolder(dir, shownAs);
  const target = snapshotOf(model);
  const changes = diff(snapshot, target);
  if (changes.length === 0) return { paths: [], changes, diagnostics: [] };
  const diagnostics = diagnoseChanges(changes);
  throwErrors(diagnostics);
  const initial = files.length === 0 && snapshot.tables.length === emptySnapshot.tables.length;
  const slug = options.name === undefined ? nameChanges(changes, initial) : slugOf(options.name);
  const drafts = draftsOf(printChanges(changes), migrationSlug(slug), options.now, files.at(-1)?.id);
  const texts = drafts.map((draft) => [migrationFileName(draft), printMigrationFile(draft)] as const);
  await writeTogether(dir, texts, printSnapshot(target));
  return { paths: texts.map(([name]) => join(shownAs, name)), changes, diagnostics };
}

function slugOf(name: string): string {
  if (/[\p{L}\p{N}]/u.test(name) && name.length <= 100) return name;
  throwErrors([
    {
      code: "migration-name",
      severity: "error",
      where: "the migration's name",
      what:
        name.length > 100 ? `It has ${name.length} characters; 100 are allowed.` : `"${name}" has no words.`,
      instead: 'Say in a few words what it does, e.g. "add note to orders".',
    },
  ]);
  return name;
}

/** Ids are a second apart and after all that exist, so that the order on disk is the order of applying. */
function draftsOf(
  steps: readonly MigrationStep[],
  slug: string,
  now: Date,
  lastId: string | undefined,
): readonly MigrationDraft[] {
  const firstMs = Math.max(now.getTime(), lastId === undefined ? 0 : timeOf(lastId) + 1_000);
  return steps.map(({ step, phase, transaction, statements }, index) => ({
    id: migrationIdAt(new Date(firstMs + index * 1_000)),
    name: steps.length === 1 ? slug : migrationSlug(`${slug.slice(0, 80)} ${step}`),
    phase,
    transaction,
    body: statements.map((statement) => `${statement};\n`).join("\n"),
  }));
}

const timeOf = (id: string): number =>
  Date.parse(id.replace(/^(.{4})(..)(..)(..)(..)(..)$/, "$1-$2-$3T$4:$5:$6.000Z"));

/** The snapshot, which says that the migrations are there, comes last and in one step. */
async function writeTogether(
  dir: string,
  files: readonly (readonly [name: string, text: string])[],
  snapshot: string,
): Promise<void> {
  await mkdir(dir, { recursive: true });
  const beside = join(dir, `.${snapshotFileName}.writing`);
  const written: string[] = [beside];
  try {
    await writeFile(beside, snapshot);
    for (const [name, text] of files) {
      // Fails where a file exists: what somebody else wrote meanwhile is not ours to replace or remove.
      await writeFile(join(dir, name), text, { flag: "wx" });
      written.push(join(dir, name));
    }
    await rename(beside, join(dir, snapshotFileName));
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    throw error;
  }
}
