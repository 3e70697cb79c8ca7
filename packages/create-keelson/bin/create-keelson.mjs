#!/usr/bin/env node
import { existsSync } from "node:fs";

// Keelson runs TypeScript files as they are, which Node does without a flag from 22.18 on. Older ones,
// down to 14, must still be able to read this file, so that they can say so.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Keelson needs Node 22.18 or newer, and this is ${process.version}: see https://nodejs.org`);
  process.exit(1);
}

// A checkout need not be built.
const source = new URL("../src/main.ts", import.meta.url);
const { main } = await import(existsSync(source) ? source.href : "../dist/main.js");
process.exitCode = await main(process.argv.slice(2));
