import type { Entry } from "../../limit/concurrency.ts";
import type { Decision, Subjects } from "../../limit/limiter.ts";
import type { BatchOperationModel } from "../../model/app-model.ts";
import type { RatePolicy } from "../../model/limit-model.ts";
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
  if (envelope.operation.kind === "batch") return limitItems(call, limits, envelope.operation);
  const applied = limits.appliedTo(envelope.operation, caller);
  if (applied.policies.length === 0) return;
  const subjects = limits.subjectsOf(caller, envelope.client);
  const entering = applied.concurrent.length > 0 ? enter(call, limits, applied, subjects) : undefined;
  return entering instanceof Promise
    ? entering.then(() => take(call, limits, applied, subjects))
    : take(call, limits, applied, subjects);
}

function take(
  call: Call,
  { limiter }: Limits,
  applied: AppliedLimits,
  subjects: Subjects,
): void | Promise<void> {
  if (applied.rates.length === 0) return;
  const decision = limiter.take(applied.rates, subjects, applied.cost);
  return decision instanceof Promise
    ? decision.then((late) => stand(call, applied, late))
    : stand(call, applied, decision);
}

/**
 * A batch counts as its items would, each as what it is. Where kinds have limits of their own there are several to
 * take from; what a refused batch has taken by then stays taken.
 */
async function limitItems(call: Call, limits: Limits, operation: BatchOperationModel): Promise<void> {
  const { caller, envelope } = call;
  const whole = limits.appliedTo(operation, caller);
  const { items } = (envelope.input ?? {}) as { readonly items?: unknown };
  const sent: readonly unknown[] = Array.isArray(items) ? items : [undefined];
  const kinds = [...operation.writes].flatMap(([kind, write]) => {
    const count = sent.filter((item) => (item as { operation?: unknown } | null)?.operation === kind).length;
    return count === 0 ? [] : [{ count, applied: limits.appliedTo(write, caller) }];
  });
  const known = kinds.reduce((sum, { count }) => sum + count, 0);
  // What is no item takes a call's work all the same.
  const cost = kinds.reduce((sum, { count, applied }) => sum + count * applied.cost, sent.length - known);
  const own = kinds.map(({ count, applied }) => ({
    rates: applied.rates.filter((rate) => !whole.rates.includes(rate)),
    cost: count * applied.cost,
  }));
  const policies = [...new Set([...whole.policies, ...kinds.flatMap(({ applied }) => applied.policies)])];
  const concurrent = [
    ...new Set([...whole.concurrent, ...kinds.flatMap(({ applied }) => applied.concurrent)]),
  ];
  const subjects = limits.subjectsOf(caller, envelope.client);
  const applied: AppliedLimits = { ...whole, concurrent, policies };
  if (concurrent.length > 0) await enter(call, limits, applied, subjects);
  for (const { rates, cost: price } of [...together(own), { rates: whole.rates, cost }]) {
    if (rates.length === 0 || price === 0) continue;
    stand(call, applied, await limits.limiter.take(rates, subjects, price));
  }
}

interface Taking {
  readonly rates: readonly RatePolicy[];
  readonly cost: number;
}

/** Kinds that are counted by one policy are counted together. */
function together(takings: readonly Taking[]): readonly Taking[] {
  const costs = new Map<RatePolicy, number>();
  for (const { rates, cost } of takings)
    for (const rate of rates) costs.set(rate, (costs.get(rate) ?? 0) + cost);
  return [...costs].map(([rate, cost]) => ({ rates: [rate], cost }));
}

function enter(
  call: Call,
  { concurrency }: Limits,
  applied: AppliedLimits,
  subjects: Subjects,
): void | Promise<void> {
  const entry = concurrency.enter(applied.concurrent, subjects);
  return entry instanceof Promise
    ? entry.then((late) => entered(call, applied, late))
    : entered(call, applied, entry);
}

function entered(call: Call, applied: AppliedLimits, entry: Entry): void {
  call.entered = entry;
  const { full: policy } = entry;
  if (policy === undefined) return;
  stand(call, applied, { allowed: false, policy, remaining: 0, waitMs: 1_000, violated: [policy] });
}

function stand(call: Call, { policies }: AppliedLimits, decision: Decision): void {
  call.limits = { policies, decision };
  if (!decision.allowed) throw tooMany(decision);
}
