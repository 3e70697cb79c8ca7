import pg from "pg";
import { DiagnosticError } from "../base/diagnostic.ts";
import { unreachableDatabase } from "./unreachable-database.ts";

export interface ServerAddress {
  readonly url: string;
  readonly applicationName: string;
  readonly timeoutMs: number;
}

/** What was found out about the server. */
export interface Inspection {
  /** A transaction pooler stands between: nothing may be kept in the session. */
  readonly pooled: boolean;
}

/**
 * Checks the version, and finds out whether a transaction pooler stands between: it hands out a process id
 * that is not the server's.
 *
 * @throws DiagnosticError when the server does not answer or is too old
 */
export async function inspectServer({ url, applicationName, timeoutMs }: ServerAddress): Promise<Inspection> {
  const client = new pg.Client({
    connectionString: withoutOwnParameters(url),
    application_name: applicationName,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select pg_backend_pid() as pid, current_setting('server_version_num')::int as version",
    );
    const { pid, version } = rows[0] as { pid: number; version: number };
    if (version < 150_000) throw tooOld(version);
    const announced = (client as unknown as { processID: number | null }).processID;
    return { pooled: new URL(url).searchParams.get("pgbouncer") === "true" || announced !== pid };
  } catch (error) {
    throw error instanceof DiagnosticError ? error : unreachableDatabase(client, error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The URL without the parameters that are for us, not for the driver. */
export function withoutOwnParameters(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.delete("pgbouncer");
  return parsed.toString();
}

function tooOld(version: number): DiagnosticError {
  return new DiagnosticError([
    {
      code: "database-too-old",
      severity: "error",
      where: "DATABASE_URL",
      what: `The server is PostgreSQL ${Math.floor(version / 10_000)}; 15 is the oldest that is supported.`,
      instead: "Upgrade the server.",
    },
  ]);
}
