import { findKeyRecord } from "../../data/idempotency-records.ts";
import type { Call } from "../call.ts";
import { answerAgain } from "../idempotency/answer-again.ts";
import { claimOf } from "../idempotency/claim-of.ts";
import { measuredSession } from "../measured-session.ts";

/** Answers what came before with the same idempotency key; otherwise the key is claimed for `execute`. */
export function replay(call: Call): void | Promise<void> {
  const claim = claimOf(call);
  if (!claim) return;
  call.claim = claim;
  return findKeyRecord(measuredSession(call, call.session), claim).then((record) =>
    record ? answerAgain(call, claim, record) : undefined,
  );
}
