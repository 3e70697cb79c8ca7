import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withInstallLock } from "./install-lock.mjs";
import { dropUnusableNode, findNode } from "./pinned-node.mjs";
import { root } from "./root.mjs";
import { say, stop } from "./say.mjs";
import { staleness } from "./staleness.mjs";
import { run } from "./supervise.mjs";

/** What the last install could not get, although it fits this machine; inside, so that it goes with it. */
const gapsNote = join(root, "node_modules/.keelson-gaps");

/** Makes node_modules match the lockfile. Costs a few milliseconds when it already does. */
export async function ensureInstalled() {
  if (whyStale()) await withInstallLock(installAll);
}

async function installAll() {
  const reason = whyStale();
  if (!reason) return; // another run installed while this one waited
  say(`installing dependencies (${reason})`);
  await npmInstall(callersNode());
  dropUnusableNode();

  // npm leaves out optional packages, native binaries among them, that the Node it runs under is too
  // old for. The tasks run under a newer one, so what is missing is added under that.
  if (whyStale()) await npmInstall(findNode());
  const missing = whyStale();
  if (!missing) return;
  say(`npm left something out (${missing}); going on without it`);
  writeFileSync(gapsNote, missing);
}

/** @returns {string | undefined} */
function whyStale() {
  const lockfile = readLockfile("package-lock.json");
  if (!lockfile) return stop(`package-lock.json is missing from ${root}: restore it with git`);
  const reason = staleness(lockfile, readLockfile("node_modules/.package-lock.json"), currentPlatform());
  return reason === readGaps() ? undefined : reason;
}

function readGaps() {
  try {
    return readFileSync(gapsNote, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @returns {import("./staleness.mjs").Lockfile | undefined}
 */
function readLockfile(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch {
    return undefined;
  }
}

/** @returns {import("./staleness.mjs").Platform} */
function currentPlatform() {
  const { platform: os, arch: cpu } = process;
  if (os !== "linux") return { os, cpu, libc: undefined };
  Object.assign(process.report, { excludeNetwork: true }); // else the report asks the name server about every socket
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return { os, cpu, libc: report.header?.glibcVersionRuntime ? "glibc" : "musl" };
}

/** The Node that npm was started with: `node` itself may mean the binary that npm is about to replace. */
function callersNode() {
  return process.env.npm_node_execpath ?? process.execPath;
}

/**
 * Not `npm ci`: that fails where the registry lacks a binary for some other platform, and it empties
 * node_modules before it knows that the registry answers. `--no-save` leaves the lockfile alone too, and
 * a test holds the lockfile against every package.json.
 *
 * Install scripts do not run: none of ours needs one, and none can then touch the machine. Development
 * packages are wanted whatever NODE_ENV says.
 *
 * @param {string} node
 */
async function npmInstall(node) {
  const options = ["--no-save", "--ignore-scripts", "--include=dev", "--include=optional"];
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  const args = ["install", ...options, ...quiet];
  const script = process.env.npm_execpath;
  const byScript = script?.endsWith("npm-cli.js");
  /** @type {import("node:child_process").SpawnOptions} */
  const spawning = { cwd: root, stdio: ["ignore", 2, 2], shell: !byScript && process.platform === "win32" };
  const code = await (script && byScript
    ? run(node, [script, ...args], spawning)
    : run("npm", args, spawning));
  if (code === 0) return;
  if (code > 128) process.exit(code);
  stop(
    `npm install failed (exit code ${code}); the lines above say why. It needs the npm registry, a ` +
      "writable npm cache (npm config get cache) and a writable checkout. Then run the same command again.",
  );
}
