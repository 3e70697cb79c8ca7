/**
 * Brings the browser bundle of the API reference (Scalar) into the package: `node scripts/vendor-api-reference.mjs
 * 1.72.1`. Its npm package has 272 packages below it, which are all inside the bundle, so the file is kept instead
 * of the dependency. With `--check`, only says whether the kept file is the published one.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

const packageName = "@scalar/api-reference";
const target = join(import.meta.dirname, "../packages/keelson/assets/docs");
const source = join(target, "scalar-source.json");

const check = process.argv.includes("--check");
const version = check ? JSON.parse(readFileSync(source, "utf8")).version : process.argv[2];
if (!version) throw new Error("Name the version, e.g. 1.72.1, or --check.");

const folder = mkdtempSync(join(tmpdir(), "keelson-vendor-"));
try {
  install();
  const published = readFileSync(join(folder, "node_modules", packageName, "dist/browser/standalone.js"));
  if (check) compare(published);
  else keep(published);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function install() {
  writeFileSync(join(folder, "package.json"), "{}");
  add(`${packageName}@${version}`);
}

/** @param {string} wanted */
function add(wanted) {
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", wanted];
  execFileSync("npm", args, { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
}

/** @param {Buffer} published */
function compare(published) {
  const kept = brotliDecompressSync(readFileSync(join(target, "scalar.js.br")));
  const same = kept.equals(published);
  console.log(same ? `The kept file is that of ${packageName} ${version}.` : "The kept file is another one.");
  process.exitCode = same ? 0 : 1;
}

/** @param {Buffer} published */
function keep(published) {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const { integrity } = lock.packages[`node_modules/${packageName}`];
  const params = {
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: published.length,
  };
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "scalar.js.br"), brotliCompressSync(published, { params }));
  writeFileSync(join(target, "scalar-licenses.txt"), licences());
  const sha256 = createHash("sha256").update(published).digest("hex");
  const facts = { package: packageName, version, integrity, bytes: published.length, sha256 };
  writeFileSync(source, `${JSON.stringify(facts, null, 2)}\n`);
  console.log(facts);
}

/** The licence of every package that is in the bundle, equal texts once. */
function licences() {
  /** @type {Map<string, string[]>} */
  const named = new Map();
  for (const [name, place] of bundled()) {
    const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
    const file = readdirSync(place).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file
      ? readFileSync(join(place, file), "utf8").replaceAll("\r\n", "\n").trim()
      : `${manifest.license ?? "MIT"}, as its package.json says. ${authorOf(manifest)}`.trim();
    named.set(text, [...(named.get(text) ?? []), `${name} ${manifest.version}`]);
  }
  return `${[...named].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`).join(`\n${"=".repeat(80)}\n\n`)}`;
}

/** @param {{ author?: string | { name?: string } }} manifest */
function authorOf({ author }) {
  return typeof author === "string" ? author : (author?.name ?? "");
}

/** Packages by the paths in the bundle's source map. Scalar's own have paths of its workspace. */
function bundled() {
  const map = join(folder, "node_modules", packageName, "dist/browser/standalone.js.map");
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const path of JSON.parse(readFileSync(map, "utf8")).sources) {
    const at = path.lastIndexOf("node_modules/");
    const own = /^(?:\.\.\/)+([\w-]+)\/dist\//.exec(path)?.[1];
    const name = at === -1 ? `@scalar/${own ?? "api-reference"}` : nameIn(path.slice(at + 13));
    const place = placeOf(name);
    if (place !== undefined) found.set(name, place);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** @param {string} path */
function nameIn(path) {
  return path.split("/", path.startsWith("@") ? 2 : 1).join("/");
}

/** @param {string} name */
function placeOf(name) {
  const top = join(folder, "node_modules", name);
  if (existsSync(join(top, "package.json"))) return top;
  // What was moved below another package because of its version.
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const nested = Object.keys(lock.packages).find((path) => path.endsWith(`node_modules/${name}`));
  if (nested !== undefined) return join(folder, nested);
  // A package that was needed only to make the bundle.
  add(name);
  return top;
}
