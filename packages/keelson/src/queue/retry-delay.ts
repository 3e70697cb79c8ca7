import type { RetryModel } from "../model/app-model.ts";

/**
 * How long to wait before a job is run again: a random time up to a bound that doubles with every run ("full jitter",
 * Brooker 2015), so that what failed together does not come back together.
 *
 * @param attempt - the one that failed, from 1
 * @param randomBelow - a random whole number below the given one
 */
export function retryDelayMs(
  { fromMs, toMs }: RetryModel,
  attempt: number,
  randomBelow: (limit: number) => number,
): number {
  const boundMs = Math.min(toMs, fromMs * 2 ** Math.min(attempt - 1, 50));
  return randomBelow(boundMs + 1);
}
