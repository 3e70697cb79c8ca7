import type { Decision, Subjects } from "../../limit/limiter.ts";
import type { Call } from "../call.ts";
import { isInner } from "../envelope.ts";
import type { AppliedLimits, Limits } from "../limits.ts";
import { tooMany } from "../too-many.ts";

/** Counts the call for its caller, and refuses what is too much. */
export function limit(call: Call): void | Promise<void> {
  const { envelope, caller, app } = call;
  const { limits } = app;
  // A handler's call is part of one that was counted, the system works for everybody, and who has neither
  // credentials nor an address is this program itself.
  if (!limits || isInner(envelope) || caller.kind === "system") return;
  if (caller.kind === "anonymous" && envelope.client === undefined) return;
  const applied = limits.appliedTo(envelope.operation, caller);
  if (applied.policies.length === 0) return;
  const subjects = limits.subjectsOf(caller, envelope.client);
  if (applied.concurrent.length > 0) enter(call, limits, applied, subjects);
  if (applied.rates.length === 0) return;
  const decision = limits.limiter.take(applied.rates, subjects, applied.cost);
  return decision instanceof Promise
    ? decision.then((late) => stand(call, applied, late))
    : stand(call, applied, decision);
}

/** Lets go of what `limit` has counted as in progress. */
export function leaveLimits({ app, entered, subjects }: Call): void {
  if (entered === undefined || subjects === undefined) return;
  for (const policy of entered) app.limits?.concurrency.leave(policy, subjects[policy.per]);
}

function enter(call: Call, { concurrency }: Limits, applied: AppliedLimits, subjects: Subjects): void {
  const { concurrent } = applied;
  call.subjects = subjects;
  const full = concurrent.findIndex((policy) => !concurrency.enter(policy, subjects[policy.per]));
  call.entered = full < 0 ? concurrent : concurrent.slice(0, full);
  const policy = concurrent[full];
  if (policy === undefined) return;
  stand(call, applied, { allowed: false, policy, remaining: 0, waitMs: 1_000, violated: [policy] });
}

function stand(call: Call, { policies }: AppliedLimits, decision: Decision): void {
  call.limits = { policies, decision };
  if (!decision.allowed) throw tooMany(decision);
}
