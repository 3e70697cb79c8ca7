import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Backend, backend } from "../../src/declare/backend.ts";
import type { CustomOperation } from "../../src/declare/operation.ts";
import type { AnyResource } from "../../src/declare/resource.ts";
import { loadModel } from "../../src/model/load-model.ts";
import { type Block, pages, repository } from "./read-docs.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Its blocks are saved into the project that it makes, and checked, tested and run there. */
const gettingStarted = "docs/getting-started.md";

const blocks = pages
  .filter(({ path }) => path !== gettingStarted)
  .flatMap((page) => page.blocks.map((block) => ({ ...block, folder: page.path.replace(/\W+/g, "-") })))
  .filter(({ language }) => language === "ts")
  .map((block) => ({ ...block, file: join(block.folder, nameOf(block)) }));

/** The name that the page gives it, for other blocks to import it. */
function nameOf({ marks, place }: Block): string {
  const named = marks.find((mark) => mark.startsWith("file="));
  return named?.slice("file=".length) ?? `line-${place.split(":")[1]}.ts`;
}

// Below this folder, so that `keelson` resolves as it does for a user.
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(here, ".blocks-"));
  writeFileSync(join(folder, ".gitignore"), "*\n");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  for (const page of new Set(blocks.map((block) => block.folder))) {
    mkdirSync(join(folder, page));
    // The back end that samples import, where the page has none of its own.
    cpSync(join(repository, "examples/quickstart/backend.ts"), join(folder, page, "backend.ts"));
  }
  for (const { file, text } of blocks) writeFileSync(join(folder, file), `${text}\n`);
  const setUp = {
    include: ["**/*.ts"],
    execArgv: [source],
    experimental: { viteModuleRunner: false, nodeLoader: false },
  };
  writeFileSync(join(folder, "vitest.config.mjs"), `export default { test: ${JSON.stringify(setUp)} };\n`);
  const config = {
    extends: join(repository, "tsconfig.json"),
    // What is declared to be shown may stay unused; that a file is a module is not worth a line of the page.
    compilerOptions: { moduleDetection: "force" },
    include: [],
    files: blocks.map(({ file }) => file),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A page's own declarations; those that import others are covered by the back end that lists them. */
const declaration = /^(?![\s\S]*from "\.)[\s\S]*\b(?:resource|command|query|backend)\(/;

const source = "--conditions=keelson-source";
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
/** How a block is run, by its first mark, and what that prints in the end. */
const runners = {
  "node-test": [[source, "--test"], /pass [1-9]/],
  vitest: [[vitest, "run", "--config", "vitest.config.mjs"], /1 passed/],
  run: [[source], /^/],
} satisfies Record<string, [readonly string[], RegExp]>;

describe("TypeScript in the documentation", () => {
  test("type-checks", { timeout: 120_000 }, () => {
    const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
    const compiler = join(dirname(manifest), "bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    const places = new Map(blocks.map(({ file, place }) => [file, place]));
    const errors = stdout.replace(/^[\w./-]+\.ts/gm, (file) => places.get(file) ?? file);
    expect(errors).toBe("");
    expect(status).toBe(0);
  });

  test("begins with the quickstart, as it is", () => {
    const [tour] = blocks.filter(({ place }) => place.startsWith("README.md:"));
    const withoutComments = tour?.text.replace(/^ *\/\/.*\n/gm, "");
    const quickstart = readFileSync(join(repository, "examples/quickstart/backend.ts"), "utf8");
    expect(`${withoutComments}\n`).toBe(quickstart);
  });

  const declaring = blocks.filter(({ text }) => declaration.test(text));
  test.each(declaring)("declares what can be served: $place", async ({ file, text }) => {
    // What is not exported must be found too.
    const path = join(folder, file.replace(/\.ts$/, ".all.ts"));
    writeFileSync(path, text.replaceAll(/^const (?=\w+ = (?:resource|command|query)\()/gm, "export const "));
    const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
    const values = Object.values(module) as readonly { readonly type?: string }[];
    const whole = values.find(({ type }) => type === "backend") as Backend | undefined;
    const resources = values.filter(({ type }) => type === "resource") as AnyResource[];
    const operations = values.filter(({ type }) => type === "operation") as CustomOperation[];
    const known = new Set([...resources, ...operations.flatMap(({ resource = [] }) => resource)]);
    const app =
      whole ??
      backend({
        name: "sample",
        resources: [...known],
        commands: operations.filter(({ effect }) => effect === "write"),
        queries: operations.filter(({ effect }) => effect === "read"),
      });
    const { warnings } = loadModel(app);
    // What is only a part may well be unreachable.
    if (whole) expect(warnings).toEqual([]);
  });

  const running = blocks.filter(
    ({ marks, place }) => marks[0] && (marks[0] !== "run" || place.includes("testing")),
  );
  test.each(running.filter(({ marks }) => marks[0] !== undefined && marks[0] in runners))(
    "runs: $place",
    { timeout: 60_000 },
    async ({ file, marks }) => {
      const [args, ends] = runners[marks[0] as keyof typeof runners];
      const child = spawn(process.execPath, [...args, join(folder, file)], {
        cwd: folder,
        env: {
          ...process.env,
          KEELSON_STATE_DIR: join(repository, ".keelson"),
          NODE_TEST_CONTEXT: undefined,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          output += chunk;
        });
      const [code] = await once(child, "close");
      expect(code, output).toBe(0);
      expect(output).toMatch(ends);
    },
  );
});
