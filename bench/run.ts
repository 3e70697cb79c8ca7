// `npm run bench`: the shop on Keelson beside the same four operations written by hand, on one PostgreSQL.
import { checkAnswers } from "./check-answers.ts";
import type { BenchDatabase } from "./database/open-database.ts";
import { prepareData } from "./database/prepare-data.ts";
import { readSample, type Sample } from "./database/sample.ts";
import { startDatabase } from "./database/start-database.ts";
import { type LoadProcess, startLoadProcess } from "./load/load-process.ts";
import { measureBoot } from "./measure/boot.ts";
import { measureCaching } from "./measure/caching.ts";
import { measurePaging } from "./measure/paging.ts";
import { measureScenario } from "./measure/scenario-run.ts";
import { measureTypeCheck } from "./measure/type-check.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { openProgress, type Progress } from "./progress.ts";
import { formatExtras, formatScenario, type Report } from "./report/report.ts";
import { describeMachine, describeVersions, writeResults } from "./report/write-results.ts";
import { scenarios } from "./scenario.ts";
import { handwritten } from "./service/handwritten.ts";
import { startIssuer } from "./service/issuer.ts";
import { keelson, prepareWithKeelson } from "./service/keelson.ts";
import { mintTokens, type RunningService, startService } from "./service/running-service.ts";
import type { Service } from "./service/service.ts";

const bootRounds = 5;
const typeRounds = 3;
const pagingRepeats = 300;

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === "help") process.stdout.write(usage);
  else await bench(options, openProgress(process.stdout));
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function bench(options: Options, progress: Progress): Promise<void> {
  const wanted = (name: string): boolean =>
    options.only.length === 0 || options.only.some((part) => name.includes(part));
  const issuer = await startIssuer();
  const services: readonly Service[] = options.keelson ? [handwritten, keelson(issuer)] : [handwritten];
  const database = await startDatabase(options.databaseUrl, options.keelson ? "bench" : "bench_plain");
  const load = startLoadProcess();
  try {
    progress.step("preparing 10,000 customers and 100,000 orders");
    await prepareData(database.client, options.keelson ? prepareWithKeelson(database.url) : undefined);
    const sample = await readSample(database.client);
    const start = await starter(database, sample, services);
    const running = await startAll(services, start);
    const report = await measure(options, wanted, { database, load, sample, running, start, progress });
    progress.done();
    const file = await writeResults(report);
    progress.say(`\nfigures: ${file}`);
  } finally {
    load.stop();
    issuer.close();
    await database.close();
  }
}

interface Bench {
  readonly database: BenchDatabase;
  readonly load: LoadProcess;
  readonly sample: Sample;
  readonly running: readonly RunningService[];
  readonly start: (service: Service) => Promise<RunningService>;
  readonly progress: Progress;
}

async function measure(options: Options, wanted: (name: string) => boolean, bench: Bench): Promise<Report> {
  const { database, sample, running, start, progress } = bench;
  const report: { -readonly [K in keyof Report]: Report[K] } = {
    at: new Date().toISOString(),
    machine: describeMachine(),
    versions: await describeVersions(database.version),
    settings: { rounds: options.rounds, seconds: options.seconds, connections: options.connections },
    scenarios: [],
    boot: [],
    paging: [],
    types: undefined,
  };
  try {
    progress.step("checking the answers");
    await checkAnswers(running, sample);
    await cleanUp(database);
    for (const scenario of scenarios.filter(({ name }) => wanted(name))) {
      const figures = await measureScenario(scenario, options, bench);
      report.scenarios = [...report.scenarios, figures];
      progress.say(formatScenario(figures));
    }
    for (const figures of wanted("cache") ? await measureCaching(options, bench) : []) {
      report.scenarios = [...report.scenarios, figures];
      progress.say(formatScenario(figures));
    }
    for (const service of wanted("paging") ? running : []) {
      progress.step(`following cursors, ${service.service.name}`);
      report.paging = [...report.paging, await measurePaging(service, pagingRepeats)];
    }
  } finally {
    await Promise.all(running.map((service) => service.stop()));
  }
  for (const { service } of wanted("boot") ? running : []) {
    progress.step(`starting ${service.name}`);
    report.boot = [...report.boot, await measureBoot(service.name, () => start(service), bootRounds)];
  }
  if (wanted("types")) {
    progress.step("type-checking a model of 60 resources");
    report.types = await measureTypeCheck(typeRounds);
  }
  progress.say(formatExtras(report));
  return report;
}

/** Mints every service's tokens once, and starts services with them. */
async function starter(
  database: BenchDatabase,
  sample: Sample,
  services: readonly Service[],
): Promise<Bench["start"]> {
  const tokens = new Map(
    await Promise.all(services.map(async (service) => [service, await mintTokens(service, sample)] as const)),
  );
  return async (service) =>
    startService(service, database.url, sample, tokens.get(service) ?? (await mintTokens(service, sample)));
}

/** Starts every service, or none: one that did not come up would leave the others running. */
async function startAll(
  services: readonly Service[],
  start: Bench["start"],
): Promise<readonly RunningService[]> {
  const running: RunningService[] = [];
  try {
    for (const service of services) running.push(await start(service));
    return running;
  } catch (error) {
    await Promise.all(running.map((service) => service.stop()));
    throw error;
  }
}

async function cleanUp(database: BenchDatabase): Promise<void> {
  for (const statement of scenarios.flatMap((scenario) => scenario.cleanup ?? [])) {
    await database.client.query(statement);
  }
}
