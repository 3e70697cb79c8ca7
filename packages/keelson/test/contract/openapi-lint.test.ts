import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openapiOf } from "../../src/contract/openapi/openapi-of.ts";
import { market } from "../market/market-model.ts";

/**
 * Asks the linters that users ask, with their recommended rules; warnings count. They are fetched from the
 * registry when they are asked, so this runs where `KEELSON_LINT_OPENAPI` is set.
 */
const linters: readonly (readonly [string, string, readonly string[]])[] = [
  ["Redocly", "@redocly/cli@2.77.0", ["redocly", "lint", "openapi.json", "--extends=recommended-strict"]],
  [
    "Spectral",
    "@stoplight/spectral-cli@6.16.3",
    ["spectral", "lint", "openapi.json", "--fail-severity=hint"],
  ],
];

describe.skipIf(!process.env.KEELSON_LINT_OPENAPI)("the document satisfies", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "keelson-openapi-"));
    await writeFile(join(folder, "openapi.json"), JSON.stringify(openapiOf(market)));
    await writeFile(join(folder, ".spectral.yaml"), 'extends: ["spectral:oas"]\n');
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(linters)("%s", { timeout: 180_000 }, async (_name, tool, [command = "", ...args]) => {
    const npx = ["--yes", "--ignore-scripts", `--package=${tool}`, "--", command, ...args];
    const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
    // Both end with an error when there is anything to tell.
    await expect(promisify(execFile)("npx", npx, { cwd: folder, env })).resolves.toBeDefined();
  });
});
