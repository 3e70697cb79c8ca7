import { Client } from "pg";
import { parentOf } from "../measure/process-usage.ts";

/** The database that every contestant uses. */
export interface BenchDatabase {
  readonly url: string;
  readonly client: Client;
  readonly version: string;
  /** The postmaster, where it runs on this machine. */
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** Connects, and finds the server's processes through the parent of our own backend. */
export async function openDatabase(url: string, stop: () => Promise<void>): Promise<BenchDatabase> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number; version: string }>(
    "select pg_backend_pid() as pid, current_setting('server_version') as version",
  );
  const backend = rows[0];
  if (!backend) throw new Error("the database did not say which process serves us");
  return {
    url,
    client,
    version: backend.version,
    pid: parentOf(backend.pid),
    close: async () => {
      await client.end();
      await stop();
    },
  };
}
