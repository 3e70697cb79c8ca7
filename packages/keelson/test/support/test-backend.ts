import { randomBytes, randomUUID } from "node:crypto";
import { type Caller, system } from "../../src/base/caller.ts";
import type { Clock } from "../../src/base/clock.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../../src/data/database.ts";
import type { Backend } from "../../src/declare/backend.ts";
import type { SystemDb } from "../../src/declare/handler.ts";
import type { AppModel } from "../../src/model/app-model.ts";
import { loadModel } from "../../src/model/load-model.ts";
import type { Observation } from "../../src/observe/observation.ts";
import type { App } from "../../src/operation/call.ts";
import { newCallerDb } from "../../src/operation/caller-db.ts";
import type { Freshness } from "../../src/operation/envelope.ts";
import type { Outcome } from "../../src/operation/outcome.ts";
import { newApp } from "../../src/runtime/new-app.ts";
import { openTestDatabase } from "../../src/testing/database/test-database.ts";
import { otherServer, testPostgres } from "./postgres.ts";

/** A back end on a database of its own, without a door: the pipeline itself. */
export interface TestBackend {
  readonly app: App;
  readonly model: AppModel;
  readonly database: Database;
  readonly url: string;
  readonly observed: Observation[];
  /** The data as a client of this caller would get it. */
  as(caller: Caller): SystemDb;
  /** The data as handlers get it: read-only fields may be written, any field filters. */
  trusted(caller?: Caller): SystemDb;
  /** Calls an operation by name and gives the outcome, refusals included. */
  call(
    caller: Caller,
    operation: string,
    part?: {
      id?: string;
      input?: unknown;
      read?: object;
      preconditions?: object;
      idempotencyKey?: string;
      freshness?: Freshness;
      atomic?: boolean;
      signal?: AbortSignal;
    },
  ): Promise<Outcome>;
  close(): Promise<void>;
}

export interface TestBackendOptions extends Partial<Omit<DatabaseOptions, "url" | "observe">> {
  /** Another server than the test run's embedded one, as a URL. */
  readonly server?: string;
  /** What stands between the back end and its database, given the database's URL. */
  readonly through?: (url: string) => string | Promise<string>;
  readonly clock?: Clock;
  /** Made once the database is there, given its URL. @defaultValue in the process's memory */
  readonly cache?: (url: string) => NonNullable<App["cache"]>;
}

export async function openTestBackend(
  backend: Backend,
  { server = otherServer, through, clock, cache, ...options }: TestBackendOptions = {},
): Promise<TestBackend> {
  const { model } = loadModel(backend);
  const postgres = server === undefined ? await testPostgres() : undefined;
  const serverUrl = server ?? postgres?.url ?? "";
  const copy = await openTestDatabase(serverUrl, { model, migrationsDir: undefined, seedScale: undefined });
  const { url } = copy;
  const observed: Observation[] = [];
  const observe = (observation: Observation) => void observed.push(observation);
  const address = through ? await through(url) : url;
  const database = await openDatabase({ url: address, observe, applicationName: "test", ...options });
  const app = newApp({
    model,
    database,
    observe,
    issuers: [],
    cursorKeys: [{ id: "test", secret: randomBytes(32) }],
    ...(clock ? { clock } : {}),
    ...(cache ? { cache: cache(url) } : {}),
  });
  const db = (caller: Caller, trusted: boolean) =>
    newCallerDb({
      model,
      run: app.run,
      caller,
      common: { door: "test", trusted },
      newRequestId: () => randomUUID(),
      observe,
    });
  return {
    app,
    model,
    database,
    url,
    observed,
    as: (caller) => db(caller, false),
    trusted: (caller = system("test")) => db(caller, true),
    call: (caller, operation, part = {}) => {
      const found = model.operations.get(operation);
      if (!found) throw new Error(`there is no operation ${operation}`);
      return app.run({
        door: "test",
        operation: found,
        requestId: randomUUID(),
        credentials: { kind: "caller", caller },
        ...part,
      });
    },
    close: async () => {
      await app.cache?.close();
      await database.close();
      await copy.drop();
      await postgres?.stop();
    },
  };
}
