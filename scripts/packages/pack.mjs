import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** What we publish. */
export const publicPackages = ["keelson", "create-keelson"];

const windows = process.platform === "win32";

/**
 * @typedef {object} Packed
 * @property {string} name
 * @property {string} path of the tarball
 * @property {number} size in bytes
 * @property {number} unpackedSize in bytes
 * @property {readonly string[]} files
 */

/**
 * Runs a program to its end; what it prints on standard error is seen.
 *
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} args
 * @returns {string} its standard output
 */
export function run(cwd, command, ...args) {
  const env = {
    ...process.env,
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
  return execFileSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    shell: windows,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/**
 * Builds a package and packs it as npm would publish it.
 *
 * @param {string} name
 * @param {string} destination a folder
 * @returns {Packed}
 */
export function pack(name, destination) {
  const workspace = `packages/${name}`;
  run(root, "npm", "run", "--silent", "build", "-w", workspace);
  const args = ["pack", "-w", workspace, "--ignore-scripts", "--json", "--pack-destination", destination];
  const [packed] = JSON.parse(run(root, "npm", ...args));
  const files = packed.files.map((/** @type {{ path: string }} */ file) => file.path);
  const { size, unpackedSize, filename } = packed;
  return { name, path: join(destination, filename), size, unpackedSize, files };
}

/**
 * @param {string} name
 * @returns {Record<string, any>} the package.json of one of our packages
 */
export function manifestOf(name) {
  return JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
}
