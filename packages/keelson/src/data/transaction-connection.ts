import type pg from "pg";
import { ask, isLost, runStatement } from "./pooled-connection.ts";
import { type Control, checkCommitted } from "./statement-query.ts";
import type { ReadRows, Statement, Transaction } from "./transaction.ts";

/**
 * One connection while it has a transaction. What begins and divides the transaction does not go to the server by
 * itself but along with the statement that it is for, so that it costs no time of its own.
 *
 *     idle ──first statement──→ open ──commit──→ ended
 *                                └──rollback, lost connection──→ ended
 *
 * Whoever asks takes care that one thing is asked at a time.
 */
export class TransactionConnection {
  readonly client: pg.PoolClient;
  readonly #prepare: boolean;
  /** What goes along with the next statement. */
  #pending: Control[];
  #state: "idle" | "open" | "ended" = "idle";

  /** @param settings - made again in every transaction, where nothing is kept in the session */
  constructor(client: pg.PoolClient, mode: Transaction["mode"], settings: Statement | undefined) {
    this.client = client;
    this.#prepare = settings === undefined;
    const begun = {
      statement: beginnings[mode],
      done: () => {
        this.#state = "open";
      },
    };
    this.#pending = settings === undefined ? [begun] : [begun, { statement: settings }];
  }

  run<T>(statement: Statement, values: readonly unknown[], read: ReadRows<T>): Promise<T> {
    return runStatement(this.client, statement, values, read, this.#prepare, { before: this.#takePending() });
  }

  /** Sends another statement along before the next one. */
  sendAlong(statement: Statement, values: readonly unknown[], read: ReadRows<void>): void {
    this.#pending.push({ statement, values, read });
  }

  /** Runs the last statement and commits what it leads to, if it does not fail. */
  runLast<T>(statement: Statement, values: readonly unknown[], read: ReadRows<T>): Promise<T> {
    const done = (): void => {
      this.#state = "ended";
    };
    const company = { before: this.#takePending(), commit: { statement: commit, done } };
    return runStatement(this.client, statement, values, read, this.#prepare, company);
  }

  /** Makes the connection ready for what is asked of it in other ways. */
  async flush(): Promise<void> {
    const before = this.#takePending();
    const last = before.pop();
    if (!last) return;
    await runStatement(this.client, last.statement, [], nothing, this.#prepare, { before });
    last.done?.();
  }

  /** Sets a mark to which the transaction can be led back. */
  mark(depth: number): Mark {
    let isSet = false;
    const done = (): void => {
      isSet = true;
    };
    const name = `keelson_${depth}`;
    const control = { statement: statementOf(`savepoint ${name}`, `k_mark_${depth}`), done };
    this.#pending.push(control);
    const forget = (): void => {
      this.#pending = this.#pending.filter((each) => each !== control);
    };
    return {
      release: () => {
        if (isSet)
          this.#pending.push({ statement: statementOf(`release savepoint ${name}`, `k_release_${depth}`) });
        else forget();
      },
      undo: async () => {
        if (!isSet) return forget();
        // What was to be released in between goes with the rest.
        this.#pending = [];
        if (!isLost(this.client))
          await ask(this.client, `rollback to savepoint ${name}; release savepoint ${name}`);
      },
    };
  }

  /** Commits, if that was not done along with the last statement and there is anything to commit. */
  async commit(): Promise<void> {
    if (this.#state !== "open") return;
    const { command } = await ask(this.client, "commit");
    checkCommitted(command);
    this.#state = "ended";
  }

  /** Undoes everything that is not committed. Without a connection the server does that by itself. */
  async rollback(): Promise<void> {
    if (this.#state === "open" && !isLost(this.client)) await ask(this.client, "rollback").catch(() => {});
  }

  #takePending(): Control[] {
    const pending = this.#pending;
    this.#pending = [];
    return pending;
  }
}

/** A savepoint, which is only set once there is something behind it. */
interface Mark {
  release(): void;
  undo(): Promise<void>;
}

const nothing = (): void => {};

const statementOf = (text: string, name: string): Statement => ({ name, text });

const beginnings: Readonly<Record<Transaction["mode"], Statement>> = {
  write: statementOf("begin", "k_begin"),
  read: statementOf("begin transaction isolation level repeatable read, read only", "k_begin_read"),
};

const commit = statementOf("commit", "k_commit");
