import type { StartTimer } from "../base/timer.ts";

/** Somebody's patience: ends with its time, or with what it is a part of, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Must be called at the end: timers and listeners go. */
  close(): void;
}

/** @param late - what the signal is aborted with when the time is over */
export function newDeadline(
  parent: AbortSignal | undefined,
  ms: number,
  startTimer: StartTimer,
  late: () => Error,
): Deadline {
  const controller = new AbortController();
  const stopTimer = startTimer(ms, () => controller.abort(late()));
  const onParent = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) onParent();
  else parent?.addEventListener("abort", onParent, { once: true });
  return {
    signal: controller.signal,
    close: () => {
      stopTimer();
      parent?.removeEventListener("abort", onParent);
    },
  };
}

/** Waits, unless the signal is aborted first; then throws its reason. */
export function pause(ms: number, signal: AbortSignal, startTimer: StartTimer): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      stopTimer();
      reject(signal.reason);
    };
    const stopTimer = startTimer(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
