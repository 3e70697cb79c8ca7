import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import type { Observe } from "../../observe/observation.ts";

const { O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

/** Beyond this the log is emptied: it is for finding out what just happened, not an archive. */
const logLimitBytes = 4 * 1024 * 1024;
const readLimitBytes = 64 * 1024;
const followEveryMs = 1000;

/** Size of the log now: where to read on from later. */
export function logEnd(path: string): number {
  return withLog(path, O_RDONLY, (log) => fstatSync(log).size) ?? 0;
}

/** What the log says from `offset` on (at most its last 64 KiB), and where that ends. */
export function readLog(path: string, offset: number): { text: string; end: number } {
  const read = withLog(path, O_RDONLY, (log) => {
    const end = fstatSync(log).size;
    const from = Math.max(offset > end ? 0 : offset, end - readLimitBytes);
    const buffer = Buffer.alloc(end - from);
    return { text: buffer.toString("utf8", 0, readSync(log, buffer, 0, buffer.length, from)), end };
  });
  return read ?? { text: "", end: 0 };
}

/**
 * Announces what the server's log says about its own fate, and keeps the log bounded. Following the
 * file instead of a pipe means that every user of the server sees it, and that a user who hangs or
 * dies cannot block the server.
 */
export function followLog(path: string, from: number, observe: Observe): { stop(): void } {
  let offset = from;
  let partial = "";
  const look = () => {
    const { text, end } = readLog(path, offset);
    const lines = (partial + text).split("\n");
    partial = lines.pop() ?? "";
    offset = end;
    for (const line of lines) announce(line, observe);
    if (end > logLimitBytes) withLog(path, O_RDWR, (log) => ftruncateSync(log));
  };
  look();
  const timer = setInterval(look, followEveryMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      look();
    },
  };
}

function announce(line: string, observe: Observe): void {
  const ended = /^keelson: PostgreSQL (was killed|ended) \(status (\d+)\)/.exec(line);
  if (ended) {
    observe({ type: "database.stopped", code: Number(ended[2]), expected: false });
  } else if (/automatic recovery in progress|all server processes terminated; reinitializing/.test(line)) {
    observe({ type: "database.recovered", detail: line });
  } else if (/\b(FATAL|PANIC):|was terminated by signal|[Oo]ut of memory/.test(line)) {
    observe({ type: "database.log", line });
  }
}

/** The log belongs to the server's user: never follow a link that it may have put there. */
function withLog<T>(path: string, flags: number, use: (log: number) => T): T | null {
  let log: number;
  try {
    log = openSync(path, flags | O_NOFOLLOW);
  } catch {
    return null; // not written yet, or the project was removed under us
  }
  try {
    return use(log);
  } finally {
    closeSync(log);
  }
}
