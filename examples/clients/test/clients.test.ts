import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../packages/keelson/src/base/clock.ts";
import { openDevelopmentKey } from "../../../packages/keelson/src/identity/development-key.ts";
import { openShop, type ShopPlace, type ShopServer } from "../../shop/test/open-shop.ts";

const here = join(import.meta.dirname, "..");
let place: ShopPlace;
let server: ShopServer;
let token = "";
let folder = "";

beforeAll(async () => {
  place = await openShop();
  server = await place.start();
  const key = await openDevelopmentKey(place.stateDir, "shop", systemClock);
  token = await key.mint({ subject: "manager", roles: ["manager"] });
  // Below the example, so that its own packages are found.
  folder = await mkdtemp(join(here, ".tour-"));
  await writeFile(join(folder, ".gitignore"), "*\n");
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await place[Symbol.asyncDispose]();
});

/** Runs a program of this example's packages to its end. */
async function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await closed;
  return { code, output: code === 0 ? out : out + err };
}

describe("TypeScript: openapi-typescript and openapi-fetch", () => {
  test("make types that fit, and calls that succeed", { timeout: 60_000 }, async () => {
    const types = await run(process.execPath, [
      join(here, "node_modules/openapi-typescript/bin/cli.js"),
      `${server.url}/openapi.json`,
      "-o",
      join(folder, "shop-api.d.ts"),
      // Otherwise it takes what has a default for something that must be sent.
      "--default-non-nullable",
      "false",
    ]);
    expect(types).toMatchObject({ code: 0 });
    await copyFile(join(here, "shop-tour.ts"), join(folder, "shop-tour.ts"));
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(projectOfAFrontEnd));
    const checked = await run(process.execPath, [
      join(here, "node_modules/typescript/bin/tsc"),
      "-p",
      folder,
    ]);
    expect(checked).toEqual({ code: 0, output: "" });
    const { tour } = await import(pathToFileURL(join(folder, "shop-tour.ts")).href);
    expect(await tour(server.url, token)).toEqual({
      customer: "Grace",
      refused: "out_of_stock",
      paid: "paid",
      updated: 7,
      stale: "precondition_failed",
      names: expect.arrayContaining(["Puzzle"]),
      found: expect.any(Number),
      wrong: ["#/category"],
      gone: "not_found",
    });
  });
});

const projectOfAFrontEnd = {
  compilerOptions: {
    strict: true,
    target: "es2022",
    lib: ["es2022", "dom", "dom.iterable"],
    module: "esnext",
    moduleResolution: "bundler",
    types: [],
    noEmit: true,
    noUncheckedIndexedAccess: true,
  },
  files: ["shop-tour.ts"],
};

const hasPerlClient = spawnSync("perl", ["-MOpenAPI::Client", "-e", "1"]).status === 0;

describe("Perl: OpenAPI::Client", () => {
  test.skipIf(!hasPerlClient)("makes a method of every operation", { timeout: 60_000 }, async () => {
    const document = join(folder, "openapi.json");
    await writeFile(document, await (await fetch(`${server.url}/openapi.json`)).text());
    // It would fetch the schema of OpenAPI 3.1 from the network; what it would check, other tests do.
    const meta = "https://spec.openapis.org/oas/3.1/schema/2021-05-20";
    const cached = createHash("md5").update(meta).digest("hex");
    await writeFile(join(folder, cached), JSON.stringify({ $id: meta, type: "object" }));
    const { code, output } = await run("perl", [join(here, "tour.pl"), document, server.url, token], {
      JSON_VALIDATOR_CACHE_PATH: folder,
    });
    expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
    expect(JSON.parse(output)).toEqual({
      created: 201,
      updated: 9,
      stale: "precondition_failed",
      names: expect.arrayContaining(["Camel"]),
      wrong: 400,
      gone: 204,
    });
  });
});

const hasPython =
  spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]).status === 0;

describe("Python: the standard library, driven by the document", () => {
  test.runIf(hasPython)(
    "calls operations by their ids, and finds every answer as it is described",
    async () => {
      const { code, output } = await run("python3", [join(here, "drive.py"), server.url, token]);
      expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
      expect(JSON.parse(output)).toMatchObject({
        total: 1800,
        line: "Kite",
        refused: "out_of_stock",
        updated: 9,
        stale: "precondition_failed",
        names: expect.arrayContaining(["Kite"]),
        found: expect.arrayContaining(["Ada"]),
        invalid: "validation_failed",
      });
    },
  );

  test.skipIf(hasPython)("is not tried here: there is no Python 3.9 or newer", () => {
    if (process.env.CI) throw new Error("where changes are judged there must be one");
  });
});
