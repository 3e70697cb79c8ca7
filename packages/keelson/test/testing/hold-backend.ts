import { once } from "node:events";
import { testBackend } from "../../src/testing/index.ts";
import { desk } from "./desk.ts";

// Runs until its standard input ends.
const t = await testBackend(desk);
process.stdout.write(`${t.databaseUrl}\n`);
process.stdin.resume();
await once(process.stdin, "end");
await t.close();
