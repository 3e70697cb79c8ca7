import type { Clock } from "../base/clock.ts";

/**
 * The statements of one call, those of the calls that its handler makes included, and how long it waited for
 * them. Statements that overlap are waited for once, so the time is never more than the call's own.
 */
export class StatementTally {
  count = 0;
  waitedMs = 0;
  /** The tally of the call that came in by a door. */
  readonly root: StatementTally;
  readonly #clock: Clock;
  readonly #outer: StatementTally | undefined;
  #running = 0;
  #sinceMs = 0;

  constructor(clock: Clock, outer: StatementTally | undefined) {
    this.#clock = clock;
    this.#outer = outer;
    this.root = outer?.root ?? this;
  }

  begin(): void {
    this.count += 1;
    if (this.#running === 0) this.#sinceMs = this.#clock.monotonicMs();
    this.#running += 1;
    this.#outer?.begin();
  }

  end(): void {
    this.#running -= 1;
    if (this.#running === 0) this.waitedMs += this.#clock.monotonicMs() - this.#sinceMs;
    this.#outer?.end();
  }
}
