import { setTimeout as pause } from "node:timers/promises";
import type { Kysely } from "kysely";
import type pg from "pg";
import { type Caller, system } from "../base/caller.ts";
import type { Clock } from "../base/clock.ts";
import { type Database, openDatabase } from "../data/database.ts";
import { jobSchema, needsJobs } from "../data/migrate/job-schema.ts";
import { snapshotOf } from "../data/migrate/snapshot-of.ts";
import { seedDatabase } from "../data/seed.ts";
import { openDevelopmentKey } from "../identity/development-key.ts";
import { quoteIdentifier } from "../model/quote-identifier.ts";
import { type Observation, type Observe, observeNothing } from "../observe/observation.ts";
import type { App } from "../operation/call.ts";
import { newCallerDb } from "../operation/caller-db.ts";
import type { Network } from "../runtime/open-integrations.ts";
import { type Log, openLog } from "../runtime/open-log.ts";
import { type Service, serve } from "../runtime/serve.ts";
import type { TestSettings } from "../runtime/test-settings.ts";
import { setDatabaseClock } from "./database/database-clock.ts";
import type { Contents } from "./database/template.ts";
import { openTestDatabase, type TestDatabase } from "./database/test-database.ts";
import { openTestServer } from "./database/test-server.ts";
import { newFactories } from "./factory/factories.ts";
import { findLeaks } from "./find-leaks.ts";
import { LeakError } from "./leak-error.ts";
import { type LeakWatch, newLeakWatch } from "./leak-watch.ts";
import { newTestApi, type TestApi } from "./test-api.ts";
import { newTestClock, type TestClock } from "./test-clock.ts";
import { newTestDb, openTestPool } from "./test-db.ts";
import { newTestIntegrations, type TestIntegration } from "./test-integrations.ts";
import { newTestJobs, type TestJobs } from "./test-jobs.ts";

