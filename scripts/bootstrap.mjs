/**
 * What `npm start` and `npm test` run. Under any Node ≥ 20 it installs what is missing, then runs the
 * task under the pinned Node. Plain JavaScript without dependencies, because at first nothing is there.
 */
import { join } from "node:path";
import { ensureInstalled } from "./bootstrap/install.mjs";
import { environmentFor, findNode } from "./bootstrap/pinned-node.mjs";
import { root } from "./bootstrap/root.mjs";
import { stop } from "./bootstrap/say.mjs";
import { run, startBeside } from "./bootstrap/supervise.mjs";

/** Workspaces resolve to their TypeScript source, so that nothing is built before a task runs. */
const fromSource = "--conditions=keelson-source";

/**
 * `beside` is a program that the task needs, and that ends with it.
 *
 * @type {Record<string, { cwd: string, args: string[], beside?: string }>}
 */
const tasks = {
  start: {
    cwd: join(root, "examples/shop"),
    args: [fromSource, join(root, "packages/keelson/bin/keelson.mjs"), "dev"],
    beside: join(root, "examples/shop/payment-provider/main.ts"),
  },
  test: { cwd: root, args: [fromSource, join(root, "node_modules/vitest/vitest.mjs"), "run"] },
  ci: { cwd: root, args: [join(root, "scripts/ci.mjs")] },
  bench: { cwd: root, args: [fromSource, join(root, "bench/run.ts")] },
  fuzz: { cwd: join(root, "packages/keelson"), args: [fromSource, "test/fuzz/main.ts"] },
};

const [name = "", ...rest] = process.argv.slice(2);
const task = tasks[name];
if (!task && name !== "install") {
  stop(`unknown task "${name}"; there are install, ${Object.keys(tasks).join(", ")}`);
}

const major = Number(process.versions.node.split(".")[0]);
if (major < 20) stop(`Node 20 or newer is needed, and this is ${process.version}: see https://nodejs.org`);

await ensureInstalled();
if (task) {
  const node = findNode();
  const env = environmentFor(node);
  const beside =
    task.beside === undefined ? undefined : startBeside(node, task.beside, { cwd: task.cwd, env });
  process.exitCode = await run(node, [...task.args, ...rest], { cwd: task.cwd, env });
  beside?.end();
}
