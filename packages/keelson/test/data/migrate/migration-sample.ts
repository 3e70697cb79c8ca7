import {
  type MigrationDraft,
  type MigrationFile,
  migrationFileName,
  parseMigrationFile,
  printMigrationFile,
} from "../../../src/data/migrate/migration-file.ts";

/** A migration file around a body, read back from its printed text. */
export function sample(body: string, draft: Partial<MigrationDraft> = {}): MigrationFile {
  const whole = {
    id: "20261121093000",
    name: "sample",
    phase: "expand",
    transaction: true,
    ...draft,
    body,
  } as const;
  const { file, diagnostics } = parseMigrationFile(
    `migrations/${migrationFileName(whole)}`,
    printMigrationFile(whole),
  );
  if (file === undefined) throw new Error(diagnostics.map(({ what }) => what).join("\n"));
  return file;
}
