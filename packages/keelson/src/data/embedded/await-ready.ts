import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { Place } from "./choose-place.ts";
import { embeddedError } from "./embedded-error.ts";
import { adminRole, appRole, passwordOf, secretPath, socketUrl } from "./secret.ts";

/** Not there yet, or: starting up, shutting down, in recovery. */
const notYet = new Set(["ENOENT", "ECONNREFUSED", "ECONNRESET", "57P03", "57P01"]);

/**
 * Waits until the server answers, then makes sure that the application's role and database exist.
 * Recovery after a crash may take long, so only `isGone` ends the waiting: then the result is null.
 */
export async function awaitReady(
  place: Place,
  secret: string,
  database: string,
  isGone: () => boolean,
): Promise<{ version: string } | null> {
  for (;;) {
    if (isGone()) return null;
    if (saysReady(place.dataDir)) {
      const client = new pg.Client({
        connectionString: socketUrl(place.socketDir, adminRole, secret, "postgres"),
      });
      client.on("error", () => {}); // a server killed under us: the next query tells
      try {
        await client.connect();
        return await provide(client, database, passwordOf(appRole, secret));
      } catch (error) {
        if ((error as { code?: string }).code === "28P01") throw wrongSecret(place.stateDir);
        if (!notYet.has((error as { code?: string }).code ?? "") && !isLost(error)) throw error;
      } finally {
        await client.end().catch(() => {});
      }
    }
    await pause(5);
  }
}

const wrongSecret = (stateDir: string) =>
  embeddedError(
    "embedded-secret-wrong",
    `The database does not accept the password that derives from ${secretPath(stateDir)}.`,
    "Restore the file that was made with this database, or move the data away to begin empty.",
  );

/** `pg` gives connections that end without a word this message and no code. */
const isLost = (error: unknown) => /Connection terminated/.test(String(error));

/** The last line of postmaster.pid, which is the cheapest thing to poll. It may be a dead server's. */
function saysReady(dataDir: string): boolean {
  try {
    return readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

async function provide(client: pg.Client, database: string, password: string): Promise<{ version: string }> {
  const { rows } = await client.query<{ version: string; hasRole: boolean; hasDatabase: boolean }>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
       EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS "hasRole",
       EXISTS (SELECT FROM pg_database WHERE datname = $2) AS "hasDatabase"`,
    [appRole, database],
  );
  const [found] = rows;
  if (!found) throw new Error("PostgreSQL answered without a row");
  if (!found.hasRole) {
    await unlessMadeMeanwhile(
      client.query(
        `CREATE ROLE ${appRole} LOGIN CREATEDB IN ROLE pg_monitor, pg_signal_backend, pg_checkpoint
         PASSWORD ${pg.escapeLiteral(password)}`,
      ),
    );
  }
  if (!found.hasDatabase) {
    await unlessMadeMeanwhile(
      client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)} OWNER ${appRole}`),
    );
  }
  return { version: found.version };
}

/** Two processes may find the same thing missing. */
async function unlessMadeMeanwhile(made: Promise<unknown>): Promise<void> {
  try {
    await made;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "42710" && code !== "42P04" && code !== "23505") throw error;
  }
}
