import { type EventLoopUtilization, performance } from "node:perf_hooks";
import type { Clock } from "../base/clock.ts";
import { failure, type KeelsonError } from "../base/error.ts";
import type { Observe } from "../observe/observation.ts";

/** How a process stands: whether it is short of its own time or of connections, and what it has in hand. */
export interface PressureReading {
  /** The part of the time since the last reading in which the event loop was at work, 0 to 1. */
  readonly utilization: number;
  /** Statements that wait for a connection. */
  readonly waiting: number;
  /** Calls that have ended since the process started. */
  readonly ended: number;
}

export interface Pressure {
  /** Called before anything else is done with a request: the refusal, or undefined where it may go on. */
  refusal(): KeelsonError | undefined;
}

export interface PressureParts {
  readonly clock: Clock;
  readonly read: () => PressureReading;
  /** Calls in progress. */
  readonly inProgress: () => number;
  readonly observe: Observe;
}

/** Between two readings. */
const readEveryMs = 100;
/** Between two observations while requests are refused. */
const tellEveryMs = 1_000;
/** A loop that is at work for a greater part of the time has none to spare. */
const busyUtilization = 0.9;
/** So many calls at once keep everything busy; whoever comes on top only waits. */
const fewCalls = 128;
/** For how long a call may have to wait for those before it. */
const maxWaitMs = 100;
/** How much the newest tenth of a second counts in what is ended per millisecond. */
const smoothing = 0.2;
/** Until something else has been seen: a burst after quiet hours must not meet a process that thinks itself slow. */
const endedPerMsAtFirst = 2;

/**
 * Refuses what would only wait, as early and as cheaply as can be: what is in progress is then finished in time,
 * instead of everything too late.
 *
 * Two states, read anew every tenth of a second. *At ease*, the event loop has time to spare and no statement waits for a
 * connection: everybody is let in, however many there are, since they wait for something else. *Busy*, there is
 * room for as many calls as are ended within a tenth of a second (Little's law); beyond them all are refused until
 * one ends. So the process never has less to do than it can, and nobody who is let in waits long.
 */
export function newPressure({ clock, read, inProgress, observe }: PressureParts): Pressure {
  let readMs = clock.monotonicMs();
  let toldMs = readMs;
  let ended = 0;
  let endedPerMs = endedPerMsAtFirst;
  let isBusy = false;
  let room = Number.POSITIVE_INFINITY;
  let refused = 0;
  const tell = (): void => {
    if (refused === 0 || readMs - toldMs < tellEveryMs) return;
    observe({ type: "requests.shed", count: refused, room: Math.round(room) });
    refused = 0;
    toldMs = readMs;
  };
  const look = (now: number): void => {
    const reading = read();
    const latest = (reading.ended - ended) / (now - readMs);
    ended = reading.ended;
    readMs = now;
    isBusy = reading.utilization > busyUtilization || reading.waiting > 0;
    // With time to spare, what is ended says how much was asked for and not how much can be done.
    if (isBusy) endedPerMs += smoothing * (latest - endedPerMs);
    else endedPerMs = Math.max(endedPerMs, latest);
    room = Math.max(fewCalls, endedPerMs * maxWaitMs);
    tell();
  };
  return {
    refusal() {
      const now = clock.monotonicMs();
      if (now - readMs >= readEveryMs) look(now);
      if (!isBusy || inProgress() < room) return undefined;
      refused += 1;
      return refusals[refused % refusals.length];
    },
  };
}

/** Made once: when time is what is short, making an error takes too much of it. The waits differ, so that not all come back at once. */
const refusals = ["1", "2", "3", "4"].map((seconds) =>
  failure("overloaded", {
    detail: "The server has more to do than it can.",
    headers: { "retry-after": seconds },
  }),
);

/** How busy the event loop has been since it was last asked, measured by Node itself. */
export function utilizationReader(): () => number {
  let last: EventLoopUtilization = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
