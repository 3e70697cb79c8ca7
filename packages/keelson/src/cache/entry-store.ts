/** What is kept must say how much memory it takes. */
export interface Sized {
  readonly bytes: number;
}

/** Entries by key within a number of bytes; what was not used for longest goes first. */
export class EntryStore<E extends Sized> {
  readonly #maxBytes: number;
  // A Map keeps the order of insertion; what is used is inserted anew.
  readonly #entries = new Map<string, E>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): E | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Answers false where the entry alone would take too large a part of the memory: an eighth. */
  set(key: string, entry: E): boolean {
    this.delete(key);
    if (entry.bytes > this.#maxBytes / 8) return false;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
    return true;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
