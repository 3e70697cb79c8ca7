import pg from "pg";

/** The PostgreSQL 15 that the machine may have beside the embedded one; undefined where there is none. */
export async function localPostgres(): Promise<string | undefined> {
  const url = process.env.KEELSON_LOCAL_POSTGRES ?? "postgres://root@127.0.0.1:5432/test";
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return url;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}
