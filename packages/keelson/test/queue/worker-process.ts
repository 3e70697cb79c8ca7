// A process that runs the jobs of the sorting office until it is ended, in whatever way.
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { openDatabase } from "../../src/data/database.ts";
import { loadModel } from "../../src/model/load-model.ts";
import { readConfig } from "../../src/runtime/config.ts";
import { work } from "../../src/runtime/work.ts";
import { hooks, sorting } from "./sorting-model.ts";

const [url = "", mode = "busy", leaseMs = "1500", poisonAfter = "1000"] = process.argv.slice(2);
const { config } = readConfig(
  {
    KEELSON_SECRET: "x".repeat(32),
    KEELSON_JOB_LEASE_MS: leaseMs,
    KEELSON_JOB_CONCURRENCY: "4",
    KEELSON_DRAIN_TIMEOUT_MS: mode === "stuck" ? "50" : "20000",
  },
  process.cwd(),
);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

hooks.inside = async (belt, number, attempt) => {
  if (mode === "busy") {
    await pause((number * 7) % 10);
    if ((number * 31 + attempt) % 11 === 0) throw new Error("dropped");
    return;
  }
  // Held, until somebody says so; stuck, for ever.
  say(`inside ${belt} ${number}`);
  if (mode === "stuck") return new Promise(() => {});
  await once(process.stdin, "data");
};

const observe = (observation: { readonly type: string; readonly because?: string }): void => {
  if (observation.type === "job.given up") say(`given up: ${observation.because}`);
};
const database = await openDatabase({ url, observe, applicationName: "keelson test worker" });
const { model } = loadModel(sorting);
const working = await work({
  config,
  model,
  data: { database, url, embedded: false, close: () => database.close() },
  observe,
  poisonAfter: Number(poisonAfter),
});
process.once("SIGTERM", () => {
  void working.stop("SIGTERM").then(async () => {
    await database.close();
    process.exit(0);
  });
});
await working.start();
say("ready");
