import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "../base/clock.ts";
import { failure, type KeelsonError } from "../base/error.ts";
import type { Observe } from "../observe/observation.ts";

/** What a process is short of: its own time, or connections to the database. */
export interface PressureReading {
  /** How late timers are, on average since the last reading. */
  readonly loopDelayMs: number;
  /** Statements that wait for a connection. */
  readonly waiting: number;
  /** Calls in progress. */
  readonly inProgress: number;
}

export interface Pressure {
  /** Called before anything else is done with a request: the refusal, or undefined where it may go on. */
  refusal(): KeelsonError | undefined;
  close(): void;
}

export interface PressureParts {
  readonly clock: Clock;
  readonly read: () => PressureReading;
  /** Statements that may wait. */
  readonly maxWaiting: number;
  /** @defaultValue 60 ms */
  readonly maxLoopDelayMs?: number;
  readonly observe: Observe;
  readonly close?: () => void;
}

/** Between two readings. */
const readEveryMs = 100;
/** Between two observations while requests are refused. */
const tellEveryMs = 1_000;
/** So few calls at once are no load: something else keeps the process busy, and refusing them would not help it. */
const fewCalls = 16;

/**
 * Refuses what would only wait, as early and as cheaply as can be: what is in progress is then finished in time,
 * instead of everything too late.
 *
 * Two states. *Open* lets everybody in. When a reading is beyond a limit it is *shedding*, and a part of all requests
 * is refused, so that those let in fit: the part grows with every reading beyond the limit, shrinks more slowly with
 * every other, and at none it is open again. So it stays about where load and strength are equal, a little to the
 * side of time to spare. All are never refused, since a load that is not tried cannot be seen to end.
 */
export function newPressure({
  clock,
  read,
  maxWaiting,
  maxLoopDelayMs = 60,
  observe,
  close,
}: PressureParts): Pressure {
  let readMs = clock.monotonicMs();
  let toldMs = readMs;
  let share = 0;
  let debt = 0;
  let turn = 0;
  let refused = 0;
  const tell = (reading: PressureReading): void => {
    if (refused === 0 || readMs - toldMs < tellEveryMs) return;
    observe({ type: "requests.shed", count: refused, share: Math.round(share * 100) / 100, ...reading });
    refused = 0;
    toldMs = readMs;
  };
  const look = (): void => {
    const reading = read();
    const isBeyond =
      (reading.loopDelayMs > maxLoopDelayMs && reading.inProgress > fewCalls) || reading.waiting > maxWaiting;
    share = isBeyond ? Math.min(mostRefused, share + growth) : Math.max(0, share - decline);
    if (share < decline / 2) share = debt = 0;
    tell(reading);
  };
  return {
    refusal() {
      const now = clock.monotonicMs();
      if (now - readMs >= readEveryMs) {
        readMs = now;
        look();
      }
      if (share === 0) return undefined;
      // Evenly rather than at random: of four, one.
      debt += share;
      if (debt < 1) return undefined;
      debt -= 1;
      refused += 1;
      turn = (turn + 1) % refusals.length;
      return refusals[turn];
    },
    close: () => close?.(),
  };
}

const growth = 0.08;
const decline = 0.02;
const mostRefused = 0.9;

/** Made once: when time is what is short, making an error takes too much of it. The waits differ, so that not all come back at once. */
const refusals = ["1", "2", "3", "4"].map((seconds) =>
  failure("overloaded", {
    detail: "The server has more to do than it can.",
    headers: { "retry-after": seconds },
  }),
);

const loopResolutionMs = 10;

/** How late the event loop is, measured by Node itself. */
export function loopDelayReader(): { readonly read: () => number; readonly close: () => void } {
  const histogram = monitorEventLoopDelay({ resolution: loopResolutionMs });
  histogram.enable();
  return {
    read: () => {
      // What is recorded is the time between two runs of a timer, its own pause included.
      const meanMs = histogram.mean / 1e6 - loopResolutionMs;
      histogram.reset();
      return Number.isFinite(meanMs) ? Math.max(0, meanMs) : 0;
    },
    close: () => void histogram.disable(),
  };
}
