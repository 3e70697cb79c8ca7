import { ApiError, type CallError, NetworkError, UnexpectedAnswerError } from "./call-error.ts";

/** What a call does, as far as sending it twice is concerned. */
export type Effect = "read" | "delete" | "write";

/** Statuses that pass: the same request may succeed a little later. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * The only place that decides what is sent again: what got no answer, and what was refused for now. Reads have no
 * effect, and a record that is deleted twice is deleted. Any other effect happens once however often it is sent,
 * since all tries have the same `Idempotency-Key`; a try that came too early is told so.
 */
export function mayRepeat(effect: Effect, error: CallError): boolean {
  if (error instanceof NetworkError) return true;
  if (effect !== "read" && error.code === "idempotency_in_progress") return true;
  // Others changed the same records at the same time. Where it is no use to come again, no time is named.
  if (error instanceof ApiError && error.code === "conflict" && error.retryAfterMs !== undefined) return true;
  const answered = error instanceof ApiError || error instanceof UnexpectedAnswerError;
  return answered && passing.has(error.status);
}

const firstDelayMs = 200;
const longestDelayMs = 10_000;

/**
 * How long to wait before the next try: anything up to a bound that doubles (full jitter), so that many clients
 * do not come back at once. What the server asks for is waited on top.
 *
 * @param tries - how many there were, from 1
 */
export function delayBefore(tries: number, error: CallError): number {
  const bound = Math.min(longestDelayMs, firstDelayMs * 2 ** (tries - 1));
  const asked =
    error instanceof ApiError || error instanceof UnexpectedAnswerError ? error.retryAfterMs : undefined;
  return (asked ?? 0) + Math.random() * bound;
}

/** What the server asks to wait for: `Retry-After`, or else the `RateLimit` of a limit of which nothing is left. */
export const askedWaitMs = (headers: Pick<Headers, "get">): number | undefined =>
  retryAfterMs(headers.get("retry-after")) ?? rateLimitMs(headers.get("ratelimit"));

/** An item of a list of RFC 9651: a String and its parameters. */
const limitItem =
  /"(?:[^"\\]|\\.)*"((?:\s*;\s*[a-z*][a-z0-9_.*-]*(?:=(?:"(?:[^"\\]|\\.)*"|:[^:]*:|[^;,\s"]+))?)*)/g;

function rateLimitMs(value: string | null): number | undefined {
  let longest: number | undefined;
  for (const [, parameters = ""] of (value ?? "").matchAll(limitItem)) {
    const seconds = /;\s*t=(\d{1,9})(?![^;\s])/.exec(parameters)?.[1];
    if (seconds === undefined || !/;\s*r=0(?![^;\s])/.test(parameters)) continue;
    longest = Math.max(longest ?? 0, Number(seconds) * 1000);
  }
  return longest;
}

/** Milliseconds of a `Retry-After` header field: seconds, or a date. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
