import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Workers load the same sources again and again: let them find these compiled, their types stripped.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

/**
 * One configuration for every workspace. Tests run through Node's own module loader, which strips the
 * types, as the program itself does; the condition makes `keelson` mean its source.
 */
export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
    globalSetup: "packages/keelson/test/support/global-setup.ts",
    setupFiles: "packages/keelson/test/support/seed.ts",
    pool: "forks",
    // Left alone, two cores get one worker; most files wait for processes and databases.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    execArgv: ["--conditions=keelson-source"],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Only to end what hangs: a busy machine may take its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    expect: { poll: { timeout: 30_000 } },
    // `vitest run` in an empty or filtered selection is a mistake in the command, not a success.
    passWithNoTests: false,
    allowOnly: !process.env.CI,
  },
});
