import type { UpstreamRetryModel } from "../model/integration-model.ts";

/**
 * How long to wait before an attempt is repeated: anything up to a bound that doubles (full jitter), but not less than
 * the service asked for.
 *
 * @param repetition - 1 for the first
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryPauseMs(
  { fromMs, toMs }: Pick<UpstreamRetryModel, "fromMs" | "toMs">,
  repetition: number,
  askedMs: number | undefined,
  randomBelow: (limit: number) => number,
): number {
  const boundMs = Math.min(toMs, fromMs * 2 ** (repetition - 1));
  return Math.max(randomBelow(boundMs + 1), askedMs ?? 0);
}

/** Milliseconds that a `Retry-After` asks for: seconds, or a date (RFC 9110 section 10.2.3). */
export function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Only the form that is written today; Date.parse would read almost anything.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return undefined;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? undefined : Math.max(dateMs - nowMs, 0);
}
