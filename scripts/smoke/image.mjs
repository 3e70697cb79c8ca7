import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../packages/pack.mjs";

/**
 * @typedef {object} Image
 * @property {string[]} start the command that the container runs
 * @property {string[]} healthCheck
 */

/**
 * Does by hand what `docker build` would do with a project's Dockerfile: the same commands, in a folder. `npm ci`
 * is replaced by `npm install`, because it insists on binaries for platforms that a registry may lack.
 *
 * @param {string} project
 * @param {string} image an empty folder
 * @returns {Image}
 */
export function buildImage(project, image) {
  mkdirSync(image);
  const text = readFileSync(join(project, "Dockerfile"), "utf8").replaceAll("\\\n", "");
  const commands = [...text.matchAll(/^RUN (?:(\w+)=(\S+) )?(.+)$/gm)].map(
    ([, name, value, command = ""]) => ({
      env: name ? { [name]: value ?? "" } : {},
      words: command.replace(/^npm ci /, "npm install ").split(" "),
    }),
  );
  const [install, ...later] = commands;
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(project, name), join(image, name));
  if (install) inImage(image, install);
  for (const name of allowed(project)) cpSync(join(project, name), join(image, name), { recursive: true });
  for (const command of later) inImage(image, command);
  return {
    start: wordsAfter(text, /^CMD (\[.+\])$/m),
    healthCheck: wordsAfter(text, /^HEALTHCHECK .*CMD (\[.+\])$/m),
  };
}

/** @type {(image: string, command: { env: Record<string, string>, words: string[] }) => void} */
function inImage(image, { env, words: [program = "", ...args] }) {
  const before = { ...process.env };
  Object.assign(process.env, { NODE_ENV: "production" }, env);
  try {
    run(image, program, ...args);
  } finally {
    process.env = before;
  }
}

/**
 * What .dockerignore lets through: it forbids all, and names the exceptions.
 *
 * @param {string} project
 */
function allowed(project) {
  const lines = readFileSync(join(project, ".dockerignore"), "utf8").split("\n");
  if (!lines.includes("**")) throw new Error(".dockerignore does not begin by leaving everything out");
  return lines
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1))
    .filter((name) => existsSync(join(project, name)));
}

/** @type {(text: string, pattern: RegExp) => string[]} */
function wordsAfter(text, pattern) {
  const [, list] = pattern.exec(text) ?? [];
  if (list === undefined) throw new Error(`the Dockerfile has nothing like ${pattern}`);
  return JSON.parse(list);
}
