import type { KeelsonError } from "../../../src/base/error.ts";
import type { Outcome } from "../../../src/operation/outcome.ts";

/** The error of a call that must not succeed. */
export function refused(outcome: Outcome): KeelsonError {
  if (outcome.ok) throw new Error("the call was not refused");
  return outcome.error;
}

/** The record of a call that must succeed. */
export function recordOf(outcome: Outcome): Record<string, unknown> {
  if (!outcome.ok) throw outcome.error;
  if (outcome.kind !== "record") throw new Error(`the call answered a ${outcome.kind}`);
  return JSON.parse(outcome.json);
}

/** What a promise was rejected with. */
export async function rejection(work: Promise<unknown>): Promise<KeelsonError> {
  return work.then(
    () => {
      throw new Error("was not refused");
    },
    (error: KeelsonError) => error,
  );
}
