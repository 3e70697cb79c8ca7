import { BrokenCircuitError, CircuitState, circuitBreaker, handleWhen, type IBackoff } from "cockatiel";
import type { Clock } from "../base/clock.ts";
import type { BreakerModel } from "../model/integration-model.ts";
import { FailureWindow } from "./failure-window.ts";

/** Thrown instead of trying. */
export class BreakerOpen extends Error {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("most attempts before failed");
    this.name = "BreakerOpen";
    this.retryAfterMs = retryAfterMs;
  }
}

export type BreakerStanding = "closed" | "open" | "halfOpen";

/**
 * Keeps attempts from a service that is failing.
 *
 * - *closed*: all are made. When of at least `minimum` within the window the part `ratio` failed, it opens.
 * - *open*: none is made, each is refused at once. After `openMs` the next one makes it half open.
 * - *half open*: `probes` attempts are made, and others refused. When all of them succeed it closes, with nothing
 *   counted; with the first that fails it opens again.
 */
export interface Breaker {
  readonly standing: BreakerStanding;
  /** @throws BreakerOpen without having begun the work */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface BreakerOptions {
  readonly model: BreakerModel;
  readonly clock: Clock;
  /** Whether what an attempt threw speaks against the service. */
  readonly isFailure: (error: unknown) => boolean;
  readonly changed: (standing: BreakerStanding) => void;
}

const standings: Readonly<Record<CircuitState, BreakerStanding>> = {
  [CircuitState.Closed]: "closed",
  [CircuitState.Open]: "open",
  [CircuitState.HalfOpen]: "halfOpen",
  [CircuitState.Isolated]: "open",
};

export function newBreaker({ model, clock, isFailure, changed }: BreakerOptions): Breaker {
  let openedMs = 0;
  let begun = 0;
  // The library measures by the wall clock: never long enough, or long enough at once, as our clock says.
  const opening = (): IBackoff<unknown> => {
    openedMs = clock.monotonicMs();
    return {
      get duration() {
        return remainingMs() > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      },
      next: opening,
    };
  };
  const remainingMs = (): number => openedMs + model.openMs - clock.monotonicMs();
  const policy = circuitBreaker(
    // Of a probe only success will do: one whose caller went away has shown nothing.
    handleWhen((error) => isFailure(error) || policy.state === CircuitState.HalfOpen),
    {
      halfOpenAfter: { next: opening },
      breaker: new FailureWindow(model, clock),
      halfOpenSampling: { calls: model.probes, threshold: 0 },
    },
  );
  policy.onHalfOpen(() => {
    begun = 0;
  });
  policy.onStateChange((state) => changed(standings[state]));
  return {
    get standing() {
      return standings[policy.state];
    },
    async run(work) {
      // The library would let further ones wait for the probes, for however long these take.
      if (policy.state === CircuitState.HalfOpen && begun >= model.probes) throw new BreakerOpen(1_000);
      try {
        return await policy.execute(() => {
          begun += 1;
          return work();
        });
      } catch (error) {
        throw error instanceof BrokenCircuitError ? new BreakerOpen(Math.max(remainingMs(), 0)) : error;
      }
    },
  };
}
