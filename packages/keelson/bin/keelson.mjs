#!/usr/bin/env node
import { existsSync } from "node:fs";
import module from "node:module";

// Node 22.18 is the first that runs TypeScript files without a flag, which is how a back end is written.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`keelson needs Node 22.18 or newer, and this is ${process.version}: see https://nodejs.org`);
  process.exit(1);
}

// A checkout need not be built: there Keelson is its source, for itself and for those who import it.
const fromSource = "keelson-source";
if (
  existsSync(new URL("../src/cli/main.ts", import.meta.url)) &&
  !process.execArgv.join(" ").includes(fromSource)
)
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, fromSource] }),
  });

// Keeps compiled (and type-stripped) code on disk between runs; the second start is faster.
module.enableCompileCache();
const { main } = await import("#cli");
process.exitCode = await main(process.argv.slice(2));
