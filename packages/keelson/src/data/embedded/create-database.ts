import pg from "pg";

/**
 * Creates a database owned by the URL's role, and returns its URL. With `template` it becomes that
 * database's copy, for tests; nobody may be connected to the template meanwhile.
 */
export async function createDatabase(
  url: string,
  name: string,
  options: { readonly template?: string } = {},
): Promise<string> {
  const template = options.template === undefined ? "" : ` TEMPLATE ${pg.escapeIdentifier(options.template)}`;
  await runOnServer(url, `CREATE DATABASE ${pg.escapeIdentifier(name)}${template}`);
  return urlOfDatabase(url, name);
}

/** Drops a database, disconnecting whoever uses it. It need not exist. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await runOnServer(url, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
}

/** The same server and role, another database. */
export function urlOfDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
}

/** Runs one statement from the maintenance database, which is neither being copied nor dropped. */
async function runOnServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOfDatabase(url, "postgres") });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
