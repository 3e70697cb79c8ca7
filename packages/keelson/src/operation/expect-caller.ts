import { failure } from "../base/error.ts";
import type { Envelope } from "./envelope.ts";

/**
 * Nothing is begun for callers that have gone. Asked at the start, and again before a handler
 * runs: one that listens for its signal would wait in vain for what has come before.
 *
 * @throws KeelsonError `deadline_exceeded`
 */
export function expectCaller({ signal }: Envelope): void {
  if (signal?.aborted) throw failure("deadline_exceeded", "The caller has gone or the deadline has passed.");
}
