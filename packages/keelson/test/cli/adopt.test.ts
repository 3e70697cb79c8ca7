import { execFile } from "node:child_process";
import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databases } from "../data/adopt/databases.ts";
import { openProject, type TemporaryProject } from "./temporary-project.ts";

let project: TemporaryProject;
let url: string;

beforeAll(async () => {
  project = await openProject({});
  url = await project.newDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(databases.odd).finally(() => client.end());
});
afterAll(() => project[Symbol.asyncDispose]());

const text = (path: string): Promise<string> => readFile(join(project.dir, path), "utf8");

test("adopt writes a project that checks, type-checks, and has no migration to apply", async () => {
  const adopted = await project.run(["adopt", url, "--schema", "public", "sales", "--name", "odd"]);
  expect(adopted, adopted.stderr).toMatchObject({ code: 0, stdout: "" });
  expect(adopted.stderr).toContain("wrote 16 resources to .");
  expect(adopted.stderr).toContain("left out: 3");
  expect(adopted.stderr).toContain("recorded as applied");
  expect(await text("ADOPTED.md")).toContain("## Kept by the database");
  const environment = { DATABASE_URL: url };
  expect(await project.run(["check"], environment)).toMatchObject({
    code: 0,
    stderr: "The declarations are fine.\n",
  });
  const applied = await project.run(["migrate", "apply"], environment);
  expect(applied, applied.stderr).toMatchObject({ code: 0 });
  const status = await project.run(["migrate", "status"], environment);
  expect(status, status.stderr).toMatchObject({ code: 0 });
  const created = await project.run(["migrate", "create"], environment);
  expect(created, created.stderr).toMatchObject({ code: 0, stdout: "" });
});

test("what was written fits the types", async () => {
  const options = { strict: true, noEmit: true, module: "nodenext", target: "es2024", skipLibCheck: true };
  await project.write({
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        ...options,
        types: ["node"],
        allowImportingTsExtensions: true,
        customConditions: ["keelson-source"],
        erasableSyntaxOnly: true,
      },
      include: ["backend.ts", "resources"],
    }),
  });
  const require = createRequire(import.meta.url);
  const types = dirname(dirname(require.resolve("@types/node/package.json")));
  await symlink(types, join(project.dir, "node_modules/@types"));
  const compiler = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, "-p", project.dir]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe("");
});

test("adopt replaces nothing without being told to, and leaves a history alone", async () => {
  const again = ["adopt", url, "--schema", "public", "sales", "--name", "odd"];
  const refused = await project.run(again);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("already");
  expect(refused.stderr).toContain("--force");
  const forced = await project.run([...again, "--force"]);
  expect(forced, forced.stderr).toMatchObject({ code: 0 });
  expect(forced.stderr).toContain("its history was left alone");
  const status = await project.run(["migrate", "apply"], { DATABASE_URL: url });
  expect(status, status.stderr).toMatchObject({ code: 0 });
});

test.each([
  ["what is no URL", ["adopt", "nonsense"], "It is not a URL."],
  ["another database's URL", ["adopt", "mysql://localhost/x"], "It begins with mysql://."],
  ["an address where nobody listens", ["adopt", "postgres://127.0.0.1:1/x"], "127.0.0.1:1"],
])("adopt refuses %s", async (_title, args, message) => {
  const refused = await project.run(args);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(message);
  expect(refused.stderr).not.toContain("    at ");
});

test("adopt refuses schemas that are not there, databases without tables, folders that cannot be written", async () => {
  const missing = await project.run(["adopt", url, "--out", "other", "--schema", "nope"]);
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.stderr).toContain('There is no schema "nope" to adopt.');
  const empty = await project.run(["adopt", await project.newDatabase(), "--out", "other"]);
  expect(empty).toMatchObject({ code: 2 });
  expect(empty.stderr).toContain("There is no table with a key");
  const file = await project.run(["adopt", url, "--out", "package.json/in"]);
  expect(file, file.stderr).toMatchObject({ code: 2 });
});
