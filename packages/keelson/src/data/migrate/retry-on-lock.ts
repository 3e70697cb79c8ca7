import { setTimeout as pause } from "node:timers/promises";
import { DiagnosticError } from "../../base/diagnostic.ts";
import { randomBelow } from "../../base/random.ts";
import type { Observe } from "../../observe/observation.ts";

export interface RetryOptions {
  readonly observe: Observe;
  /** How long a statement waits for a lock. Others queue behind it, so it gives up soon and comes again. */
  readonly lockTimeoutMs: number;
  /** How often it comes. */
  readonly lockAttempts: number;
}

const firstPauseMs = 250;
const longestPauseMs = 15_000;

/** Runs `work` again while it only failed because others hold what it needs; in between they get their turn. */
export async function retryOnLock<T>(
  where: string,
  options: RetryOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!isLockFailure(error)) throw error;
      if (attempt >= options.lockAttempts) throw stillLocked(where, options, error);
      options.observe({ type: "migration.waiting", reason: `${where}: ${messageOf(error)}`, attempt });
      await pause(pauseMs(attempt));
    }
  }
}

/** Twice as long each time, and never the same for two who wait for the same. */
export function pauseMs(attempt: number): number {
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 16));
  return longest / 2 + randomBelow(longest / 2);
}

/** Lock not available in time, or chosen to end a deadlock. */
const isLockFailure = (error: unknown): boolean =>
  ["55P03", "40P01"].includes(String((error as { code?: unknown } | null)?.code));

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function stillLocked(where: string, options: RetryOptions, error: unknown): DiagnosticError {
  return new DiagnosticError([
    {
      code: "migration-locked",
      severity: "error",
      where,
      what: `Others held the lock it needs, ${options.lockAttempts} times for ${options.lockTimeoutMs} ms: ${messageOf(error)}.`,
      instead:
        "Find the long transaction in pg_stat_activity and end it, or come back at a quieter time; what is applied stays applied.",
    },
  ]);
}
