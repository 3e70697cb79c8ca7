import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, dropDatabase } from "../../src/data/embedded/create-database.ts";
import { withConnection } from "../../src/data/migrate/connect.ts";
import {
  ensureJobSchema,
  jobSchema,
  jobSchemaState,
  jobSchemaVersion,
} from "../../src/data/migrate/job-schema.ts";
import { testPostgres } from "../support/postgres.ts";

let url = "";
let drop = async (): Promise<void> => {};

beforeAll(async () => {
  const server = await testPostgres();
  const name = `keelson_queue_${process.pid}`;
  url = await createDatabase(server.url, name);
  drop = async () => {
    await dropDatabase(server.url, name);
    await server.stop();
  };
});
afterAll(() => drop());

test("the version of the schema is that of the installed pg-boss", () => {
  const manifest = fileURLToPath(new URL("../package.json", import.meta.resolve("pg-boss")));
  expect(JSON.parse(readFileSync(manifest, "utf8")).pgboss.schema).toBe(jobSchemaVersion);
});

test("many make it at once, and what one left half done is completed", async () => {
  const ensure = () => withConnection(url, ensureJobSchema);
  const state = () => withConnection(url, jobSchemaState);
  expect(await state()).toBe("absent");
  await Promise.all([ensure(), ensure(), ensure()]);
  expect(await state()).toBe("current");
  await withConnection(url, (connection) => connection.query(`drop index ${jobSchema}.keelson_ended_idx`));
  expect(await state()).toBe("older");
  await ensure();
  expect(await state()).toBe("current");
  await withConnection(url, (connection) =>
    connection.query(`update ${jobSchema}.version set version = 1000`),
  );
  await expect(ensure()).rejects.toThrow("A newer version of Keelson has been at this database");
});
