import { CircuitState, type IBreaker } from "cockatiel";
import type { Clock } from "../base/clock.ts";
import type { BreakerModel } from "../model/integration-model.ts";

interface Slot {
  readonly fromMs: number;
  attempts: number;
  failures: number;
}

/** The window moves on by tenths of itself. */
const slots = 10;

/** Counts attempts and failures over the last while, and says when too many failed. */
export class FailureWindow implements IBreaker {
  /** Nothing is kept over a restart. */
  state: unknown = undefined;
  readonly #model: Pick<BreakerModel, "ratio" | "windowMs" | "minimum">;
  readonly #clock: Clock;
  #slots: Slot[] = [];

  constructor(model: Pick<BreakerModel, "ratio" | "windowMs" | "minimum">, clock: Clock) {
    this.#model = model;
    this.#clock = clock;
  }

  success(circuit: CircuitState): void {
    // What failed before it was open says nothing about now.
    if (circuit === CircuitState.HalfOpen) this.#slots = [];
    this.#current().attempts += 1;
  }

  failure(circuit: CircuitState): boolean {
    const slot = this.#current();
    slot.attempts += 1;
    slot.failures += 1;
    if (circuit !== CircuitState.Closed) return true;
    const sum = (of: "attempts" | "failures") => this.#slots.reduce((total, each) => total + each[of], 0);
    const attempts = sum("attempts");
    return attempts >= this.#model.minimum && sum("failures") >= this.#model.ratio * attempts;
  }

  #current(): Slot {
    const nowMs = this.#clock.monotonicMs();
    const { windowMs } = this.#model;
    this.#slots = this.#slots.filter(({ fromMs }) => nowMs - fromMs < windowMs);
    const last = this.#slots.at(-1);
    if (last && nowMs - last.fromMs < windowMs / slots) return last;
    const slot = { fromMs: nowMs, attempts: 0, failures: 0 };
    this.#slots.push(slot);
    return slot;
  }
}
