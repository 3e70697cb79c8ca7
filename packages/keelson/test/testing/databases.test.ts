import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import shop from "../../../../examples/shop/backend.ts";
import { migrationFileName, printMigrationFile } from "../../src/data/migrate/migration-file.ts";
import { backend, everyone, resource, text } from "../../src/index.ts";
import { dropOrphans } from "../../src/testing/database/database-lock.ts";
import { testBackend } from "../../src/testing/index.ts";
import { otherServer, testPostgres } from "../support/postgres.ts";
import { desk } from "./desk.ts";

const shopMigrations = new URL("../../../../examples/shop/migrations/", import.meta.url);

let server: Awaited<ReturnType<typeof testPostgres>>;
let admin: pg.Client;
let folder: string;
beforeAll(async () => {
  server = await testPostgres();
  admin = new pg.Client({ connectionString: otherServer ?? server.url });
  await admin.connect();
  folder = await mkdtemp(join(tmpdir(), "keelson-migrations-"));
});
afterAll(async () => {
  await admin.end();
  await server.stop();
  await rm(folder, { recursive: true });
});

const names = async (pattern: string): Promise<readonly string[]> =>
  (await admin.query("select datname from pg_database where datname ~ $1", [pattern])).rows.map(
    ({ datname }) => datname,
  );

const nameOf = (url: string): string => new URL(url).pathname.slice(1);

/** A process that runs a back end under test, and says where. */
async function startProcess() {
  const child = spawn(
    process.execPath,
    ["--conditions=keelson-source", fileURLToPath(new URL("hold-backend.ts", import.meta.url))],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    said += chunk;
  });
  while (!said.includes("\n")) await once(child.stdout, "data");
  return { child, database: nameOf(said.trim()), ended: once(child, "exit") };
}

describe("databases", () => {
  it("of processes that start at once are copies of one template, and are dropped when they end", async () => {
    const before = await names("^keelson_template_");
    const processes = await Promise.all([startProcess(), startProcess(), startProcess()]);
    const databases = processes.map(({ database }) => database);
    expect(new Set(databases).size).toBe(3);
    expect(await names("^keelson_copy_")).toEqual(expect.arrayContaining(databases));
    const made = (await names("^keelson_template_")).filter((name) => !before.includes(name));
    expect(made.length).toBeLessThanOrEqual(1);
    for (const { child } of processes) child.stdin.end();
    await Promise.all(processes.map(({ ended }) => ended));
    const left = await names("^keelson_copy_");
    expect(left.filter((name) => databases.includes(name))).toEqual([]);
  });

  it("of processes that were killed are dropped by the next one, and of the living are not", async () => {
    const [dead, living] = await Promise.all([startProcess(), startProcess()]);
    dead.child.kill("SIGKILL");
    await dead.ended;
    await expect
      .poll(async () => {
        await dropOrphans(admin);
        return names(`^${dead.database}$`);
      })
      .toEqual([]);
    expect(await names(`^${living.database}$`)).toEqual([living.database]);
    living.child.stdin.end();
    await living.ended;
  });

  it("are refused where no server answers", async () => {
    vi.stubEnv("KEELSON_TEST_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    await expect(testBackend(desk)).rejects.toThrow(/test-database-unreachable.*ECONNREFUSED/s);
    vi.unstubAllEnvs();
  });
});

describe("the schema", () => {
  it("comes from the migrations where that is wanted", async () => {
    await using t = await testBackend(shop, { migrations: shopMigrations });
    expect(await t.make.order()).toMatchObject({ status: "draft" });
    t.clock.set("2031-01-01T00:00:00Z");
    expect(await t.make.order()).toMatchObject({ createdAt: "2031-01-01T00:00:00Z" });
  });

  it("is refused when the model is ahead of the migrations", async () => {
    const ahead = backend({
      name: "shop",
      resources: [resource("thing", { fields: { word: text() }, access: { read: everyone } })],
    });
    await expect(testBackend(ahead, { migrations: fileURLToPath(shopMigrations) })).rejects.toThrow(
      /model-ahead/,
    );
  });

  it("is refused when the files make another one than they say", async () => {
    const dir = join(folder, "drifted");
    await cp(shopMigrations, dir, { recursive: true });
    const byHand = { id: "20261121120000", name: "by_hand", phase: "expand", transaction: true } as const;
    await writeFile(
      join(dir, migrationFileName(byHand)),
      printMigrationFile({ ...byHand, body: "alter table products drop column name;\n" }),
    );
    await expect(testBackend(shop, { migrations: dir })).rejects.toThrow(/products/);
  });
});

describe("the seed", () => {
  it("is put into the template, and back by a reset", async () => {
    await using t = await testBackend(desk, { seed: true });
    const people = () => t.db.selectFrom("person").select("account").execute();
    expect(await people()).toEqual([{ account: "seeded" }]);
    await t.make.person({ account: "ann" });
    await t.reset();
    expect(await people()).toEqual([{ account: "seeded" }]);
  });

  it("must be there where it is asked for", async () => {
    const bare = backend({ name: "bare", resources: [] });
    await expect(testBackend(bare, { seed: true })).rejects.toThrow(/seed-missing/);
  });
});
