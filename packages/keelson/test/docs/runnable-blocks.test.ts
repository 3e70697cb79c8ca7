import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProvider } from "../../../../examples/shop/test/start-provider.ts";
import { createDatabase, dropDatabase } from "../../src/data/embedded/create-database.ts";
import { testPostgres } from "../support/postgres.ts";
import { runKeelson, startKeelson } from "../support/spawn-keelson.ts";
import { type Block, type Page, pages, repository } from "./read-docs.ts";
import { absentTools, isRunnable, type Ran, runScript, statusesIn } from "./shell.ts";
import { expectShown } from "./shown.ts";

/** What the pages say the shop listens on. */
const documentedUrl = "http://127.0.0.1:3000";
const shop = join(repository, "examples/shop");

const canRun = absentTools.length === 0;

let stateDir = "";
/** Below this folder, so that `keelson` resolves as it does for a user. */
let programs = "";
let url = "";
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  if (!canRun) return;
  const postgres = await testPostgres();
  cleanUp.push(() => postgres.stop());
  const name = `t_${randomBytes(6).toString("hex")}`;
  const database = await createDatabase(postgres.url, name);
  cleanUp.push(() => dropDatabase(postgres.url, name));
  stateDir = mkdtempSync(join(tmpdir(), "keelson-docs-"));
  cleanUp.push(() => rmSync(stateDir, { recursive: true, force: true }));
  const provider = await startProvider();
  cleanUp.push(provider.close);
  const env = { DATABASE_URL: database, KEELSON_STATE_DIR: stateDir, PAYMENTS_URL: provider.url };
  for (const command of [
    ["migrate", "apply"],
    ["seed", "--scale", "0.1"],
  ]) {
    const { code, stderr } = await runKeelson(command, { cwd: shop, env });
    if (code !== 0) throw new Error(`keelson ${command.join(" ")} ended with ${code}: ${stderr}`);
  }
  programs = mkdtempSync(join(fileURLToPath(new URL(".", import.meta.url)), ".programs-"));
  cleanUp.push(() => rmSync(programs, { recursive: true, force: true }));
  writeFileSync(join(programs, ".gitignore"), "*\n");
  const server = await startKeelson({ cwd: shop, env });
  cleanUp.push(async () => {
    server.kill("SIGTERM");
    await server.ended;
  });
  url = server.url;
});

afterAll(async () => {
  for (const step of cleanUp.toReversed()) await step();
});

/** What is run on the shop; TypeScript too, as a program. */
const isFollowed = (block: Block): boolean =>
  isRunnable(block) || (block.language === "ts" && block.marks[0] === "run");

/** Runs all blocks of a page in one shell, as a reader does, and gives what each printed, by its place. */
async function runPage(page: Page): Promise<ReadonlyMap<string, Ran>> {
  const script = page.blocks.filter(isFollowed).map((block, n) => {
    const text = block.text.replaceAll(documentedUrl, url);
    const mark = `echo; echo "block ${block.place}"; echo "block ${block.place}" >&2`;
    if (block.language === "sh") return `${mark}\n${text}`;
    const file = join(programs, `program-${n}.ts`);
    writeFileSync(file, text);
    return `${mark}\nnode --conditions=keelson-source "${file}"`;
  });
  const env = { ...process.env, KEELSON_STATE_DIR: stateDir };
  const { stdout, stderr } = await runScript(script.join("\n"), shop, env);
  const told = byBlock(stderr);
  return new Map(
    [...byBlock(stdout)].map(([place, text]) => [place, { stdout: text, stderr: told.get(place) ?? "" }]),
  );
}

const byBlock = (printed: string): ReadonlyMap<string, string> =>
  new Map(
    printed
      .split(/^block /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf("\n")), part.slice(part.indexOf("\n") + 1)]),
  );

/** These run elsewhere: in a project of their own, or on the quickstart. */
const followed = new Set(["docs/getting-started.md", "docs/migrations.md", "docs/testing.md"]);

describe("commands in the documentation", () => {
  const withCommands = pages.filter((page) => !followed.has(page.path) && page.blocks.some(isFollowed));

  test("are there, and can be run", () => {
    expect(withCommands.map((page) => page.path)).toContain("docs/rest.md");
    if (process.env.CI) expect(absentTools).toEqual([]);
  });

  test.runIf(canRun).each(withCommands.map((page) => [page.path, page] as const))(
    "of %s end with the statuses that they promise",
    { timeout: 60_000 },
    async (_path, page) => {
      const ran = await runPage(page);
      for (const [n, block] of page.blocks.entries()) {
        const { stdout = "", stderr = "" } = ran.get(block.place) ?? {};
        if (isFollowed(block))
          expect(statusesIn(stderr), `${block.place}\n${stdout}`).toEqual(block.marks.slice(1));
        const before = page.blocks[n - 1];
        if (block.marks[0] === "output")
          expectShown(block.text, block.language, ran.get(before?.place ?? "")?.stdout ?? "", block.place);
      }
    },
  );
});
