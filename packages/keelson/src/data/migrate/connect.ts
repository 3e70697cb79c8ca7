import pg from "pg";
import { unreachableDatabase } from "../unreachable-database.ts";

/** Where the database is: a `postgres://` URL, or the driver's own settings. */
export type DatabaseAddress = string | pg.ClientConfig;

/** One connection to PostgreSQL. */
export type Connection = pg.Client;

/** Opens a connection for `use` and closes it afterwards, whatever happens. */
export async function withConnection<T>(
  address: DatabaseAddress,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const settings = typeof address === "string" ? { connectionString: address } : address;
  const client = new pg.Client({ application_name: "keelson migrate", keepAlive: true, ...settings });
  // The statement under way fails as well; without a listener the loss itself would end the process.
  client.on("error", () => {});
  await client.connect().catch((error: unknown) => {
    throw unreachableDatabase(client, error);
  });
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Runs `work` in a transaction: commits when it resolves, rolls back when it throws. */
export async function inTransaction<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.query("begin");
  try {
    const result = await work();
    await connection.query("commit");
    return result;
  } catch (error) {
    await connection.query("rollback").catch(() => {});
    throw error;
  }
}
