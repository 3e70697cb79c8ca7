import { type Diagnostic, DiagnosticError } from "../base/diagnostic.ts";
import { checkMigrations, isDestructive } from "../data/migrate/check-migration.ts";
import { type Connection, type DatabaseAddress, withConnection } from "../data/migrate/connect.ts";
import type { Finding } from "../data/migrate/finding.ts";
import { migrationStatus } from "../data/migrate/migration-status.ts";
import { askYes, canAsk } from "./ask-yes.ts";
import { paint, say } from "./terminal.ts";

interface Options {
  readonly database: DatabaseAddress;
  readonly dir: string;
  readonly shownAs: string;
  readonly upTo: "expand" | undefined;
}

/**
 * Asks before rows or values are lost, and refuses where nobody can answer. Whoever writes into the file why that is
 * right (`-- keelson: allow …`) has answered where it counts, in the review; so there is no question for those.
 */
export async function confirmMigrations({ upTo, ...options }: Options): Promise<void> {
  const { rows } = await migrationStatus(options);
  // A database that has had no migration yet has nothing to lose to them.
  if (!rows.some(({ state }) => state === "applied")) return;
  const pending = rows.filter(({ state }) => state !== "applied").map(({ file }) => file);
  const stop = upTo === "expand" ? pending.findIndex(({ phase }) => phase === "contract") : -1;
  const due = stop < 0 ? pending : pending.slice(0, stop);
  if (due.length === 0) return;
  const existingTables = await withConnection(options.database, readTables);
  const findings = (await checkMigrations(due, { existingTables }))
    .flatMap((report) => report.findings)
    .filter((finding) => finding.allowed === undefined && isDestructive([finding]));
  if (findings.length === 0) return;
  if (!canAsk()) throw new DiagnosticError(findings.map(refused));
  say(paint("yellow", "These statements destroy data:"));
  for (const { file, line, what } of findings) say(`  ${file}:${line}  ${what.split("\n")[0]}`);
  if (!(await askYes("Apply them?"))) throw new DiagnosticError(findings.map(refused));
}

async function readTables(connection: Connection): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query<{ name: string }>(
    "select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace",
  );
  return new Set(rows.map(({ name }) => name));
}

const refused = ({ rule, file, line, what }: Finding): Diagnostic => ({
  code: "data-loss",
  severity: "error",
  where: `${file}:${line}`,
  what,
  instead:
    `Nothing was applied. Say above the statement why it may go (-- keelson: allow ${rule} because …) and run ` +
    `keelson migrate stamp ${file}, or pass --accept-data-loss.`,
});
