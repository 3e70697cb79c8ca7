import type { ClientAddress } from "../base/client-address.ts";
import type { KeelsonError } from "../base/error.ts";
import type { Limits } from "./limits.ts";
import { tooMany } from "./too-many.ts";

/**
 * Counts what a door refuses before it is a call: what cannot be read, names nothing, or is too large. It counts for
 * the address like a call of an anonymous caller, against the same limits. Gives the refusal to answer with instead
 * where there were too many.
 */
export type CountRefusal = (
  client: ClientAddress,
) => KeelsonError | undefined | Promise<KeelsonError | undefined>;

/** Undefined where anonymous callers have no limits. */
export function newRefusalCount({ limiter, anonymous }: Limits): CountRefusal | undefined {
  if (anonymous.length === 0) return undefined;
  return ({ block }) => {
    const decision = limiter.take(anonymous, { caller: block, tenant: block, address: block }, 1);
    if (decision instanceof Promise)
      return decision.then((late) => (late.allowed ? undefined : tooMany(late)));
    return decision.allowed ? undefined : tooMany(decision);
  };
}
