import type { Diagnostic } from "../../base/diagnostic.ts";
import { type DatabaseAddress, withConnection } from "./connect.ts";
import { developmentDatabase, sameSchema } from "./development-database.ts";
import type { MigrationFile } from "./migration-file.ts";
import { openFolder } from "./migration-folder.ts";
import { readHistory } from "./migration-history.ts";
import { verifyHistory } from "./verify-history.ts";

export interface StatusRow {
  readonly file: MigrationFile;
  readonly state: "applied" | "begun" | "pending";
  /** Only of what is applied. */
  readonly appliedAt: Date | undefined;
  readonly tookMs: number | undefined;
}

export interface MigrationStatus {
  readonly rows: readonly StatusRow[];
  /** Where files and database contradict each other, and what stands in the way of applying. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Compares a folder with a database, writing nothing. */
export async function migrationStatus(options: {
  readonly database: DatabaseAddress;
  readonly dir: string;
  readonly shownAs?: string;
}): Promise<MigrationStatus> {
  const { files, snapshot } = await openFolder(options.dir, options.shownAs);
  const history = await withConnection(options.database, readHistory);
  const applied = new Map(history.applied.map((row) => [row.id, row]));
  const rows = files.map((file): StatusRow => {
    const row = applied.get(file.id);
    const state = row ? "applied" : history.unfinished.has(file.id) ? "begun" : "pending";
    return { file, state, appliedAt: row?.appliedAt, tookMs: row?.tookMs };
  });
  const pending = rows.filter(({ state }) => state !== "applied").length;
  const byDev = pending > 0 && history.snapshot?.source === "dev" ? history.snapshot.schema : undefined;
  return {
    rows,
    diagnostics: [
      ...verifyHistory(files, history.applied),
      ...(byDev === undefined ? [] : [developmentDatabase(pending, sameSchema(byDev, snapshot))]),
    ],
  };
}
