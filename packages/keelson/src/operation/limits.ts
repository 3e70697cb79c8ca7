import type { Caller } from "../base/caller.ts";
import type { ClientAddress } from "../base/client-address.ts";
import type { Clock } from "../base/clock.ts";
import type { Concurrency } from "../limit/concurrency.ts";
import type { Decision, Limiter, Subjects } from "../limit/limiter.ts";
import { SubjectMap } from "../limit/subject-map.ts";
import type { OperationModel } from "../model/app-model.ts";
import type { ConcurrencyPolicy, LimitModel, LimitSet, RatePolicy } from "../model/limit-model.ts";
import { claimText } from "./claim-text.ts";

/** Everything that holds for one class of callers on one operation. */
export interface AppliedLimits extends LimitSet {
  readonly cost: number;
  /** All of them, for those who tell the caller. */
  readonly policies: readonly (RatePolicy | ConcurrencyPolicy)[];
}

/** How a caller stands, for doors to tell. */
export interface LimitStanding {
  readonly policies: AppliedLimits["policies"];
  readonly decision: Decision;
}

/** The limits of a running back end. */
export interface Limits {
  readonly limiter: Limiter;
  readonly concurrency: Concurrency;
  readonly failedCredentials: readonly RatePolicy[];
  /** What holds for anonymous callers over all operations. */
  readonly anonymous: readonly RatePolicy[];
  appliedTo(operation: OperationModel, caller: Caller): AppliedLimits;
  subjectsOf(caller: Caller, client: ClientAddress | undefined): Subjects;
  /** Milliseconds for which tokens from there are not looked at. */
  barredForMs(client: ClientAddress): number;
  /** Counts a refused token; resolves to whether it was one too many. */
  credentialsFailed(client: ClientAddress): boolean | Promise<boolean>;
}

export interface LimitsParts {
  readonly model: LimitModel;
  readonly limiter: Limiter;
  readonly concurrency: Concurrency;
  readonly clock: Clock;
  /** What all numbers are multiplied by. */
  readonly factor: number;
}

/** Addresses that are remembered as barred. */
const maxBarred = 100_000;

export function newLimits({ model, limiter, concurrency, clock, factor }: LimitsParts): Limits {
  const scaled = newScale(factor);
  const roles = [...model.roles].map(([role, set]) => ({
    role,
    byOperation: appliedBy(model, scaled(set), scaled),
  }));
  const forAnonymous = scaled(model.anonymous);
  const anonymous = appliedBy(model, forAnonymous, scaled);
  const signedIn = appliedBy(model, scaled(model.signedIn), scaled);
  const failures = scaled({ rates: model.failedCredentials, concurrent: [] }).rates;
  const longestMs = Math.max(1_000, ...failures.map(({ windowMs }) => windowMs));
  const barredUntil = new SubjectMap<number>(longestMs, maxBarred);
  const classOf = (caller: Caller): typeof anonymous => {
    if (caller.kind === "anonymous") return anonymous;
    for (const { role, byOperation } of roles)
      if (caller.roles.some((own) => own === role)) return byOperation;
    return signedIn;
  };
  return {
    limiter,
    concurrency,
    failedCredentials: failures,
    anonymous: forAnonymous.rates,
    appliedTo: (operation, caller) => classOf(caller)(operation),
    subjectsOf: (caller, client) => {
      const own = subjectOf(caller, client);
      const tenant =
        model.tenantClaim === undefined ? undefined : claimText(caller.claims, model.tenantClaim);
      return {
        caller: own,
        tenant: tenant === undefined ? own : `tenant:${tenant}`,
        address: client === undefined ? own : client.block,
      };
    },
    barredForMs: (client) => {
      const now = clock.monotonicMs();
      return (barredUntil.get(client.block, now) ?? 0) - now;
    },
    credentialsFailed: (client) => {
      if (failures.length === 0) return false;
      const decided = (decision: Decision): boolean => {
        const now = clock.monotonicMs();
        // The last one allowed bars too: what follows must not be looked at before it is counted.
        if (!decision.allowed || decision.remaining === 0)
          barredUntil.set(client.block, now + decision.waitMs, now);
        return !decision.allowed;
      };
      const { block } = client;
      const decision = limiter.take(failures, { caller: block, tenant: block, address: block }, 1);
      return decision instanceof Promise ? decision.then(decided) : decided(decision);
    },
  };
}

/** A caller's id is the issuer's to choose, so it must not look like what is none. */
function subjectOf(caller: Caller, client: ClientAddress | undefined): string {
  if (caller.id === null) return client === undefined ? "nobody:" : client.block;
  return caller.id.includes(":") || caller.id.includes(".") ? `caller:${caller.id}` : caller.id;
}

/** Policies with their numbers multiplied; the same policy stays one, since it is what counts are kept under. */
function newScale(factor: number): (set: LimitSet) => LimitSet {
  if (factor === 1) return (set) => set;
  const known = new Map<RatePolicy | ConcurrencyPolicy, RatePolicy | ConcurrencyPolicy>();
  const times = (count: number): number => Math.max(1, Math.round(count * factor));
  const scale = <P extends RatePolicy | ConcurrencyPolicy>(policy: P, change: (policy: P) => P): P => {
    const scaled = (known.get(policy) as P | undefined) ?? Object.freeze(change(policy));
    known.set(policy, scaled);
    return scaled;
  };
  return ({ rates, concurrent }) => ({
    rates: rates.map((rate) => scale(rate, (policy) => ({ ...policy, requests: times(policy.requests) }))),
    concurrent: concurrent.map((each) =>
      scale(each, (policy) => ({ ...policy, concurrent: times(policy.concurrent) })),
    ),
  });
}

/** What a class of callers gets on each operation, put together at the first call. */
function appliedBy(
  model: LimitModel,
  ofClass: LimitSet,
  scaled: (set: LimitSet) => LimitSet,
): (operation: OperationModel) => AppliedLimits {
  const known = new Map<string, AppliedLimits>();
  return (operation) => {
    let applied = known.get(operation.name);
    if (applied === undefined) {
      const declared = model.operations.get(operation.name);
      const own = declared ? scaled(declared) : { rates: [], concurrent: [] };
      const cost = declared?.cost ?? 1;
      const rates = cost === 0 ? [] : [...ofClass.rates, ...own.rates];
      const concurrent = [...ofClass.concurrent, ...own.concurrent];
      applied = Object.freeze({
        rates,
        concurrent,
        cost,
        policies: Object.freeze([...rates, ...concurrent]),
      });
      known.set(operation.name, applied);
    }
    return applied;
  };
}
