/** `npm run fuzz -- --requests 100000 --seed 1 --model shop`: sends generated requests to a back end and judges the answers. */
import { parseArgs } from "node:util";
import type { Backend } from "../../src/declare/backend.ts";
import { fuzz } from "../../src/testing/fuzz/fuzz.ts";
import { FuzzError, type FuzzReport } from "../../src/testing/fuzz/fuzz-report.ts";
import { testBackend } from "../../src/testing/test-backend.ts";
import type { TestIntegration } from "../../src/testing/test-integrations.ts";

const models: Readonly<Record<string, () => Promise<Backend>>> = {
  shop: async () => (await import("../../../../examples/shop/backend.ts")).default as Backend,
  fields: async () => (await import("./fields-model.ts")).fieldsModel as Backend,
};

const callers = {
  shop: {
    customer: { id: "alice", roles: ["customer"] },
    support: { id: "sam", roles: ["support"] },
    manager: { id: "mia", roles: ["manager"] },
  },
  fields: { somebody: { id: "ann" }, staff: { id: "sue", roles: ["staff"] } },
} as const;

/** As many requests are sent to one database; then the next seed gets a new one. */
const chunk = 25_000;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    model: { type: "string" },
  },
});

const started = performance.now();
let failed = false;
let sentBefore = 0;
const chosen = values.model === undefined ? Object.keys(models) : [values.model];
const perModel = Math.ceil(Number(values.requests) / chosen.length);
for (const name of chosen) {
  for (let done = 0, seed = Number(values.seed); done < perModel; done += chunk, seed += 1)
    await runOnce(name, seed, Math.min(chunk, perModel - done));
}
process.exitCode = failed ? 1 : 0;

async function runOnce(name: string, seed: number, requests: number): Promise<void> {
  const load = models[name];
  if (!load) throw new Error(`there is no model ${name}; there are ${Object.keys(models).join(", ")}`);
  const began = performance.now();
  await using t = await testBackend(await load(), name === "shop" ? { seed: { scale: 0.02 } } : {});
  const { payments } = t.integrations as Readonly<Record<string, TestIntegration>>;
  payments?.respond("charge", { id: "ch_1", status: "succeeded" } as never);
  const onProgress = (sent: number): void =>
    show(`${name}, seed ${seed}: ${sent} of ${requests}`, sent / requests);
  try {
    tell(
      name,
      await fuzz(t as never, { seed, requests, callers: callers[name as "shop"], onProgress }),
      began,
    );
  } catch (error) {
    if (!(error instanceof FuzzError)) throw error;
    failed = true;
    tell(name, error.report, began);
    process.stdout.write(`${error.message}\n\n`);
  }
}

function show(text: string, part: number): void {
  if (!process.stdout.isTTY) return;
  const width = 30;
  const full = Math.min(width, Math.round(part * width));
  process.stdout.write(`\r\u001b[K${"█".repeat(full)}${"░".repeat(width - full)} ${text}`);
}

function tell(name: string, report: FuzzReport, began: number): void {
  const seconds = (performance.now() - began) / 1_000;
  sentBefore += report.requests;
  const listed = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([key, count]) => `${key} ${count}`)
      .join(", ");
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
  process.stdout.write(
    [
      `${name}, seed ${report.seed}: ${report.requests} requests in ${seconds.toFixed(1)} s, ${Math.round(report.requests / seconds)}/s`,
      `  ${listed(report.byKind)}`,
      `  ${listed(report.byStatus)}`,
      `  never succeeded: ${report.neverSucceeded.join(", ") || "none"}`,
      `  ${report.failures.length} kinds of failures; ${sentBefore} requests in ${((performance.now() - started) / 1_000).toFixed(0)} s so far`,
      "",
    ].join("\n"),
  );
}
