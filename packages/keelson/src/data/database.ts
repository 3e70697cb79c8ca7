import pg from "pg";
import { randomBelow } from "../base/random.ts";
import type { Observe } from "../observe/observation.ts";
import { isRetryable, retryStateOf } from "./database-error.ts";
import { inspectServer, withoutOwnParameters } from "./inspect-server.ts";
import { acquire, release, runStatement } from "./pooled-connection.ts";
import { runTransaction } from "./run-transaction.ts";
import type { Session, Statement, Transaction } from "./transaction.ts";
import { WireClient } from "./wire-client.ts";

export interface DatabaseOptions {
  /** `postgres://…`; with `?pgbouncer=true`, or when a pooler is detected, nothing is kept in the session. */
  readonly url: string;
  readonly observe: Observe;
  readonly applicationName: string;
  /** @defaultValue 16 connections */
  readonly poolSize?: number;
  /** How long a call waits for a free connection. @defaultValue 5,000 ms */
  readonly acquireTimeoutMs?: number;
  /** @defaultValue 10,000 ms */
  readonly statementTimeoutMs?: number;
  /** @defaultValue 2,000 ms */
  readonly lockTimeoutMs?: number;
  /** @defaultValue 10,000 ms */
  readonly idleInTransactionTimeoutMs?: number;
  /**
   * How long an answer may take before the connection counts as lost: a network that swallows packets must not
   * hold it for ever. @defaultValue 5,000 ms more than a statement may take
   */
  readonly answerTimeoutMs?: number;
}

/** The application's connections. Single statements commit by themselves; the rest runs in transactions. */
export interface Database extends Session {
  /**
   * Runs `work` in a transaction: commits when it resolves, rolls back when it throws, and runs it again when
   * PostgreSQL says that it lost a race (40001, 40P01). `work` must therefore have no effect elsewhere.
   */
  transaction<T>(mode: Transaction["mode"], work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** The pool, for the few who need a connection of their own: COPY, LISTEN. */
  readonly pool: pg.Pool;
  /** True behind a transaction pooler, where nothing is kept in the session. */
  readonly pooled: boolean;
  /** Waits for running statements and closes all connections. */
  close(): Promise<void>;
}

/** How often work that lost a race is run. */
const maxAttempts = 4;

/** Opens the pool and makes sure that it reaches a PostgreSQL of a supported version. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, applicationName, acquireTimeoutMs = 5_000 } = options;
  const { pooled } = await inspectServer({ url, applicationName, timeoutMs: acquireTimeoutMs });
  const settings = sessionSettings(options);
  const pool = new pg.Pool({
    Client: WireClient,
    connectionString: withoutOwnParameters(url),
    application_name: applicationName,
    max: options.poolSize ?? 16,
    connectionTimeoutMillis: acquireTimeoutMs,
    // Idle connections are kept: a timer for every release would cost more than they do.
    idleTimeoutMillis: 0,
    query_timeout: options.answerTimeoutMs ?? (options.statementTimeoutMs ?? 10_000) + 5_000,
    keepAlive: true,
    ...(pooled ? {} : { onConnect: async (client) => void (await client.query(settings.session)) }),
  });
  pool.on("error", (error) => options.observe({ type: "pool.error", message: error.message }));
  // The pool listens to idle connections only. One that breaks in use fails what is asked of it next; without
  // a listener it would end the process.
  pool.on("connect", (client) => void client.on("error", () => {}));
  return newDatabase(pool, options.observe, pooled ? settings.local : undefined);
}

/** Timeouts and the formats that the planner counts on, as SQL: for a session, or for one transaction. */
function sessionSettings(options: DatabaseOptions): { readonly session: string; readonly local: Statement } {
  const settings: Readonly<Record<string, string>> = {
    statement_timeout: String(options.statementTimeoutMs ?? 10_000),
    lock_timeout: String(options.lockTimeoutMs ?? 2_000),
    idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs ?? 10_000),
    timezone: "UTC",
    datestyle: "ISO, YMD",
  };
  const print = (isLocal: boolean) =>
    `select ${Object.entries(settings)
      .map(([name, value]) => `set_config('${name}', '${value}', ${isLocal})`)
      .join(", ")}`;
  return { session: print(false), local: { name: "", text: print(true) } };
}

function newDatabase(pool: pg.Pool, observe: Observe, localSettings: Statement | undefined): Database {
  const pooled = localSettings !== undefined;
  // Behind a pooler the settings, and with them the timeouts, only hold inside a transaction.
  const run: Session["run"] = pooled
    ? (statement, values, read) =>
        runTransaction({ pool, mode: "write", localSettings }, (tx) => tx.runLast(statement, values, read))
    : async (statement, values, read) => {
        const client = await acquire(pool);
        try {
          return await runStatement(client, statement, values, read, true);
        } finally {
          release(client);
        }
      };
  return {
    pool,
    pooled,
    run: (statement, values, read) => withRetries(observe, () => run(statement, values, read)),
    transaction: (mode, work) =>
      withRetries(observe, () => runTransaction({ pool, mode, localSettings }, work)),
    close: () => pool.end(),
  };
}

async function withRetries<T>(observe: Observe, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRetryable(error) || count >= maxAttempts) throw error;
      const sqlState = retryStateOf(error) ?? "";
      observe({ type: "transaction.retried", requestId: null, attempt: count, sqlState });
      await backOff(count);
    }
  }
}

/** Full jitter: rivals that collided once shall not collide again. */
const backOff = (attempt: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, randomBelow(10 * 2 ** attempt));
  });
