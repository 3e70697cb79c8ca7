/**
 * Installs the package as npm would publish it into an empty folder outside the checkout, with a space
 * in its name, and uses it as somebody who writes every file would: type check, `keelson check`, start, call, stop.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pack, root, run } from "./packages/pack.mjs";
import { exercise, project } from "./smoke/project.mjs";
import { expect, report } from "./smoke/report.mjs";
import { startService } from "./smoke/service.mjs";

/** What every TypeScript project for Node has; the published types build on it. */
const typesOfNode = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies[
  "@types/node"
];
const folder = mkdtempSync(join(tmpdir(), "keelson smoke "));

function install() {
  const packed = pack("keelson", folder);
  for (const [name, text] of Object.entries(project)) writeFileSync(join(folder, name), text);
  const options = ["--ignore-scripts", "--no-save", "--prefer-offline"];
  run(folder, "npm", "install", ...options, packed.path, `@types/node@${typesOfNode}`);
}

function prepare() {
  run(folder, process.execPath, join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json");
  expect("the back end type-checks against the published types", true);
  run(folder, "npx", "--no-install", "keelson", "check");
  expect("keelson check passes", true);
  const created = run(folder, "npx", "--no-install", "keelson", "migrate", "create");
  expect("keelson migrate create writes one", /^migrations\/\d{14}_initial\.sql\n$/.test(created), created);
  run(folder, "npx", "--no-install", "keelson", "migrate", "apply");
  expect("keelson migrate apply applies it", true);
}

/** @param {string} token */
async function startCallStop(token) {
  const keelson = join(folder, "node_modules/keelson/bin/keelson.mjs");
  const service = await startService(folder, [process.execPath, keelson, "start"]);
  const ready = await service.ready();
  expect("keelson start answers over HTTP", ready, service.output());
  if (ready) await exercise(service.url, token, expect);
  const code = await service.stop("SIGTERM");
  expect("SIGTERM stops it with exit code 0", code === 0, { code, output: service.output() });
}

await report(
  async () => {
    install();
    prepare();
    const token = run(folder, "npx", "--no-install", "keelson", "token", "--as", "keeper");
    expect("keelson token prints a token and nothing else", /^[\w.-]+\n$/.test(token), token);
    await startCallStop(token.trim());
  },
  () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }),
);
