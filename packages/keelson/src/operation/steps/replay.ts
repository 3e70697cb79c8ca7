import type { Call } from "../call.ts";
import { claimOf } from "../idempotency/claim-of.ts";

/** Finds out what the call claims by its idempotency key; `execute` takes it, or answers what it was answered before. */
export function replay(call: Call): void {
  call.claim = claimOf(call);
}
