import type { WireRow } from "./wire-row.ts";

/** One compiled statement: prepared under its name once per connection. */
export interface Statement {
  /** At most 63 bytes; equal names mean equal text. */
  readonly name: string;
  readonly text: string;
}

/**
 * Takes what is needed from the rows of an answer. The rows are the bytes that came over the wire, in memory
 * that the next answer overwrites: they must not be kept.
 */
export type ReadRows<T> = (rows: readonly WireRow[]) => T;

/** Runs planned statements: the pool for single ones, or a connection inside a transaction. */
export interface Session {
  /** Whoever planned the statement knows what its rows mean. */
  run<T>(statement: Statement, values: readonly unknown[], read: ReadRows<T>): Promise<T>;
}

/** An open transaction. Ends when the function it was given to returns (commit) or throws (rollback). */
export interface Transaction extends Session {
  readonly mode: "read" | "write";
  /**
   * Sends a statement along with the one that is run next, before it. Its rows are read also where the next one fails;
   * its own failure is that of the next one.
   */
  sendAlong(statement: Statement, values: readonly unknown[], read: ReadRows<void>): void;
  /**
   * Runs the last statement and commits along with it: what was started before is waited for, and nothing can be run
   * afterwards. Inside another transaction it is a statement like any other.
   */
  runLast: Session["run"];
  /** Runs free SQL, e.g. what Kysely compiled; not prepared. Rows are objects, values as the API shows them. */
  query(
    text: string,
    values: readonly unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly affected: number }>;
  /**
   * Runs `work` so that its failure undoes only its own changes and the transaction can go on. It must use
   * the transaction that it is given: this one waits until it is done.
   */
  nested<T>(work: (inner: Transaction) => Promise<T>): Promise<T>;
}
