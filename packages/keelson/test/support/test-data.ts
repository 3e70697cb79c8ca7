import { randomBytes } from "node:crypto";
import type { Caller } from "../../src/base/caller.ts";
import { type Database, type DatabaseOptions, openDatabase } from "../../src/data/database.ts";
import { createDatabase, dropDatabase } from "../../src/data/embedded/create-database.ts";
import type { Execution } from "../../src/data/execute.ts";
import { syncSchema } from "../../src/data/migrate/sync-schema.ts";
import { newPlanCache, type PlanCache } from "../../src/data/plan-cache.ts";
import type { Session, Statement } from "../../src/data/transaction.ts";
import type { AppModel } from "../../src/model/app-model.ts";
import { type PolicyView, policyViews } from "../../src/model/policy-view.ts";
import type { Observation } from "../../src/observe/observation.ts";
import { otherServer, testPostgres } from "./postgres.ts";

/** A database of its own with a model's tables, for what runs below the pipeline. */
export interface TestData {
  readonly model: AppModel;
  readonly database: Database;
  readonly url: string;
  readonly plans: PlanCache;
  readonly observed: Observation[];
  /** Every statement that executions have run. */
  readonly statements: Statement[];
  /** What the executor needs; with the caller's own view of the rules unless another is given. */
  execution(caller: Caller, other?: { readonly view?: PolicyView; readonly session?: Session }): Execution;
  /** Runs free SQL; rows are objects. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** @param server - another server than the test run's embedded one, as a URL */
export async function openTestData(
  model: AppModel,
  { server = otherServer, ...options }: { readonly server?: string } & Partial<DatabaseOptions> = {},
): Promise<TestData> {
  const embedded = server === undefined ? await testPostgres() : undefined;
  const serverUrl = server ?? embedded?.url ?? "";
  const name = `t_${randomBytes(6).toString("hex")}`;
  const url = await createDatabase(serverUrl, name);
  const observed: Observation[] = [];
  const observe = (observation: Observation) => void observed.push(observation);
  await syncSchema({ model, database: url, observe });
  const database = await openDatabase({ url, observe, applicationName: "test", ...options });
  const plans = newPlanCache();
  const statements: Statement[] = [];
  const viewOf = policyViews(model);
  return {
    model,
    database,
    url,
    plans,
    observed,
    statements,
    execution: (caller, { view = viewOf(caller), session = database } = {}) => ({
      model,
      plans,
      session,
      caller,
      view,
      onPlan: ({ statement }) => void statements.push(statement),
    }),
    query: async (text, values = []) => (await database.pool.query(text, [...values])).rows,
    close: async () => {
      await database.close();
      await dropDatabase(serverUrl, name);
      await embedded?.stop();
    },
  };
}
