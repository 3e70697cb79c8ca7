import type pg from "pg";
import { failure } from "../base/error.ts";
import { acquire, ask, isLost, release, runStatement } from "./pooled-connection.ts";
import { apiTypes } from "./result-types.ts";
import type { Transaction } from "./transaction.ts";
import { newTurns, type Turns } from "./turns.ts";

export interface TransactionOptions {
  readonly pool: pg.Pool;
  readonly mode: Transaction["mode"];
  /** Set again in every transaction, where a pooler stands between and nothing is kept in the session. */
  readonly localSettings: string | undefined;
}

/**
 * One attempt at a transaction: begun, then the work, then committed; rolled back when the work throws. What
 * the work started and did not wait for is waited for before the commit, and refused after a failure.
 */
export async function runTransaction<T>(
  { pool, mode, localSettings }: TransactionOptions,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const client = await acquire(pool);
  const turns = newTurns();
  try {
    const begin = mode === "read" ? "begin transaction isolation level repeatable read, read only" : "begin";
    await ask(client, localSettings === undefined ? begin : `${begin}; ${localSettings}`);
    const result = await work(transactionOn(client, mode, localSettings === undefined, turns));
    await turns.settle();
    await turns.close();
    const { command } = await ask(client, "commit");
    // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, and with no error.
    if (command !== "COMMIT") throw failure("internal", "The transaction had failed and was rolled back.");
    return result;
  } catch (error) {
    await turns.close();
    // Without a connection the server rolls back by itself.
    if (!isLost(client)) await ask(client, "rollback").catch(() => {});
    throw error;
  } finally {
    release(client);
  }
}

function transactionOn(
  client: pg.PoolClient,
  mode: Transaction["mode"],
  prepare: boolean,
  turns: Turns,
): Transaction {
  return {
    mode,
    run: (statement, values, read) =>
      turns.take(() => runStatement(client, statement, values, read, prepare)),
    query: (text, values) =>
      turns.take(async () => {
        const config = { text, values: values as unknown[], types: apiTypes };
        const { rows, rowCount } = await ask(client, config);
        return { rows: rows as Record<string, unknown>[], affected: rowCount ?? 0 };
      }),
    nested: (work) =>
      turns.take(() => runNested(client, (inner) => work(transactionOn(client, mode, prepare, inner)))),
  };
}

/** Works inside a savepoint; meanwhile the transaction around it waits, and the inner one has its own turns. */
async function runNested<T>(client: pg.PoolClient, work: (turns: Turns) => Promise<T>): Promise<T> {
  const turns = newTurns();
  await ask(client, "savepoint keelson");
  try {
    const result = await work(turns);
    await turns.settle();
    await turns.close();
    await ask(client, "release savepoint keelson");
    return result;
  } catch (error) {
    await turns.close();
    // Why it failed matters more than that it could not be undone: the transaction is lost then anyway.
    if (!isLost(client))
      await ask(client, "rollback to savepoint keelson; release savepoint keelson").catch(() => {});
    throw error;
  }
}
