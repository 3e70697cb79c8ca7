import type pg from "pg";
import { serialize } from "pg-protocol";
import type { ReadRows, Statement } from "./transaction.ts";
import type { RowReader, WireBuffer } from "./wire-buffer.ts";
import type { WireRow } from "./wire-row.ts";

/** What the driver's connection has that a query of its own needs. */
interface Wire {
  readonly rows: WireBuffer;
  readonly stream: { write(bytes: Buffer): boolean };
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
}

const execute = serialize.execute({ portal: "", rows: 0 });
const sync = serialize.sync();

/**
 * A planned statement on the wire, by the driver's own door for queries of another kind. The driver asks for a
   description of the columns every time and makes a result object of it; the planner knows its columns, so this
 * sends bind, execute and sync in one write, and lends the rows out as the bytes that came: no text is made of
 * values that only pass through.
 */
export class StatementQuery<T> implements pg.Submittable, RowReader {
  /** The driver remembers under this name what is prepared. */
  readonly name: string;
  readonly text: string;
  /** The driver puts its timeout around it. */
  callback: (error: Error | null, result?: T) => void;
  readonly #values: readonly unknown[];
  readonly #read: ReadRows<T>;
  readonly #rows: WireRow[] = [];
  #wire: Wire | undefined;

  constructor(
    statement: Statement,
    values: readonly unknown[],
    read: ReadRows<T>,
    callback: StatementQuery<T>["callback"],
  ) {
    this.name = statement.name;
    this.text = statement.text;
    this.callback = callback;
    this.#values = values;
    this.#read = read;
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    const prepared = this.name !== "" && wire.parsedStatements[this.name] !== undefined;
    const bind = serialize.bind({ statement: this.name, values: this.#values.map(printValue) });
    const messages = [bind, execute, sync];
    if (!prepared) messages.unshift(serialize.parse({ name: this.name, text: this.text }));
    this.#wire = wire;
    wire.rows.reader = this;
    wire.stream.write(Buffer.concat(messages));
  }

  readRow(bytes: Buffer, at: number): void {
    this.#rows.push({ bytes, at });
  }

  handleError(error: Error): void {
    this.#stopReading();
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.#stopReading();
    let result: T;
    try {
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
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

/** A parameter as text. Plans bring texts, numbers, booleans and flat lists of them; JSON comes as text. */
function printValue(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return Array.isArray(value) ? `{${value.map(printItem).join(",")}}` : String(value);
}

const printItem = (item: unknown): string =>
  item === null || item === undefined ? "null" : `"${String(item).replace(/["\\]/g, "\\$&")}"`;
