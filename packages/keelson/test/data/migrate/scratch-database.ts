import { randomBytes } from "node:crypto";
import pg from "pg";
import { testPostgres } from "../../support/postgres.ts";

/** An empty database that is dropped when the block it is declared in ends. */
export interface ScratchDatabase extends AsyncDisposable {
  readonly url: string;
  /** Runs one statement on a connection of its own. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  connect(): Promise<pg.Client>;
}

/** On the server of the test run, or on the one that `KEELSON_TEST_DATABASE_URL` names. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const given = process.env.KEELSON_TEST_DATABASE_URL;
  const embedded = given === undefined ? await testPostgres() : undefined;
  const server = given ?? embedded?.url ?? "";
  const name = `keelson_test_${randomBytes(6).toString("hex")}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const open: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client(url.href);
    client.on("error", () => {});
    await client.connect();
    open.push(client);
    return client;
  };
  let main: Promise<pg.Client> | undefined;
  return {
    url: url.href,
    connect,
    query: async (text, values = []) => {
      main ??= connect();
      return (await (await main).query(text, [...values])).rows;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((client) => client.end().catch(() => {})));
      await onServer(server, `drop database ${name} with (force)`);
      await embedded?.stop();
    },
  };
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