/** Everything behind a {@link testBackend}, before it has types. */
interface Workbench {
  readonly app: App;
  readonly databaseUrl: string;
  readonly make: Readonly<Record<string, unknown>>;
  readonly db: Kysely<unknown>;
  readonly clock: TestClock;
  readonly observed: readonly Observation[];
  readonly jobs: TestJobs;
  readonly integrations: Readonly<Record<string, TestIntegration>>;
  apiFor(callerOf: (as: object) => Caller): TestApi<object>;
  /** Settles when the database's clock is in step; undefined when it is. */
  ready(): Promise<void> | undefined;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The request id of factories, by which their observations are told apart. */
const factoryRequest = "keelson-testing-make";

type Settings = Contents & { readonly settleMs: number };

/** Opens one thing after the other; what is open already is closed again when a later one fails. */
export async function openWorkbench(settings: TestSettings, contents: Settings): Promise<Workbench> {
  const opened: (() => unknown)[] = [];
  try {
    const server = await openTestServer(settings);
    opened.push(() => server.stop());
    const copy = await openTestDatabase(server.url, contents);
    opened.push(() => copy.drop());
    return await openOn(copy, settings, contents, opened);
  } catch (error) {
    await undo(opened);
    throw error;
  }
}

async function undo(opened: (() => unknown)[]): Promise<void> {
  for (let last = opened.pop(); last; last = opened.pop()) await last();
}

async function openOn(
  copy: TestDatabase,
  settings: TestSettings,
  contents: Settings,
  opened: (() => unknown)[],
): Promise<Workbench> {
  const { model, settleMs } = contents;
  const watch = newLeakWatch();
  opened.push(() => watch.stop());
  const log = settings.config.logLevel === "silent" ? undefined : openLog(settings.config, model.name);
  const { observed, observe } = collect(log);
  const pool = openTestPool(copy.url);
  const { clock, control, ready } = followedClock(pool);
  const outside = newTestIntegrations(model.integrations, clock, (name) =>
    service.app.integrations?.open.get(name)?.reset(),
  );
  const { network } = outside;
  const { key, database, service } = await start({
    copy,
    settings,
    contents,
    watch,
    observe,
    clock,
    network,
  });
  const { app } = service;
  const factories = newFactories(model, {
    create: async (resource, data) => {
      await ready();
      return factoryDb(app, observe).create(resource, data);
    },
  });
  let listening: Promise<string> | undefined;
  const listen = async (): Promise<string> => {
    listening ??= service.listen();
    await ready();
    return listening;
  };
  let closed = false;
  return {
    app,
    databaseUrl: copy.url,
    make: factories.make,
    db: newTestDb(model, pool, ready),
    clock: control,
    observed,
    jobs: newTestJobs(app, ready),
    integrations: outside.integrations,
    ready,
    apiFor: (callerOf) => newTestApi({ url: listen, token: (as) => mint(key, callerOf(as)) }),
    reset: async () => {
      await watch.settle(settleMs);
      control.reset();
      await ready();
      await refill(pool, database, contents);
      factories.reset();
      outside.reset();
      observed.length = 0;
    },
    close: async () => {
      if (closed) return;
      closed = true;
      const leaks = await findLeaks({ watch, database: copy, pool: database.pool, testPool: pool, settleMs });
      await closeAll({ service, pool, database, log, watch });
      await undo(opened);
      if (leaks.length > 0) throw new LeakError(leaks);
    },
  };
}

/** The back end itself, as `keelson start` puts it together. */
async function start(parts: {
  readonly copy: TestDatabase;
  readonly settings: TestSettings;
  readonly contents: Contents;
  readonly watch: LeakWatch;
  readonly observe: Observe;
  readonly clock: Clock;
  readonly network: Network;
}) {
  const { copy, settings, contents, watch, observe, clock, network } = parts;
  const { config, stateDir } = settings;
  const { model } = contents;
  const database = await openDatabase({
    url: copy.url,
    observe,
    applicationName: `keelson ${model.name}`,
    poolSize: config.poolSize,
    statementTimeoutMs: config.statementTimeoutMs,
    lockTimeoutMs: config.lockTimeoutMs,
  });
  const key = await openDevelopmentKey(stateDir, model.name, clock);
  const data = { database, url: copy.url, embedded: false, close: () => database.close() };
  const service = await serve({
    config,
    model,
    data,
    observe,
    developmentKey: key,
    watch: watch.calls,
    clock,
    network,
    // They run when the test asks for it.
    runsJobs: false,
  });
  return { key, database, service };
}

function collect(log: Log | undefined): { readonly observed: Observation[]; readonly observe: Observe } {
  const observed: Observation[] = [];
  return {
    observed,
    observe: (observation) => {
      log?.observe(observation);
      if (!("requestId" in observation) || observation.requestId !== factoryRequest)
        observed.push(observation);
    },
  };
}

/** The clock, and a promise for the database's having followed it. */
function followedClock(pool: pg.Pool) {
  let following: Promise<void> | undefined;
  const { clock, control } = newTestClock((setting) => {
    const before = following ?? Promise.resolve();
    const step = before.then(() => setDatabaseClock(pool, setting));
    following = step;
    const forget = (): void => {
      if (following === step) following = undefined;
    };
    // Whoever waits for it is told when it fails.
    step.then(forget, () => {});
  });
  return { clock, control, ready: () => following };
}

const factoryDb = (app: App, observe: Observe) =>
  newCallerDb({
    model: app.model,
    run: app.run,
    caller: system("a test makes a record"),
    common: { door: "test", trusted: true, requestId: factoryRequest },
    newRequestId: app.newId,
    observe,
  });

async function mint(
  key: Awaited<ReturnType<typeof openDevelopmentKey>>,
  { kind, id, roles, claims }: Caller,
): Promise<string> {
  if (kind !== "user" || id === null)
    throw new TypeError(`there is no token for the ${kind} caller; leave \`as\` out to call without one`);
  return key.mint({ subject: id, roles, claims, lifetimeSeconds: 3_600 });
}

/** Keelson's own tables, except those that tell what the schema is. */
const systemTables = `
  select tablename as name from pg_tables
   where schemaname = 'keelson'
     and tablename not in ('migrations', 'migration_progress', 'schema_snapshot', 'system_version')`;

async function refill(
  pool: pg.Pool,
  database: Database,
  { model, seedScale }: Pick<Contents, "model" | "seedScale">,
): Promise<void> {
  const { rows: ofSystem } = await pool.query<{ name: string }>(systemTables);
  const tables = [
    ...snapshotOf(model).tables.map(({ name }) => quoteIdentifier(name)),
    ...ofSystem.map(({ name }) => `keelson.${quoteIdentifier(name)}`),
    ...(needsJobs(model) ? [`${jobSchema}.job`] : []),
  ];
  if (tables.length > 0) await pool.query(`truncate ${tables.join(", ")} cascade`);
  const { seed } = model.backend;
  if (seedScale === undefined || seed === undefined) return;
  await seedDatabase({ model, database, observe: observeNothing, seed, scale: seedScale });
}

/** Calls that were left behind lose their connections when the database goes: nothing waits for them. */
async function closeAll(parts: {
  readonly service: Service;
  readonly pool: pg.Pool;
  readonly database: Database;
  readonly log: Log | undefined;
  readonly watch: LeakWatch;
}): Promise<void> {
  await parts.service.stop("test");
  const ending = Promise.allSettled([parts.database.close(), parts.pool.end()]);
  await Promise.race([ending, pause(closeLimitMs)]);
  await parts.log?.close();
}

/** Connections that are in use are not waited for any longer. */
const closeLimitMs = 200;
