import { randomBytes } from "node:crypto";
import pg from "pg";
import { otherServer, testPostgres } from "../../support/postgres.ts";

/** A database of one's own with this in it. */
export async function newDatabase(sql: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = otherServer ?? (await testPostgres()).url;
  const name = `adopt_${randomBytes(6).toString("hex")}`;
  await run(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await run(url.href, sql);
  return { url: url.href, close: () => run(server, `drop database ${name} with (force)`) };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
