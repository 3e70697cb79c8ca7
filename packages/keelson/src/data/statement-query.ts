import type pg from "pg";
import { serialize } from "pg-protocol";
import { failure } from "../base/error.ts";
import type { ReadRows, Statement } from "./transaction.ts";
import type { RowReader, WireBuffer } from "./wire-buffer.ts";
import type { WireRow } from "./wire-row.ts";

/** What the driver's connection has that a query of its own needs. */
interface Wire {
  readonly rows: WireBuffer;
  readonly stream: { write(bytes: Buffer): boolean };
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
}

/** A statement that begins, divides or ends a transaction, or tells something about it. */
export interface Control {
  readonly statement: Statement;
  readonly values?: readonly unknown[];
  /** Takes its rows, whatever becomes of what comes behind it. It must not throw. */
  readonly read?: ReadRows<void>;
  /** Told when PostgreSQL has run it, whatever becomes of what comes behind it. */
  readonly done?: () => void;
}

/** What goes to the server in the same message as a statement, and so costs no way there and back of its own. */
export interface Company {
  readonly before: readonly Control[];
  /** Ends the transaction. It is not run where anything before it fails. */
  readonly commit?: Control;
}

const execute = serialize.execute({ portal: "", rows: 0 });
const sync = serialize.sync();
export const alone: Company = Object.freeze({ before: Object.freeze([]) });

/**
 * A planned statement on the wire, by the driver's own door for queries of another kind. The driver asks for a
 * description of the columns every time and makes a result object of it; the planner knows its columns, so this
 * sends bind, execute and sync in one write, and lends the rows out as the bytes that came: no text is made of
 * values that only pass through.
 *
 * In company every part is bound and executed in turn, with a single sync behind them all: PostgreSQL passes over
 * what comes between a failure and the sync. Answers come in the same order, so the number of complete ones says
 * whose row it is.
 */
export class StatementQuery<T> implements pg.Submittable, RowReader {
  /** The driver remembers under this name what is prepared. It is that of the part whose answer comes next. */
  name: string;
  text: string;
  /** The driver puts its timeout around it. */
  callback: (error: Error | null, result?: T) => void;
  readonly #statement: Statement;
  readonly #values: readonly unknown[];
  readonly #read: ReadRows<T>;
  readonly #company: Company;
  readonly #rows: WireRow[] = [];
  #wire: Wire | undefined;
  #complete = 0;
  #ending = "";

  constructor(
    statement: Statement,
    values: readonly unknown[],
    read: ReadRows<T>,
    callback: StatementQuery<T>["callback"],
    company = alone,
  ) {
    const first = company.before[0]?.statement ?? statement;
    this.name = first.name;
    this.text = first.text;
    this.callback = callback;
    this.#statement = statement;
    this.#values = values;
    this.#read = read;
    this.#company = company;
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    const { before, commit } = this.#company;
    const messages: Buffer[] = [];
    for (const { statement, values = none } of before) addPart(messages, wire, statement, values);
    addPart(messages, wire, this.#statement, this.#values);
    if (commit) addPart(messages, wire, commit.statement, none);
    messages.push(sync);
    this.#wire = wire;
    wire.rows.reader = this;
    wire.stream.write(Buffer.concat(messages));
  }

  readRow(bytes: Buffer, at: number): void {
    const { before } = this.#company;
    if (this.#complete === before.length || before[this.#complete]?.read) this.#rows.push({ bytes, at });
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const { before, commit } = this.#company;
    const position = this.#complete;
    this.#complete += 1;
    before[position]?.done?.();
    if (before[position]?.read) before[position].read(this.#rows.splice(0));
    const next =
      before[position + 1]?.statement ?? (position < before.length ? this.#statement : commit?.statement);
    if (next) {
      this.name = next.name;
      this.text = next.text;
    }
    if (position > before.length) this.#ending = text;
  }

  handleError(error: Error): void {
    this.#stopReading();
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.#stopReading();
    let result: T;
    try {
      if (this.#company.commit) checkCommitted(this.#ending);
      this.#company.commit?.done?.();
      result = this.#read(this.#rows);
    } catch (error) {
      this.callback(error as Error);
      return;
    }
    this.callback(null, result);
  }

  /** Another query's rows are its own. */
  #stopReading(): void {
    if (this.#wire?.rows.reader === this) this.#wire.rows.reader = undefined;
  }

  /** Rows that still come after the query was given up. */
  handleDataRow(): void {}

  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

const none: readonly unknown[] = Object.freeze([]);

function addPart(
  messages: Buffer[],
  wire: Wire,
  { name, text }: Statement,
  values: readonly unknown[],
): void {
  const prepared = name !== "" && wire.parsedStatements[name] !== undefined;
  if (!prepared) messages.push(serialize.parse({ name, text }));
  messages.push(serialize.bind({ statement: name, values: values.map(printValue) }), execute);
}

/** PostgreSQL answers COMMIT of a failed transaction with ROLLBACK, and with no error. */
export function checkCommitted(answer: string): void {
  if (answer !== "COMMIT") throw failure("internal", "The transaction had failed and was rolled back.");
}

/** A parameter as text. Plans bring texts, numbers, booleans and flat lists of them; JSON comes as text. */
function printValue(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? `{${value.map(printItem).join(",")}}` : String(value);
}

const printItem = (item: unknown): string =>
  item === null || item === undefined ? "null" : `"${String(item).replace(/["\\]/g, "\\$&")}"`;
