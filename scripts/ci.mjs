/**
 * The checks of .ci/run, one after the other; a failed one does not stop the rest. The last line counts
 * the checks and, one by one, the tests of the suite.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "keelson-ci-"));
const testReport = join(scratch, "tests.json");

/** @typedef {{ name: string, command: string[], limitMs: number }} Check */

const minuteMs = 60_000;
/** @type {(name: string, ...args: string[]) => string[]} */
const tool = (name, ...args) => [process.execPath, join(root, "node_modules", name), ...args];
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${testReport}`];

/** The quick ones first. @type {Check[]} */
const checks = [
  { name: "types", command: tool("typescript/bin/tsc", "-p", "tsconfig.json"), limitMs: minuteMs },
  {
    name: "lint",
    command: tool("@biomejs/biome/bin/biome", "check", "--error-on-warnings"),
    limitMs: minuteMs,
  },
  {
    name: "walls",
    command: tool("vitest/vitest.mjs", "run", "packages/keelson/test/architecture"),
    limitMs: minuteMs,
  },
  { name: "unused code", command: tool("knip/bin/knip.js"), limitMs: minuteMs },
  { name: "build", command: ["npm", "run", "build"], limitMs: minuteMs },
  { name: "packages", command: [process.execPath, "scripts/check-packages.mjs"], limitMs: minuteMs },
  { name: "tarball", command: [process.execPath, "scripts/smoke-tarball.mjs"], limitMs: 3 * minuteMs },
  { name: "create", command: [process.execPath, "scripts/smoke-create.mjs"], limitMs: 3 * minuteMs },
  { name: "tests", command: ["npm", "test", "--", ...reporters], limitMs: 15 * minuteMs },
];

let passed = 0;
let failed = 0;
/** @type {string[]} */
const summary = [];

for (const check of checks) {
  console.log(`\n── ${check.name}`);
  const started = performance.now();
  const problem = await run(check);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const line = `${problem ? "✗" : "✓"} ${check.name}, ${seconds} s${problem ? `: ${problem}` : ""}`;
  console.log(line);
  summary.push(line);
  if (problem) failed += 1;
  else passed += 1;
}

const tests = countTests();
rmSync(scratch, { recursive: true, force: true });
console.log(
  `\n${summary.join("\n")}\n${tests.passed} tests passed, ${tests.failed} failed, ${tests.skipped} skipped\n`,
);
passed += tests.passed;
failed += tests.failed;
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

/**
 * @param {Check} check
 * @returns {Promise<string | undefined>} what went wrong
 */
function run({ command: [program = "", ...args], limitMs }) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      // The linters of the API description are fetched when they are asked, which only CI does.
      env: { ...process.env, KEELSON_LINT_OPENAPI: "1" },
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32" && program === "npm",
      timeout: limitMs,
    });
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal ? `stopped by ${signal} (its limit is ${limitMs / 1000} s)` : `exit code ${code}`);
    });
  });
}

/** @returns {{ passed: number, failed: number, skipped: number }} as far as the report tells */
function countTests() {
  try {
    const report = JSON.parse(readFileSync(testReport, "utf8"));
    const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }; // no report: the check itself counts as failed
  }
}
