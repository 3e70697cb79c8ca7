import type { Diagnostic } from "../../base/diagnostic.ts";
import type { AppModel } from "../../model/app-model.ts";
import { type DatabaseAddress, withConnection } from "./connect.ts";
import { developmentDatabase, sameSchema } from "./development-database.ts";
import { jobSchemaState, needsJobs } from "./job-schema.ts";
import type { MigrationFile } from "./migration-file.ts";
import { openFolder } from "./migration-folder.ts";
import { type MigrationHistory, pendingFiles, readHistory, throwErrors } from "./migration-history.ts";
import { snapshotOf } from "./snapshot-of.ts";
import { splitMigration } from "./split-migration.ts";

/** Pending files that this version of the code can start without. */
export interface SchemaReadiness {
  readonly later: readonly MigrationFile[];
}

/**
 * Refuses to start on a schema that is not the one this code was written for: older, newer, or with a history
 * that contradicts the files. Writes nothing.
 *
 * Files of the contract phase may still wait: they are applied once the old code is gone, which is after this
 * one has started. Renames may not: the code needs the new names.
 *
 * @throws DiagnosticError that says what to run
 */
export async function assertSchema(options: {
  readonly model: AppModel;
  readonly database: DatabaseAddress;
  readonly dir: string;
  readonly shownAs?: string;
}): Promise<SchemaReadiness> {
  const { files, snapshot } = await openFolder(options.dir, options.shownAs);
  if (!sameSchema(snapshot, snapshotOf(options.model))) throwErrors([unmigratedModel]);
  const history = await withConnection(options.database, readHistory);
  const pending = pendingFiles(files, history);
  const needed = await asyncFilter(pending, async (file) => !(await mayWait(file)));
  if (needed.length === 0) {
    if (history.system !== "current" || !(await hasQueue(options))) throwErrors([systemSchemaOlder]);
    return { later: pending };
  }
  if (history.snapshot?.source === "dev") {
    throwErrors([developmentDatabase(pending.length, sameSchema(history.snapshot.schema, snapshot))]);
  }
  throwErrors([(await unfinishedAmong(needed, history)) ?? notApplied(needed)]);
  return { later: [] };
}

const hasQueue = async ({
  model,
  database,
}: {
  readonly model: AppModel;
  readonly database: DatabaseAddress;
}): Promise<boolean> => !needsJobs(model) || (await withConnection(database, jobSchemaState)) === "current";

const unmigratedModel = {
  code: "model-ahead",
  severity: "error",
  where: "migrations",
  what: "The model has changes that no migration makes.",
  instead: "Run `keelson migrate create`, and apply what it writes.",
} as const;

const systemSchemaOlder = {
  code: "migrations-pending",
  severity: "error",
  where: "DATABASE_URL",
  what: "Keelson's own tables are not as this version needs them.",
  instead: "Run `keelson migrate apply`.",
} as const;

const notApplied = (needed: readonly MigrationFile[]): Diagnostic => ({
  code: "migrations-pending",
  severity: "error",
  where: "DATABASE_URL",
  what: `${needed.length === 1 ? "A migration is" : `${needed.length} migrations are`} not applied yet: ${listed(needed)}.`,
  instead: "Run `keelson migrate apply`.",
});

/** A file that runs without a transaction and whose runner failed or was killed: how far it came. */
async function unfinishedAmong(
  needed: readonly MigrationFile[],
  { unfinished }: MigrationHistory,
): Promise<Diagnostic | undefined> {
  const file = needed.find(({ id }) => unfinished.has(id));
  if (file === undefined) return undefined;
  const { statements } = await splitMigration(file);
  const behind = needed.length === 1 ? "" : ` ${needed.length - 1} more wait behind it.`;
  return {
    code: "migration-unfinished",
    severity: "error",
    where: `migration ${file.id}_${file.name}`,
    what: `It is half applied: ${unfinished.get(file.id)} of its ${statements.length} statements are done.${behind}`,
    instead: "Run `keelson migrate apply`, which goes on where it stopped and says what stands in the way.",
  };
}

async function mayWait(file: MigrationFile): Promise<boolean> {
  if (file.phase !== "contract") return false;
  const { statements, diagnostics } = await splitMigration(file);
  throwErrors(diagnostics);
  return !statements.some(
    ({ node }) => "RenameStmt" in node && !isIndexOrConstraint(node.RenameStmt.renameType),
  );
}

const isIndexOrConstraint = (type: string | undefined): boolean =>
  type === "OBJECT_INDEX" || type === "OBJECT_TABCONSTRAINT";

async function asyncFilter<T>(
  items: readonly T[],
  test: (item: T) => Promise<boolean>,
): Promise<readonly T[]> {
  const kept = await Promise.all(items.map(test));
  return items.filter((_, index) => kept[index]);
}

function listed(files: readonly MigrationFile[]): string {
  const names = files.slice(0, 3).map(({ id, name }) => `${id}_${name}`);
  return files.length > 3 ? `${names.join(", ")} and ${files.length - 3} more` : names.join(", ");
}
