/** Names of tables, or all there are. */
export type Tables = readonly string[] | "all";

/**
 * When tables were last changed, counted in changes rather than in time. Whoever makes an answer notes the count before
 * reading; the answer is good as long as none of its tables was changed after that. So an answer that was being made
 * while a change was committed is never taken for one that shows it.
 */
export class TableChanges {
  #count = 0;
  #all = 0;
  readonly #last = new Map<string, number>();

  /** How many changes there have been. */
  get count(): number {
    return this.#count;
  }

  note(tables: Tables): void {
    this.#count += 1;
    if (tables === "all") {
      this.#all = this.#count;
      this.#last.clear();
    } else for (const table of tables) this.#last.set(table, this.#count);
  }

  /** Whether none of the tables was changed after the count stood at `since`. */
  noneSince(tables: Tables, since: number): boolean {
    if (this.#count === since) return true;
    if (this.#all > since || tables === "all") return false;
    for (const table of tables) if ((this.#last.get(table) ?? 0) > since) return false;
    return true;
  }
}
