import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Config, readConfig } from "./config.ts";

/** What tests take from where they run. */
export interface TestSettings {
  /** The folder with the nearest package.json. */
  readonly projectDir: string;
  /** Where the test server of the project keeps its data and keys. */
  readonly stateDir: string;
  /** A server to test with instead of the embedded one. */
  readonly serverUrl: string | undefined;
  /** What the back end runs with: the defaults, whatever is set for development. */
  readonly config: Config;
  /** Run by `node --test`. */
  readonly underNodeTest: boolean;
}

/** Beside the configuration, for tests alone. */
export const testVariables = {
  KEELSON_TEST_DATABASE_URL: "postgres://… of a server to test with, by a role that may create databases",
  KEELSON_TEST_LOG: "debug, info, warn or error: print the log of the back ends under test",
} as const;

/**
 * Reads the settings of tests from the environment. Of the variables of the configuration only the place of the
 * state directory counts: what a developer has set for `keelson dev` must not change what tests do.
 *
 * @param secret - what cursors are authenticated with
 * @throws DiagnosticError when a variable has a value that means nothing
 */
export function readTestSettings(secret: string): TestSettings {
  const { env } = process;
  const projectDir = nearestProject(process.cwd());
  const stateDir = join(resolve(projectDir, env["KEELSON_STATE_DIR"] || ".keelson"), "test");
  const { config } = readConfig(
    {
      HOST: "127.0.0.1",
      PORT: "0",
      KEELSON_SECRET: secret,
      KEELSON_STATE_DIR: stateDir,
      // Tests call as often as they like; those that are about limits set them in their back end and say so.
      KEELSON_LIMITS: "off",
      // A machine that is busy with tests is no overload of the back end.
      KEELSON_SHEDDING: "off",
      KEELSON_LOG_LEVEL: env["KEELSON_TEST_LOG"] || "silent",
      // What a test has left running is reported, not waited for.
      KEELSON_DRAIN_TIMEOUT_MS: "100",
    },
    projectDir,
  );
  return {
    projectDir,
    stateDir,
    serverUrl: env["KEELSON_TEST_DATABASE_URL"] || undefined,
    config,
    underNodeTest: env["NODE_TEST_CONTEXT"] !== undefined,
  };
}

function nearestProject(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, "package.json"))) return dir;
    if (dirname(dir) === dir) return from;
  }
}
