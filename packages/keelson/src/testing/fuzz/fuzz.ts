import { randomUUID } from "node:crypto";
import pg from "pg";
import type { Observation } from "../../observe/observation.ts";
import type { TestApi } from "../test-api.ts";
import { type ApiDescription, readDescription } from "./api-operation.ts";
import { newChance } from "./chance.ts";
import { FuzzError, type FuzzReport } from "./fuzz-report.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { type FuzzRun, newFuzzRun } from "./fuzz-run.ts";
import { newMemory } from "./memory.ts";
import { newRequest, type Sources } from "./new-request.ts";
import { newRawRequest } from "./raw-requests.ts";
import { newSchemaChecks } from "./schema-checks.ts";
import { newSender } from "./send-request.ts";
import { spoilRequest } from "./spoil-request.ts";
import { collectionsOf, tellStories } from "./stories.ts";

/** How to fuzz. */
export interface FuzzOptions<As> {
  /** What the requests follow from: the same seed sends the same ones. @defaultValue 1 */
  readonly seed?: number;
  /** How many requests are sent, about. @defaultValue 2,000 */
  readonly requests?: number;
  /**
   * Who calls, by the names that commands for the shell give their tokens. Give one for every role, and one whom most
   * things are allowed, so that calls succeed too. Calls without a token and with wrong ones are made anyway.
   *
   * @defaultValue one caller without roles
   */
  readonly callers?: Readonly<Record<string, As>>;
  /** Requests in progress at the same time. @defaultValue 8 */
  readonly inFlight?: number;
  /** After so long without a byte a request counts as hanging. @defaultValue 20,000 ms */
  readonly timeoutMs?: number;
  /** Told now and then how many requests were sent. */
  readonly onProgress?: (sent: number) => void;
}

/** What fuzzing needs of a back end under test: that of `testBackend`. */
export interface Fuzzed<As> {
  readonly api: TestApi<As>;
  readonly databaseUrl: string;
  observations(): readonly Observation[];
}

/**
 * Calls an API in every way that its OpenAPI document describes, in ways that are nearly that, and in hostile ones, and
 * compares the answers with the document: no error of the server, no status, header or content that is not described, no
 * refusal of what is allowed and no success of what is not; every refusal a problem that points at what was sent. What was
 * refused must have changed nothing. Works through all versions of the API.
 *
 * @throws FuzzError when anything else came; it has the seed and, for each kind of failure, the smallest request found
 */
