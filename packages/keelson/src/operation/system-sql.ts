import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type { Caller } from "../base/caller.ts";
import type { Transaction } from "../data/transaction.ts";
import type { ResourceTypes } from "../declare/row.ts";
import type { AppModel, ResourceModel } from "../model/app-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { CallWatch } from "./call-watch.ts";
import { declaredNames } from "./declared-names.ts";
import type { Footprint } from "./footprint.ts";
import { noteQuery } from "./note-query.ts";
import type { StatementTally } from "./statement-tally.ts";

interface Options {
  readonly model: AppModel;
  readonly caller: Caller;
  readonly observe: Observe;
  readonly common: {
    readonly requestId?: string;
    readonly tally?: StatementTally;
    readonly footprint?: Footprint;
  };
  readonly watch?: CallWatch;
  readonly transaction?: Transaction;
}

/** A Kysely instance over the handler's transaction that knows tables and columns by their declared names. */
export function systemSql(
  options: Options,
  tables: Readonly<Record<string, ResourceTypes>>,
): Kysely<unknown> {
  if (options.caller.kind !== "system") {
    throw new TypeError(
      'hand-written SQL goes around the access rules: use db.asSystem("reason").sql({ … })',
    );
  }
  if (!options.transaction)
    throw new TypeError("hand-written SQL is for handlers, where it runs inside their transaction");
  const known = new Map(
    Object.entries(tables).map(([name, { name: resource }]) => {
      const model = options.model.resources.get(resource);
      if (!model) throw new TypeError(`"${resource}" is not a resource of this back end`);
      return [name, model] as const;
    }),
  );
  const { reason, onBehalfOf } = options.caller;
  const requestId = options.common.requestId ?? null;
  options.observe({ type: "system.access", requestId, reason, callerId: onBehalfOf });
  return new Kysely<unknown>({
    dialect: transactionDialect(options.transaction, options, reason, [...known.values()]),
    plugins: [declaredNames(known)],
  });
}

async function measured<T>(
  { common: { tally }, watch }: Options,
  reason: string,
  query: CompiledQuery,
  run: () => Promise<T>,
): Promise<T> {
  if (!tally) return run();
  const waitedMs = tally.waitedMs;
  tally.begin();
  const result = await run().finally(() => tally.end());
  watch?.statementRan({
    call: tally.root,
    operation: `SQL "${reason}"`,
    text: query.sql,
    values: query.parameters,
    tookMs: tally.waitedMs - waitedMs,
  });
  return result;
}

/** Kysely on top of the open transaction: it may neither open nor end one. */
function transactionDialect(
  transaction: Transaction,
  options: Options,
  reason: string,
  named: readonly ResourceModel[],
): Dialect {
  const connection: DatabaseConnection = {
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      const { footprint } = options.common;
      if (footprint) noteQuery(footprint, options.model, named, query, transaction.mode);
      const { rows, affected } = await measured(options, reason, query, () =>
        transaction.query(query.sql, query.parameters),
      );
      return { rows: rows as R[], numAffectedRows: BigInt(affected) };
    },
    // biome-ignore lint/correctness/useYield: refuses before it could yield
    async *streamQuery(): AsyncIterableIterator<never> {
      throw new TypeError("streaming is not available inside a handler's transaction");
    },
  };
  const refuse = async () => {
    throw new TypeError("the handler's transaction is opened and ended for you");
  };
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => ({
      init: async () => {},
      acquireConnection: async () => connection,
      beginTransaction: refuse,
      commitTransaction: refuse,
      rollbackTransaction: refuse,
      releaseConnection: async () => {},
      destroy: async () => {},
    }),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}
