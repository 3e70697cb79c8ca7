import type pg from "pg";
import { acquire, ask, release } from "./pooled-connection.ts";
import { apiTypes } from "./result-types.ts";
import type { Statement, Transaction } from "./transaction.ts";
import { TransactionConnection } from "./transaction-connection.ts";
import { newTurns, type Turns } from "./turns.ts";

export interface TransactionOptions {
  readonly pool: pg.Pool;
  readonly mode: Transaction["mode"];
  /** Run again in every transaction, where a pooler stands between and nothing is kept in the session. */
  readonly localSettings: Statement | undefined;
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
  const connection = new TransactionConnection(client, mode, localSettings);
  const turns = newTurns();
  try {
    const result = await work(transactionOn(connection, mode, turns, 0));
    await turns.settle();
    await turns.close();
    await connection.commit();
    return result;
  } catch (error) {
    await turns.close();
    await connection.rollback();
    throw error;
  } finally {
    release(client);
  }
}

function transactionOn(
  connection: TransactionConnection,
  mode: Transaction["mode"],
  turns: Turns,
  depth: number,
): Transaction {
  return {
    mode,
    run: (statement, values, read) => turns.take(() => connection.run(statement, values, read)),
    sendAlong: (statement, values, read) => connection.sendAlong(statement, values, read),
    runLast: async (statement, values, read) => {
      if (depth > 0) return turns.take(() => connection.run(statement, values, read));
      await turns.settle();
      await turns.close();
      return connection.runLast(statement, values, read);
    },
    query: (text, values) =>
      turns.take(async () => {
        await connection.flush();
        const config = { text, values: values as unknown[], types: apiTypes };
        const { rows, rowCount } = await ask(connection.client, config);
        return { rows: rows as Record<string, unknown>[], affected: rowCount ?? 0 };
      }),
    nested: (work) =>
      turns.take(() =>
        runNested(connection, depth + 1, (inner) => work(transactionOn(connection, mode, inner, depth + 1))),
      ),
  };
}

/** Works behind a savepoint; meanwhile the transaction around it waits, and the inner one has its own turns. */
async function runNested<T>(
  connection: TransactionConnection,
  depth: number,
  work: (turns: Turns) => Promise<T>,
): Promise<T> {
  const turns = newTurns();
  const mark = connection.mark(depth);
  try {
    const result = await work(turns);
    await turns.settle();
    await turns.close();
    mark.release();
    return result;
  } catch (error) {
    await turns.close();
    // Why it failed matters more than that it could not be undone: the transaction is lost then anyway.
    await mark.undo().catch(() => {});
    throw error;
  }
}
