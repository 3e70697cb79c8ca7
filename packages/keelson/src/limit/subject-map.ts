/**
 * Values by subject, of which only those used lately are kept: what was not asked for during a whole generation is
 * forgotten with the one before it. Without timers, and bounded: when a generation is full, the next one begins.
 */
export class SubjectMap<T> {
  readonly #generationMs: number;
  readonly #capacity: number;
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  #startedMs = Number.NEGATIVE_INFINITY;

  /**
   * @param generationMs - a value is kept for at least this long after its last use
   * @param capacity - of one generation; beyond, older values are forgotten early
   */
  constructor(generationMs: number, capacity: number) {
    this.#generationMs = generationMs;
    this.#capacity = capacity;
  }

  get(subject: string, nowMs: number): T | undefined {
    const elapsed = nowMs - this.#startedMs;
    if (elapsed >= this.#generationMs) this.#begin(nowMs, elapsed >= 2 * this.#generationMs);
    const young = this.#young.get(subject);
    if (young !== undefined) return young;
    const old = this.#old.get(subject);
    if (old !== undefined) this.#add(subject, old, nowMs);
    return old;
  }

  set(subject: string, value: T, nowMs: number): void {
    this.#add(subject, value, nowMs);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  #add(subject: string, value: T, nowMs: number): void {
    if (this.#young.size >= this.#capacity) this.#begin(nowMs, false);
    this.#young.set(subject, value);
  }

  #begin(nowMs: number, forgetAll: boolean): void {
    this.#old = forgetAll ? new Map() : this.#young;
    this.#young = new Map();
    this.#startedMs = nowMs;
  }
}
