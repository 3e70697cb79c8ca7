import { type Clock, systemClock, timestampOf } from "../base/clock.ts";

/** A span of time; its parts are added up. */
export interface Span {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

/**
 * The time of a back end under test. It runs with the real one until it is set; then it stands still until it is
 * advanced or set free. Handlers, tokens and cursors go by it, and PostgreSQL's `now()`: `createdAt`, `updatedAt`,
 * defaults and rules.
 */
export interface TestClock {
  /** The present moment as an RFC 3339 UTC timestamp. */
  now(): string;
  /** Stops the clock at a moment. @throws RangeError when it is none */
  set(moment: string | Date): void;
  /** Moves the clock on, standing or running; negative spans move it back. */
  advance(by: Span): void;
  /** Lets it run with the real time again. */
  reset(): void;
}

/** How the clock stands against the real one. */
export interface ClockSetting {
  readonly standsAtMs: number | null;
  readonly aheadMs: number;
}

/** @param follow - told of every change, in their order */
export function newTestClock(follow: (setting: ClockSetting) => void): {
  readonly clock: Clock;
  readonly control: TestClock;
} {
  let setting: ClockSetting = { standsAtMs: null, aheadMs: 0 };
  const change = (to: ClockSetting): void => {
    setting = to;
    follow(to);
  };
  const clock: Clock = {
    now: () => setting.standsAtMs ?? systemClock.now() + setting.aheadMs,
    monotonicMs: systemClock.monotonicMs,
  };
  const control: TestClock = {
    now: () => timestampOf(clock.now()),
    set: (moment) => change({ standsAtMs: momentOf(moment), aheadMs: 0 }),
    advance: (by) => {
      const { standsAtMs, aheadMs } = setting;
      const ms = spanMs(by);
      change(
        standsAtMs === null
          ? { standsAtMs, aheadMs: aheadMs + ms }
          : { standsAtMs: standsAtMs + ms, aheadMs: 0 },
      );
    },
    reset: () => change({ standsAtMs: null, aheadMs: 0 }),
  };
  return { clock, control: Object.freeze(control) };
}

function momentOf(moment: string | Date): number {
  const ms = typeof moment === "string" ? Date.parse(moment) : moment.getTime();
  if (Number.isFinite(ms)) return ms;
  throw new RangeError(`"${moment}" is no moment; write it as 2026-11-21T10:00:00Z`);
}

const unitMs: Readonly<Record<keyof Span, number>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
  milliseconds: 1,
};

const spanMs = (span: Span): number =>
  Object.entries(unitMs).reduce((sum, [unit, ms]) => sum + (span[unit as keyof Span] ?? 0) * ms, 0);
