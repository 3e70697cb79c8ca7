/**
 * Packs what we publish and looks at the tarballs as npm and TypeScript would: publint, are-the-types-wrong
 * (for ES modules), what must and must not be inside, and no install scripts. Prints sizes and dependencies.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { countDependencies } from "./packages/count-dependencies.mjs";
import { manifestOf, pack, publicPackages, root } from "./packages/pack.mjs";

/** @typedef {import("./packages/pack.mjs").Packed} Packed */

const lockfile = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
let failures = 0;

/** @type {(description: string, problems: readonly string[]) => void} */
function expectNone(description, problems) {
  console.log(`  ${problems.length === 0 ? "✓" : "✗"} ${description}`);
  for (const problem of problems) console.log(`    ${problem}`);
  failures += problems.length;
}

/** What must be inside, beside what publint follows from package.json. @type {Record<string, string[]>} */
const needed = {
  keelson: [
    "LICENSE",
    "README.md",
    "bin/keelson.mjs",
    "dist/index.js",
    "dist/index.d.ts",
    "dist/cli/main.js",
  ],
  "create-keelson": [
    "LICENSE",
    "README.md",
    "bin/create-keelson.mjs",
    "dist/main.js",
    "template/gitignore",
    "template/.dockerignore",
    "template/.github/workflows/check.yaml",
    "template/package.json",
    "template/migrations/snapshot.json",
  ],
};

/**
 * Sources, tests and leftovers of work. The template consists of sources, and `keelson gen client` prints those of
 * the client.
 *
 * @type {(path: string) => boolean}
 */
const isStray = (path) => {
  if (path.startsWith("src/client/")) return false;
  if (path.startsWith("template/"))
    return /^template\/(node_modules|\.keelson|openapi\.json|package-lock\.json)/.test(path);
  return /^(src|test)\/|(?<!\.d)\.ts$|\.tsbuildinfo$/.test(path);
};

const scriptsOnInstall = ["preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare"];

/** @param {Buffer} data @returns {ArrayBuffer} */
const bytesOf = (data) => new Uint8Array(data).buffer;

/** @param {Packed} packed */
async function look({ name, path, files, size, unpackedSize }) {
  const data = readFileSync(path);
  const manifest = manifestOf(name);
  expectNone(
    "holds what it must",
    (needed[name] ?? []).filter((file) => !files.includes(file)),
  );
  expectNone("and nothing else", files.filter(isStray));
  expectNone(
    "runs nothing when it is installed",
    scriptsOnInstall.filter((script) => manifest.scripts?.[script]),
  );
  const { messages } = await publint({ pack: { tarball: bytesOf(data) }, strict: true });
  expectNone(
    "publint finds nothing",
    messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code),
  );
  expectNone("are-the-types-wrong finds nothing", await wrongTypes(data));
  const count = countDependencies(lockfile.packages, `packages/${name}`);
  console.log(
    `  ${name} ${manifest.version}: ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked, ${files.length} files; ` +
      `${count.direct} runtime dependencies, ${count.all} with theirs, ${count.optional} optional`,
  );
}

/**
 * Only what an ES module or a bundler meets: there is no CommonJS here, and none is promised.
 *
 * @param {Buffer} data
 */
async function wrongTypes(data) {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(data)));
  if (!result.types) return []; // nothing to import
  return result.problems
    .filter(
      (problem) =>
        !("resolutionKind" in problem) || !["node10", "node16-cjs"].includes(problem.resolutionKind),
    )
    .map((problem) => JSON.stringify(problem));
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${Math.round(bytes / 1000).toLocaleString("en")} kB`;

const folder = mkdtempSync(join(tmpdir(), "keelson-packages-"));
try {
  for (const name of publicPackages) {
    console.log(name);
    await look(pack(name, folder));
  }
} catch (error) {
  failures += 1;
  const { message, stdout } = /** @type {Error & { stdout?: string }} */ (error);
  console.log(`  ✗ ${message}\n${stdout ?? ""}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
