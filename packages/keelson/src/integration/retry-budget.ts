/** What may be repeated beyond the part of all calls, so that a service with few calls has repetitions too. */
const reserve = 10;

/**
 * Keeps repetitions from adding more than a part to the load of a service that is in trouble already: each call puts
 * the part in, each repetition takes one out.
 */
export class RetryBudget {
  readonly #part: number;
  #left = reserve;

  constructor(part: number) {
    this.#part = part;
  }

  called(): void {
    this.#left = Math.min(this.#left + this.#part, reserve);
  }

  /** Whether one more may be made; takes it. */
  take(): boolean {
    // Fifths do not add up to exactly one.
    if (this.#left < 1 - 1e-9) return false;
    this.#left -= 1;
    return true;
  }
}
