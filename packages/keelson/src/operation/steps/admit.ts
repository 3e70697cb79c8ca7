import type { Call } from "../call.ts";
import { isInner } from "../envelope.ts";
import { expectCaller } from "../expect-caller.ts";

/** Refuses what cannot be served in time: while draining, over the limit, or already abandoned. */
export function admit(call: Call): void {
  const { envelope, app } = call;
  expectCaller(envelope);
  // A handler's call belongs to the one that was admitted.
  if (isInner(envelope)) return;
  app.admission.enter();
  call.admitted = true;
}
