import { durationMs } from "../../base/duration.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { Backend } from "../../declare/backend.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { checkLimit } from "./check-limit.ts";
import { checkOptions } from "./check-options.ts";
import { type Findings, listed, shown } from "./findings.ts";
import { inBackend, inOperation, inResource } from "./place.ts";

const options = ["anonymous", "signedIn", "roles", "failedCredentials", "tenantClaim"];
const standard = ["list", "get", "create", "update", "delete"];
const maxCost = 10_000;

/** Limits of the back end, its resources, commands and queries, and what their operations cost. */
export function checkLimits(findings: Findings, backend: Backend): void {
  checkBackendLimits(findings, `${inBackend(backend.name)}, limits`, backend);
  const hasTenants = typeof backend.limits?.tenantClaim === "string";
  for (const resource of backend.resources) {
    const where = inResource(resource.name);
    checkList(findings, `${where}, limits`, resource.options.limits, { hasTenants, resource });
    checkCosts(findings, `${where}, cost`, resource);
  }
  for (const operation of [...(backend.commands ?? []), ...(backend.queries ?? [])]) {
    const where = inOperation(operation);
    checkList(findings, `${where}, limits`, operation.limits, { hasTenants });
    checkCost(findings, `${where}, cost`, operation.cost, operation.limits);
  }
}

function checkBackendLimits(findings: Findings, where: string, { limits, roles }: Backend): void {
  if (limits === undefined) return;
  if (typeof limits !== "object" || limits === null || Array.isArray(limits)) {
    findings.blocker(
      "invalid-limit",
      where,
      `It is ${shown(limits)}.`,
      'Give limits by class of caller: { signedIn: [{ requests: 1800, window: "1m" }] }.',
    );
    return;
  }
  checkOptions(findings, where, limits, options);
  const hasTenants = typeof limits.tenantClaim === "string";
  for (const option of ["anonymous", "signedIn"] as const)
    checkList(findings, `${where}.${option}`, limits[option], { hasTenants });
  checkList(findings, `${where}.failedCredentials`, limits.failedCredentials, { requestsByAddress: true });
  for (const [role, own] of Object.entries(limits.roles ?? {})) {
    checkList(findings, `${where}.roles.${role}`, own, { hasTenants });
    if (Array.isArray(roles) && !roles.includes(role))
      findings.error(
        "unknown-role",
        `${where}.roles`,
        `The back end has no role "${role}".${didYouMean(role, roles)}`,
        "Name one of its roles, or add this one to them.",
      );
  }
  const claim: unknown = limits.tenantClaim;
  if (claim !== undefined && (typeof claim !== "string" || claim.trim() === ""))
    findings.error(
      "invalid-limit",
      `${where}.tenantClaim`,
      `It is ${shown(claim)}.`,
      'Name the claim, e.g. "org_id".',
    );
}

function checkList(
  findings: Findings,
  where: string,
  limits: unknown,
  among: Parameters<typeof checkLimit>[3],
): void {
  if (limits === undefined) return;
  if (!Array.isArray(limits)) {
    findings.blocker(
      "invalid-limit",
      where,
      `It is ${shown(limits)}.`,
      'Give a list: [{ requests: 100, window: "1m" }]; an empty one means no limit.',
    );
    return;
  }
  const seen = new Set<string>();
  for (const [position, limit] of limits.entries()) {
    const place = `${where}[${position}]`;
    if (!checkLimit(findings, place, limit, among)) continue;
    const { per = "caller", window, on } = limit;
    // The same length in other words is the same window.
    const key = [per, window === undefined ? "" : durationMs(window), on].join();
    if (seen.has(key))
      findings.error(
        "duplicate-limit",
        place,
        window === undefined ? "There is one of this kind already." : `There is one for ${window} already.`,
        "Leave the wider one out.",
      );
    seen.add(key);
  }
}

function checkCosts(findings: Findings, where: string, { options: { cost, limits } }: AnyResource): void {
  const given: unknown = cost;
  if (given === undefined) return;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    findings.blocker(
      "invalid-cost",
      where,
      `It is ${shown(given)}.`,
      "Give costs by operation: { list: 5 }.",
    );
    return;
  }
  for (const [operation, value] of Object.entries(given)) {
    if (!standard.includes(operation))
      findings.error(
        "unknown-option",
        where,
        `There is no operation "${operation}".${didYouMean(operation, standard)}`,
        `Use ${listed(standard)}.`,
      );
    else {
      const own = Array.isArray(limits)
        ? limits.filter(({ on }) => on === undefined || on.some((name: unknown) => name === operation))
        : [];
      checkCost(findings, `${where}.${operation}`, value, own);
    }
  }
}

function checkCost(findings: Findings, where: string, cost: unknown, limits: unknown): void {
  if (cost === undefined) return;
  if (!Number.isInteger(cost) || (cost as number) < 0 || (cost as number) > maxCost) {
    findings.error(
      "invalid-cost",
      where,
      `It is ${shown(cost)}.`,
      `Give a whole number from 0 to ${maxCost}: how many requests a call counts as.`,
    );
    return;
  }
  const rates = (Array.isArray(limits) ? limits : []).map((limit) => limit?.requests as unknown);
  const tooSmall = rates.find((requests) => typeof requests === "number" && requests < (cost as number));
  if (tooSmall !== undefined)
    findings.error(
      "invalid-cost",
      where,
      `A call costs ${cost}, and a limit of its own allows ${tooSmall}: it could never be called.`,
      "Lower the cost, or allow more.",
    );
  else if (cost === 0 && rates.some((requests) => requests !== undefined))
    findings.error(
      "invalid-cost",
      where,
      "A call costs nothing, so the limits of its own would never count one.",
      "Leave out the cost or the limits.",
    );
}
