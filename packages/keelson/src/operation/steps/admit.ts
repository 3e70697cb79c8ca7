import { failure } from "../../base/error.ts";
import type { Call } from "../call.ts";
import { isInner } from "../envelope.ts";

/** Refuses what cannot be served in time: while draining, over the limit, or already abandoned. */
export function admit(call: Call): void {
  const { envelope, app } = call;
  if (envelope.signal?.aborted)
    throw failure("deadline_exceeded", "The caller has gone or the deadline has passed.");
  // A handler's call belongs to the one that was admitted.
  if (isInner(envelope)) return;
  app.admission.enter();
  call.admitted = true;
}
