import type { StartTimer } from "../../src/base/timer.ts";

/** Timers that fire when the test says so, by their length. */
export function manualTimers() {
  const pending = new Set<{ readonly ms: number; readonly fire: () => void }>();
  const waiting = new Set<() => void>();
  const startTimer: StartTimer = (ms, fire) => {
    const timer = { ms, fire };
    pending.add(timer);
    for (const look of waiting) look();
    return () => void pending.delete(timer);
  };
  const find = (ms: number) => [...pending].find((timer) => timer.ms === ms);
  /** Waits until a timer of this length is running. */
  const started = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!find(ms)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    startTimer,
    started,
    /** Lets the time of one timer be over. */
    fire: async (ms: number): Promise<void> => {
      await started(ms);
      const timer = find(ms);
      if (timer) pending.delete(timer);
      timer?.fire();
    },
    /** Lengths of those that are running. */
    running: () => [...pending].map(({ ms }) => ms),
  };
}
