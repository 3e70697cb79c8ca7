import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type MigrationDraft,
  migrationFileName,
  printMigrationFile,
} from "../../../src/data/migrate/migration-file.ts";
import { emptySnapshot, printSnapshot } from "../../../src/data/migrate/schema-snapshot.ts";

/** A folder for migrations that is removed when the block it is declared in ends. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly dir: string;
  /** Writes a migration by hand. */
  write(id: string, body: string, draft?: Partial<MigrationDraft>): Promise<string>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const dir = await mkdtemp(join(tmpdir(), "keelson-migrations-"));
  return {
    dir,
    async write(id, body, draft = {}) {
      const whole = { id, name: "by_hand", phase: "expand", transaction: true, ...draft, body } as const;
      const path = join(dir, migrationFileName(whole));
      await writeFile(path, printMigrationFile(whole));
      await writeFile(join(dir, "snapshot.json"), printSnapshot(emptySnapshot), { flag: "wx" }).catch(
        () => {},
      );
      return path;
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  };
}
