// `npm run overload -w bench`: what is left of the shop's best when twice as much is asked of it, and when no longer.
import { parseArgs } from "node:util";
import { prepareData } from "../database/prepare-data.ts";
import { readSample } from "../database/sample.ts";
import { startDatabase } from "../database/start-database.ts";
import { sendBurst } from "../load/send-burst.ts";
import { type Call, scenarios } from "../scenario.ts";
import { startIssuer } from "../service/issuer.ts";
import { keelson, prepareWithKeelson } from "../service/keelson.ts";
import { mintTokens, startService } from "../service/running-service.ts";
import { withSettings } from "../service/service.ts";
import { sendOpenLoad } from "./open-loop.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    scenario: { type: "string", default: "list" },
    shedding: { type: "string", default: "on" },
  },
});
const scenario = scenarios.find(({ name }) => name === values.scenario);
if (!scenario) throw new Error(`--scenario: one of ${scenarios.map(({ name }) => name).join(", ")}`);
const seconds = Number(values.seconds);
const patienceMs = 1_000;
/** Enough to keep the service busy; more would only wait. */
const connections = 64;

const issuer = await startIssuer();
const database = await startDatabase(undefined, "bench_overload");
try {
  await prepareData(database.client, prepareWithKeelson(database.url));
  const sample = await readSample(database.client);
  const service = withSettings(keelson(issuer), { KEELSON_SHEDDING: values.shedding });
  const running = await startService(service, database.url, sample, await mintTokens(service, sample));
  try {
    const calls: readonly Call[] = scenario.calls(service, sample);
    const target = { host: running.host, port: running.port, requests: running.requests(calls) };
    await sendBurst({ ...target, expectedStatus: 200, connections, seconds: Math.min(seconds, 3) });
    const best = await sendBurst({ ...target, expectedStatus: 200, connections, seconds });
    const peak = best.requests / best.seconds;
    print(`at most, ${connections} connections`, peak, 1);
    for (const times of [0.8, 2, 0.5]) {
      const result = await sendOpenLoad({ ...target, perSecond: peak * times, seconds, patienceMs });
      print(`asked for ${times} times as much`, result.goodput, result.goodput / peak);
      process.stdout.write(
        `  ${result.sent} sent, ${result.refused} refused, ${result.late} late, p99 ${Math.round(result.p99Ms)} ms\n`,
      );
    }
  } finally {
    await running.stop();
  }
} finally {
  issuer.close();
  await database.close();
}

function print(what: string, perSecond: number, ratio: number): void {
  process.stdout.write(`${what}: ${Math.round(perSecond)} good answers/s, ${Math.round(ratio * 100)} %\n`);
}
