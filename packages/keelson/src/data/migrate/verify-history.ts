import type { Diagnostic } from "../../base/diagnostic.ts";
import { type MigrationFile, migrationFileName, short } from "./migration-file.ts";

/** A migration as the database remembers it. */
export interface AppliedMigration {
  readonly id: string;
  readonly name: string;
  readonly checksum: string;
}

/**
 * Compares the files of this code with what a database has applied. Errors mean that applying the
 * pending files would not lead to the schema that the code was written for.
 */
export function verifyHistory(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly Diagnostic[] {
  const byId = new Map(files.map((file) => [file.id, file]));
  const appliedIds = new Set(applied.map(({ id }) => id));
  const newestFile = newestId(files);
  const newestApplied = newestId(applied);
  const changed = applied.flatMap((row) => {
    const file = byId.get(row.id);
    if (file === undefined) return row.id > newestFile ? newerSchema(row) : missingFile(row);
    return compare(file, row);
  });
  const late = files.filter(({ id }) => !appliedIds.has(id) && id < newestApplied);
  return [...changed, ...late.map((file) => outOfOrder(file, newestApplied))];
}

/** Ids are timestamps of one length, so the order of text is the order of time. */
function newestId(migrations: readonly { readonly id: string }[]): string {
  return (
    migrations
      .map(({ id }) => id)
      .sort()
      .at(-1) ?? ""
  );
}

function error(code: string, where: string, what: string, instead: string): Diagnostic {
  return { code, severity: "error", where, what, instead };
}

function newerSchema(row: AppliedMigration): Diagnostic {
  return error(
    "schema-newer-than-code",
    migrationFileName(row),
    "The database has applied this migration, which is newer than any that this code knows.",
    "Run the version of the code that brought it, or one that is newer.",
  );
}

function missingFile(row: AppliedMigration): Diagnostic {
  return error(
    "migration-missing",
    migrationFileName(row),
    "The database has applied this migration, but its file is gone.",
    "Restore the file from version control; applied migrations stay, and a new one undoes what an old one did.",
  );
}

function compare(file: MigrationFile, row: AppliedMigration): Diagnostic[] {
  if (file.name !== row.name) {
    return [
      error(
        "migration-renamed",
        file.path,
        `The database has applied ${row.id} under the name "${row.name}".`,
        `Call the file "${migrationFileName(row)}" again, as it was; if it is another migration, give it a new id.`,
      ),
    ];
  }
  if (file.checksum === row.checksum) return [];
  return [
    error(
      "migration-edited",
      file.path,
      `The file was edited after it was applied: the database remembers ${short(row.checksum)}, ` +
        `the file has ${short(file.checksum)}.`,
      "Restore the file (`git checkout`) and write a new migration for the change.",
    ),
  ];
}

function outOfOrder(file: MigrationFile, newestApplied: string): Diagnostic {
  return error(
    "migration-out-of-order",
    file.path,
    `The migration is not applied, but ${newestApplied}, which comes after it, is.`,
    "Give it an id of today: rename the file, correct its title and run `keelson migrate stamp`.",
  );
}