export async function fuzz<As>(backend: Fuzzed<As>, options: FuzzOptions<As> = {}): Promise<FuzzReport> {
  const { seed = 1, requests = 2_000, inFlight = 8, timeoutMs = 20_000, onProgress } = options;
  const url = await backend.api.url();
  const callers = options.callers ?? { caller: { id: "fuzz" } as As };
  const tokens = new Map<string, string>([["wrong", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"]]);
  for (const [name, caller] of Object.entries(callers)) tokens.set(name, await backend.api.token(caller));
  const sender = newSender(url, { timeoutMs, connections: inFlight });
  const database = new pg.Pool({ connectionString: backend.databaseUrl, max: 1 });
  const descriptions = await readDescriptions(url);
  const run = newFuzzRun({
    url,
    sender,
    tokens,
    descriptions,
    check: newSchemaChecks(),
    observations: () => backend.observations(),
  });
  const watched = watchProcess(run);
  try {
    const names = Object.keys(callers);
    const total = Math.max(inFlight, requests);
    const progress = { total, ...(onProgress ? { onProgress } : {}) };
    await Promise.all(
      Array.from({ length: inFlight }, (_, lane) =>
        sendAll(run, names, { ...progress, seed, lane, inFlight }),
      ),
    );
    const sources: Sources = {
      chance: newChance(seed ^ 0x5f5f),
      memory: newMemory(descriptions),
      check: run.check,
      callers: names,
    };
    await prime(run, sources);
    await tellStories(
      { run, sources, fingerprint: () => fingerprintOf(database) },
      Math.max(1, Math.round(total / 10_000)),
    );
  } finally {
    watched.stop();
    sender.close();
    await database.end();
  }
  const report = run.report(seed);
  if (report.failures.length > 0) throw new FuzzError(report);
  return report;
}

/** All versions of the API, the newest first. */
async function readDescriptions(url: string): Promise<readonly ApiDescription[]> {
  const read = async (query: string): Promise<Response> => fetch(`${url}/openapi.json${query}`);
  const newest = readDescription((await (await read("")).json()) as never);
  if (newest.version === undefined) return [newest];
  const refusal = (await (await read("?version=0000-00-00")).json()) as {
    readonly known?: readonly string[];
  };
  const others = (refusal.known ?? []).filter((version) => version !== newest.version);
  const older = others
    .toSorted()
    .toReversed()
    .map(async (version) => readDescription((await (await read(`?version=${version}`)).json()) as never));
  return [newest, ...(await Promise.all(older))];
}

interface Lane {
  readonly seed: number;
  readonly lane: number;
  readonly inFlight: number;
  readonly total: number;
  readonly onProgress?: (sent: number) => void;
}

/** Sends one lane's share. Lanes choose apart from each other, so that a run can be repeated. */
async function sendAll(
  run: FuzzRun,
  callers: readonly string[],
  { seed, lane, inFlight, total, onProgress }: Lane,
): Promise<void> {
  const chance = newChance(seed * 1_000 + lane);
  const { descriptions, check } = run;
  const sources: Sources = { chance, memory: newMemory(descriptions), check, callers };
  await prime(run, sources);
  const share = Math.floor(total / inFlight);
  for (let at = 0; at < share; at += 1) {
    // Older versions are the newest in other words; half of the requests are in the newest.
    const description = chance.of(0.6) ? descriptions[0] : chance.pick(descriptions);
    const operation = chance.pick(description?.operations ?? []);
    const valid = newRequest(sources, operation);
    const way = chance.below(100);
    if (way < 6) await run.sendRaw(newRawRequest(chance, valid));
    else if (way < 9) await run.send(asWrongCaller(valid), sources.memory);
    else await run.send(way < 50 ? valid : spoilRequest(sources, valid), sources.memory);
    if (at % 20 === 0) onProgress?.(run.sent());
  }
}

const asWrongCaller = (request: FuzzRequest): FuzzRequest => ({
  ...request,
  kind: "hostile",
  caller: "wrong",
  expectation: "refuse",
  about: "a wrong token",
});

/** Reads what there is already, and creates something of everything. */
async function prime(run: FuzzRun, sources: Sources): Promise<void> {
  const { descriptions } = run;
  const [newest] = descriptions;
  if (!newest) return;
  for (const operation of collectionsOf(newest.operations))
    for (const caller of sources.callers)
      await run.send(
        { ...newRequest(sources, operation), query: [], caller, expectation: "any" },
        sources.memory,
      );
  const creating = newest.operations.filter(
    ({ method, responses }) => method === "POST" && responses.has("201"),
  );
  for (const operation of creating)
    for (const caller of sources.callers)
      await run.send({ ...newRequest(sources, operation), caller }, sources.memory);
}

/** Failures that no answer tells of. */
function watchProcess(run: FuzzRun): { stop(): void } {
  const note = (rule: string) => (reason: unknown) =>
    run.fail({ rule, detail: reason instanceof Error ? (reason.stack ?? reason.message) : String(reason) });
  const rejected = note("unhandled rejection");
  const thrown = note("uncaught exception");
  process.on("unhandledRejection", rejected);
  process.on("uncaughtException", thrown);
  return {
    stop: () => {
      process.off("unhandledRejection", rejected);
      process.off("uncaughtException", thrown);
    },
  };
}

/** Number and content of all rows of the back end's own tables. */
async function fingerprintOf(database: pg.Pool): Promise<string> {
  const { rows: tables } = await database.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema', 'keelson') order by 1`,
  );
  if (tables.length === 0) return "";
  const parts = tables.map(
    ({ name }) => `(select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0) from ${name} t)`,
  );
  const { rows } = await database.query<{ all: string }>(`select concat_ws(',', ${parts.join(", ")}) as all`);
  return rows[0]?.all ?? randomUUID();
}
