import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Kysely } from "kysely";
import { anonymous, type Caller, system, user } from "../base/caller.ts";
import type { ApiOf } from "../client/api-of.ts";
import type { Backend } from "../declare/backend.ts";
import type { EnqueuedJob, EnqueueOptions, JobInput, JobRef } from "../declare/enqueue.ts";
import { loadModel } from "../model/load-model.ts";
import type { JobEnded, Observation } from "../observe/observation.ts";
import type { JobDesk } from "../operation/job-desk.ts";
import type { JobRecord } from "../queue/find-jobs.ts";
import { readTestSettings, type TestSettings } from "../runtime/test-settings.ts";
import { callOperations } from "./call-operations.ts";
import type { Factories } from "./factory/factories.ts";
import { namedHandlers } from "./leak-watch.ts";
import type { Operations } from "./operations.ts";
import { closeWithRunner } from "./runner-hooks.ts";
import type { TestApi } from "./test-api.ts";
import type { TestClock } from "./test-clock.ts";
import type { TestIntegrations } from "./test-integrations.ts";
import type { TestTables } from "./test-tables.ts";
import { openWorkbench } from "./workbench.ts";

/** Somebody who calls, as a verified token would name them. */
export interface TestCaller<Role extends string = string> {
  /** The subject. */
  readonly id: string;
  readonly roles?: readonly Role[];
  /** Further claims of the token, as JSON values. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

type RoleOf<B extends Backend> =
  NonNullable<B["~options"]> extends { readonly roles: readonly (infer Role extends string)[] }
    ? Role
    : string;

/** What the test of a back end begins with. */
export interface TestBackendOptions {
  /**
   * Applies migration files instead of bringing the database in step with the model, and fails where the two differ:
   * `true` for the folder `migrations` of the project, or a folder. @defaultValue false
   */
  readonly migrations?: boolean | string | URL;
  /** Fills the database with the back end's seed, at its default size or a `scale` of it. @defaultValue false */
  readonly seed?: boolean | { readonly scale: number };
  /** How long `close` waits for calls that are still running before they count as left behind. @defaultValue 1,000 ms */
  readonly settleMs?: number;
}

/** A back end under test, on a database of its own. */
export interface TestBackend<B extends Backend = Backend> extends AsyncDisposable {
  /** The operations, called by somebody. */
  as(caller: TestCaller<RoleOf<B>>): Operations<ApiOf<B>>;
  /** The operations, called without a token. */
  readonly anonymous: Operations<ApiOf<B>>;
  /** The operations, called by the system: no rule applies. The reason is observed. */
  asSystem(reason: string): Operations<ApiOf<B>>;
  /** Makes records, with what is not given made up. */
  readonly make: Factories<B>;
  /** The API over HTTP. */
  readonly api: TestApi<TestCaller<RoleOf<B>> | Operations<ApiOf<B>>>;
  /** The rows themselves, as a typed Kysely instance. Tables go by the names of the resources. */
  readonly db: Kysely<TestTables<B>>;
  readonly clock: TestClock;
  /**
   * Runs the jobs that are due, and those that these enqueue; says how each run ended. Jobs do not run by themselves in
   * tests. One that failed runs again once the clock has been moved on, by the longest time that it could wait.
   */
  runJobs(): Promise<readonly JobEnded[]>;
  /** The jobs that have been enqueued, the newest first. */
  jobs(job?: JobRef): Promise<readonly JobRecord[]>;
  /** What those have who look after the jobs: dead letters, cancelling. */
  readonly jobDesk: JobDesk;
  /** Enqueues a job for a caller, or for the system. */
  enqueue<J extends JobRef>(
    as: TestCaller<RoleOf<B>> | Operations<ApiOf<B>>,
    job: J,
    input: JobInput<J>,
    options?: EnqueueOptions,
  ): Promise<EnqueuedJob>;
  /**
   * The services that it depends on, by name. Nobody is called: say what they answer, how they fail, or where they are.
   */
  readonly integrations: TestIntegrations<B>;
  /** What was announced since the beginning or the last `reset`: calls, requests, uses of `asSystem`. Factories' calls are left out. */
  observations(): readonly Observation[];
  /** Those of one type. */
  observations<T extends Observation["type"]>(type: T): readonly Extract<Observation, { readonly type: T }>[];
  /** Empties the tables (a seed is put back), forgets what was observed, and lets the clock run again. */
  reset(): Promise<void>;
  /** `postgres://…` of the database. */
  readonly databaseUrl: string;
  /**
   * Ends everything and drops the database. The first time only.
   *
   * @throws LeakError when calls, connections, transactions or rejected promises were left behind
   */
  close(): Promise<void>;
}

/**
 * Starts a back end for a test file: its own database, copied from a template, and the same pipeline and HTTP server
 * that `keelson start` runs. Vitest, `node --test` and whatever has a global `afterAll` close it at the end of the
 * file (or of the test that opened it); anywhere else write `await using`, or call `close`.
 *
 * @throws DiagnosticError when the declarations, the migrations or the database are not in order
 */
export async function testBackend<const B extends Backend>(
  app: B,
  options: TestBackendOptions = {},
): Promise<TestBackend<B>> {
  const settings = readTestSettings(randomBytes(32).toString("base64url"));
  const { model } = loadModel(namedHandlers(app));
  const bench = await openWorkbench(settings, {
    model,
    migrationsDir: migrationsDirOf(options.migrations, settings),
    seedScale:
      options.seed === undefined || options.seed === false
        ? undefined
        : options.seed === true
          ? 1
          : options.seed.scale,
    settleMs: options.settleMs ?? 1_000,
  });
  const callers = new WeakMap<object, Caller>();
  const operations = (caller: Caller): Operations<ApiOf<B>> => {
    const called = callOperations(bench.app, caller, bench.ready);
    callers.set(called, caller);
    return called as Operations<ApiOf<B>>;
  };
  const callerOf = (as: object): Caller => callers.get(as) ?? userOf(as as TestCaller);
  await closeWithRunner(bench.close, settings.underNodeTest);
  const backend = {
    as: (caller) => operations(userOf(caller)),
    anonymous: operations(anonymous),
    asSystem: (reason) => operations(system(reason)),
    make: bench.make as Factories<B>,
    api: bench.apiFor(callerOf) as TestBackend<B>["api"],
    db: bench.db as Kysely<TestTables<B>>,
    clock: bench.clock,
    integrations: bench.integrations as TestBackend<B>["integrations"],
    runJobs: () => bench.jobs.run(),
    jobs: (job) => bench.jobs.list(job),
    get jobDesk() {
      return bench.jobs.desk;
    },
    enqueue: (as, job, input, options) => bench.jobs.enqueue(callerOf(as), job, input, options),
    observations: (type?: Observation["type"]) =>
      (type === undefined
        ? [...bench.observed]
        : bench.observed.filter((each) => each.type === type)) as never,
    reset: bench.reset,
    databaseUrl: bench.databaseUrl,
    close: bench.close,
    [Symbol.asyncDispose]: bench.close,
  } satisfies TestBackend<B>;
  return Object.freeze(backend);
}

function userOf({ id, roles = [], claims = {} }: TestCaller): Caller {
  if (typeof id !== "string" || id === "")
    throw new TypeError('a caller needs an id: t.as({ id: "alice" }); without one, use t.anonymous');
  return user(id, roles, claims);
}

function migrationsDirOf(
  given: TestBackendOptions["migrations"],
  { config }: Pick<TestSettings, "config">,
): string | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return config.migrationsDir;
  return join(given instanceof URL ? fileURLToPath(given) : given);
}
