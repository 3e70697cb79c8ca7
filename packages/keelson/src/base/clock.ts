/** The time, injected so that tests can hold it still. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic milliseconds, for durations only. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Milliseconds since the epoch as an RFC 3339 UTC timestamp. */
export const timestampOf = (epochMs: number): string => new Date(epochMs).toISOString();
