import type { Tables } from "./table-changes.ts";

/** An answer as processes share it. */
export interface SharedAnswer<V> {
  readonly value: V;
  readonly tables: Tables;
  readonly timed: boolean;
  readonly ageMs: number;
}

/** The state of tables as it was before an answer was made: it stays good while they are the same. */
export type TableMarks = Readonly<Record<string, string>>;

/** The memory that processes share. Everything is best effort: nothing rejects, and nothing takes long. */
export interface SharedLevel<V> {
  /**
   * Looks an answer up, and reads the marks of the tables that a new one would be made from. Undefined while there is
   * no connection.
   *
   * @param tables - undefined where they are only known after making it: then all marks are read
   */
  find(
    key: string,
    tables: readonly string[] | undefined,
  ): Promise<{ readonly answer: SharedAnswer<V> | undefined; readonly marks: TableMarks } | undefined>;
  /** Keeps an answer that was made after the marks were read. */
  store(key: string, answer: Omit<SharedAnswer<V>, "ageMs">, marks: TableMarks, lifetimeMs: number): void;
}
