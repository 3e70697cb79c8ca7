import { durationMs } from "../base/duration.ts";
import type { Backend } from "../declare/backend.ts";
import type { Limit, RateLimit } from "../declare/limit.ts";
import type { ResourceLimit } from "../declare/resource.ts";
import type { OperationModel } from "./app-model.ts";
import type { ConcurrencyPolicy, LimitModel, LimitSet, OperationLimits, RatePolicy } from "./limit-model.ts";

/** What holds where nothing is declared: enough for people and for programs that behave, too little to do harm. */
const defaultLimits = {
  anonymous: [{ requests: 600, window: "1m" }, { concurrent: 50 }],
  signedIn: [{ requests: 1_800, window: "1m" }, { concurrent: 50 }],
  failedCredentials: [{ requests: 30, window: "1m" }],
} as const satisfies Readonly<Record<string, readonly Limit[]>>;

/** From here on a window is a quota. */
const quotaFromMs = 3_600_000;

/** Limits of declarations without errors, linked to the operations that they count. */
export function linkLimits(backend: Backend, operations: Iterable<OperationModel>): LimitModel {
  const given = backend.limits ?? {};
  const { failedCredentials = defaultLimits.failedCredentials } = given;
  return Object.freeze({
    anonymous: setOf("anonymous", given.anonymous ?? defaultLimits.anonymous),
    signedIn: setOf("signed-in", given.signedIn ?? defaultLimits.signedIn),
    roles: new Map(
      Object.entries(given.roles ?? {}).map(([role, limits]) => [role, setOf(`role ${role}`, limits)]),
    ),
    failedCredentials: setOf(
      "failed-credentials",
      failedCredentials.map((limit) => ({ ...limit, per: "address" as const })),
    ).rates,
    tenantClaim: given.tenantClaim,
    operations: linkOperationLimits(backend, operations),
  });
}

function linkOperationLimits(
  backend: Backend,
  operations: Iterable<OperationModel>,
): ReadonlyMap<string, OperationLimits> {
  const sets = new Map(
    backend.resources.map((resource) => [
      resource.name,
      resourceSets(resource.name, resource.options.limits),
    ]),
  );
  const linked = new Map<string, OperationLimits>();
  for (const operation of operations) {
    const { limits, cost } = declaredFor(backend, operation, sets);
    if (cost !== 1 || limits.rates.length + limits.concurrent.length > 0)
      linked.set(operation.name, Object.freeze({ ...limits, cost }));
  }
  return linked;
}

type ResourceSets = readonly { readonly on: readonly string[] | undefined; readonly set: LimitSet }[];

function declaredFor(
  backend: Backend,
  operation: OperationModel,
  sets: ReadonlyMap<string, ResourceSets>,
): { readonly limits: LimitSet; readonly cost: number } {
  if (operation.kind === "custom") {
    const { limits = [], cost = 1 } = operation.declaration;
    return { limits: setOf(operation.name, limits), cost };
  }
  // Its items count as what they are; only the callers' own limits are those of the whole.
  if (operation.kind === "batch") return { limits: setOf(operation.name, []), cost: 1 };
  const { kind, resource } = operation;
  const declaration = backend.resources.find(({ name }) => name === resource.name);
  const own = (sets.get(resource.name) ?? []).filter(({ on }) => on === undefined || on.includes(kind));
  return {
    limits: {
      rates: own.flatMap(({ set }) => set.rates),
      concurrent: own.flatMap(({ set }) => set.concurrent),
    },
    cost: declaration?.options.cost?.[kind] ?? 1,
  };
}

/** One policy for all operations that a limit is on: that is what counts them together. */
function resourceSets(name: string, limits: readonly ResourceLimit[] = []): ResourceSets {
  const scopeOf = ({ on }: ResourceLimit): string => (on === undefined ? name : `${name}.${on.join("+")}`);
  const scopes = [...new Set(limits.map(scopeOf))];
  return scopes.map((scope) => {
    const same = limits.filter((limit) => scopeOf(limit) === scope);
    return { on: same[0]?.on, set: setOf(scope, same) };
  });
}

function setOf(scope: string, limits: readonly Limit[]): LimitSet {
  const rates = limits.filter(isRate);
  const concurrent = limits.filter((limit): limit is Exclude<Limit, RateLimit> => !isRate(limit));
  return Object.freeze({
    rates: Object.freeze(rates.map((limit) => rateOf(scope, limit, rates.length > 1))),
    concurrent: Object.freeze(
      concurrent.map(
        ({ per = "caller", concurrent: count }): ConcurrencyPolicy =>
          Object.freeze({
            kind: "concurrent",
            name: concurrent.length > 1 ? `${scope}-concurrent-${per}` : `${scope}-concurrent`,
            per,
            concurrent: count,
          }),
      ),
    ),
  });
}

const isRate = (limit: Limit): limit is RateLimit => "requests" in limit;

function rateOf(
  scope: string,
  { per = "caller", requests, window }: RateLimit,
  several: boolean,
): RatePolicy {
  const windowMs = durationMs(window) ?? 0;
  return Object.freeze({
    kind: windowMs < quotaFromMs ? "rate" : "quota",
    name: several ? `${scope}-${per === "caller" ? "" : `${per}-`}${window}` : scope,
    per,
    requests,
    windowMs,
  });
}
