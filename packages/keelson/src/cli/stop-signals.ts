import { constants } from "node:os";
import { systemClock } from "../base/clock.ts";

/** Signals this close together are one: a terminal tells the whole group, and our parent passes it on again. */
const sameSignalMs = 1_000;

const stopSignals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Calls `stop` once for SIGTERM, SIGINT or SIGHUP; a second, later signal ends the process at once. */
export function onStopSignal(stop: (signal: string) => Promise<void>): void {
  let firstMs: number | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    if (firstMs !== undefined) {
      if (systemClock.monotonicMs() - firstMs > sameSignalMs) process.exit(1);
      return;
    }
    firstMs = systemClock.monotonicMs();
    stop(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of stopSignals) process.on(signal, handle);
}

/**
 * Runs work that can be interrupted: the first signal aborts it, and the exit code then is the one that shells know;
 * a second signal ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    process.exitCode = 128 + constants.signals[signal];
    controller.abort();
  };
  for (const signal of stopSignals) process.once(signal, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of stopSignals) process.off(signal, interrupt);
  }
}
