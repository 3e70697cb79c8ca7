import { setTimeout } from "node:timers/promises";
import { pino } from "pino";
import { systemClock } from "../base/clock.ts";
import { logSink } from "../observe/log-sink.ts";
import type { Observe } from "../observe/observation.ts";
import type { Config } from "./config.ts";

/** A log, and how to get its last lines out before the process ends. */
export interface Log {
  readonly observe: Observe;
  /** Writes what has gathered so far. */
  flush(): void;
  /** Writes the last lines, unless nobody takes them, and ends. */
  close(): Promise<void>;
}

/** How long the end waits for a reader that may be gone. */
const closeTimeoutMs = 500;

/**
 * Structured lines on standard output. They are written in batches: a line may appear up to a second late
 * and in exchange costs a request next to nothing.
 */
export function openLog(config: Pick<Config, "logLevel">, name: string): Log {
  // Small on purpose: the destination measures what it has gathered again for every line.
  const destination = pino.destination({ dest: 1, sync: false, minLength: 4_096, maxWrite: 8_192 });
  // Whoever read the log is gone; that is no reason to stop serving.
  destination.on("error", () => {});
  const log = pino({ level: config.logLevel, base: { service: name }, timestamp: newIsoTime() }, destination);
  const timer = setInterval(() => destination.flush(), 1_000);
  timer.unref();
  return {
    observe: logSink(log),
    flush: () => destination.flush(),
    close: async () => {
      clearInterval(timer);
      // Not `flushSync`: it tries again for ever when the reader of a pipe is gone.
      await Promise.race([
        new Promise<void>((resolve) => destination.flush(() => resolve())),
        setTimeout(closeTimeoutMs),
      ]);
    },
  };
}

/** As pino's `isoTime`, but most lines fall into the same second as the one before. */
function newIsoTime(): () => string {
  let second = -1;
  let start = "";
  return () => {
    const nowMs = systemClock.now();
    const of = Math.floor(nowMs / 1_000);
    if (of !== second) {
      second = of;
      start = `,"time":"${new Date(nowMs).toISOString().slice(0, 20)}`;
    }
    return `${start}${String(nowMs % 1_000).padStart(3, "0")}Z"`;
  };
}
