import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { urlOfDatabase } from "../../data/embedded/create-database.ts";
import { quoteIdentifier } from "../../model/quote-identifier.ts";
import { lookUpClock } from "./database-clock.ts";
import { dropOrphans, lockDatabase } from "./database-lock.ts";
import { type Contents, ensureTemplate, templateNameOf } from "./template.ts";

/** A database that nobody else uses. */
export interface TestDatabase {
  readonly url: string;
  /** What its sessions are doing that is not over: for the report of a leak. */
  openStatements(): Promise<readonly string[]>;
  /** Drops it, with everything that is still connected. */
  drop(): Promise<void>;
}

/*
 * While a copy lives, a session on the server holds its lock. When the process is killed the server ends the
 * session, and the next process to come finds the copy without a holder and drops it. The same session holds the
 * lock of a template while it is built.
 */

/** A copy of the template with these contents; the template is made first where there is none. */
export async function openTestDatabase(serverUrl: string, contents: Contents): Promise<TestDatabase> {
  const admin = await connect(serverUrl);
  try {
    const template = await templateNameOf(contents);
    const name = `keelson_copy_${randomBytes(8).toString("hex")}`;
    await copy(admin, serverUrl, { name, template, contents });
    sweeping ??= dropOrphans(admin).catch(() => {});
    return {
      url: urlOfDatabase(serverUrl, name),
      openStatements: () => openStatements(admin, name),
      drop: async () => {
        await sweeping;
        await sessionsGone(admin, name).catch(() => {});
        await admin.query(`drop database if exists ${quoteIdentifier(name)} with (force)`).catch(() => {});
        await admin.end().catch(() => {});
      },
    };
  } catch (error) {
    await admin.end().catch(() => {});
    throw error;
  }
}

/** Once in a process is enough. */
let sweeping: Promise<void> | undefined;

async function connect(serverUrl: string): Promise<pg.Client> {
  const admin = new pg.Client({
    connectionString: urlOfDatabase(serverUrl, "postgres"),
    application_name: "keelson test",
    keepAlive: true,
  });
  // A server that went away shows in the next statement.
  admin.on("error", () => {});
  await admin.connect().catch((cause: unknown) => {
    throw unreachable(serverUrl, cause);
  });
  return admin;
}

const attempts = 5;

async function copy(
  admin: pg.Client,
  serverUrl: string,
  {
    name,
    template,
    contents,
  }: { readonly name: string; readonly template: string; readonly contents: Contents },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await lockDatabase(admin, name);
    try {
      // FILE_COPY leaves the copying to the file system: half the time of the other strategy for what is small.
      await admin.query(
        `create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)} strategy file_copy`,
      );
      await admin.query(lookUpClock(name));
      return;
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (code === "42501") throw mayNotCreate(serverUrl);
      // Not there (yet, or any more), or somebody drops or alters it at this moment.
      if (!["3D000", "55006", "XX000"].includes(code ?? "") || attempt >= attempts) throw error;
      await ensureTemplate(admin, serverUrl, template, contents);
    }
  }
}

/** Sessions that were just ended take a moment; a server that finds one of them waits a tenth of a second. */
async function sessionsGone(admin: pg.Client, name: string): Promise<void> {
  for (let look = 0; look < 20; look += 1) {
    const { rowCount } = await admin.query("select from pg_stat_activity where datname = $1", [name]);
    if (rowCount === 0) return;
    await pause(2);
  }
}

async function openStatements(admin: pg.Client, name: string): Promise<readonly string[]> {
  const { rows } = await admin.query<{ state: string; query: string }>(
    "select state, query from pg_stat_activity where datname = $1 and state <> 'idle' order by xact_start",
    [name],
  );
  return rows.map(({ state, query }) => `${state}: ${query.replaceAll(/\s+/g, " ").slice(0, 200)}`);
}

const hostOf = (url: string): string => new URL(url).host || "its socket";

function mayNotCreate(serverUrl: string): DiagnosticError {
  return new DiagnosticError([
    {
      code: "test-database-privilege",
      severity: "error",
      where: "KEELSON_TEST_DATABASE_URL",
      what: `The role "${decodeURIComponent(new URL(serverUrl).username)}" may not create databases on ${hostOf(serverUrl)}.`,
      instead: "Every test file has a database of its own: `alter role … createdb`, or name another role.",
    },
  ]);
}

function unreachable(serverUrl: string, cause: unknown): DiagnosticError {
  return new DiagnosticError([
    {
      code: "test-database-unreachable",
      severity: "error",
      where: "KEELSON_TEST_DATABASE_URL",
      what: `PostgreSQL at ${hostOf(serverUrl)} does not answer: ${cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : String(cause)}.`,
      instead: "Start it, correct the URL, or leave the variable out to test with the embedded server.",
    },
  ]);
}
