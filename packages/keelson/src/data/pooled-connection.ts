import type pg from "pg";
import { isConnectionLoss, translateConnectionError } from "./database-error.ts";
import { alone, type Company, type Control, StatementQuery } from "./statement-query.ts";
import type { ReadRows, Statement } from "./transaction.ts";

/** Prepared statements a connection may hold before it is replaced, so that server memory stays bounded. */
const maxPreparedPerConnection = 1_000;

const preparedNames = new WeakMap<pg.PoolClient, Set<string>>();
const lost = new WeakSet<pg.PoolClient>();

/** Takes a connection from the pool. @throws KeelsonError `overloaded` or `unavailable` */
export async function acquire(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw translateConnectionError(error);
  }
}

/** A connection that was lost, or that holds too many prepared statements, is closed instead of reused. */
export function release(client: pg.PoolClient): void {
  client.release(lost.has(client) || (preparedNames.get(client)?.size ?? 0) > maxPreparedPerConnection);
}

/** True when nothing more can be asked on it; the server then ends its transaction by itself. */
export const isLost = (client: pg.PoolClient): boolean => lost.has(client);

/**
 * Asks on a connection, and remembers when that showed that it is lost.
 *
 * @throws KeelsonError `unavailable` for a lost connection; the driver's error for what PostgreSQL refused
 */
export async function ask(client: pg.PoolClient, config: pg.QueryConfig | string): Promise<pg.QueryResult> {
  try {
    return await client.query(config);
  } catch (error) {
    throw noteLoss(client, error);
  }
}

/** Remembers a connection that an error shows to be lost; gives the error to throw. */
function noteLoss(client: pg.PoolClient, error: unknown): unknown {
  if (!isConnectionLoss(error)) return error;
  lost.add(client);
  return translateConnectionError(error);
}

/** Runs a compiled statement, along with its company; prepared where it has a name and the connection is kept. */
export function runStatement<T>(
  client: pg.PoolClient,
  statement: Statement,
  values: readonly unknown[],
  read: ReadRows<T>,
  prepare: boolean,
  company: Company = alone,
): Promise<T> {
  const named = prepare && statement.name !== "";
  if (named) rememberPrepared(client, statement.name);
  return new Promise((resolve, reject) => {
    const query = new StatementQuery(
      named ? statement : { ...statement, name: "" },
      values,
      read,
      (error, result) => (error ? reject(noteLoss(client, error)) : resolve(result as T)),
      prepare ? company : unnamed(company),
    );
    client.query(query);
  });
}

/** Where the connection is another one every time, nothing can be prepared on it. */
function unnamed({ before, commit }: Company): Company {
  const without = (control: Control): Control => ({
    ...control,
    statement: { ...control.statement, name: "" },
  });
  return { before: before.map(without), ...(commit ? { commit: without(commit) } : {}) };
}

function rememberPrepared(client: pg.PoolClient, name: string): void {
  let names = preparedNames.get(client);
  if (!names) {
    names = new Set();
    preparedNames.set(client, names);
  }
  names.add(name);
}
