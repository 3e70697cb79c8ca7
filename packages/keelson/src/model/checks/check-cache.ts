import { durationMs } from "../../base/duration.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { Backend } from "../../declare/backend.ts";
import { checkOptions } from "./check-options.ts";
import { type Findings, listed, shown } from "./findings.ts";
import { inOperation, inResource } from "./place.ts";

const options = ["ttl", "scope", "staleWhileRevalidate"];
const scopes = ["public", "caller"];
const reads = ["list", "get"];
const maxMs = 86_400_000;
const example = 'Write { ttl: "30s" }.';

type Given = Readonly<Record<string, unknown>>;

/** What is declared about keeping answers: of resources and of queries. */
export function checkCaches(findings: Findings, backend: Backend): void {
  for (const resource of backend.resources)
    checkCache(findings, `${inResource(resource.name)}, cache`, resource.options.cache, [...options, "on"]);
  for (const operation of [...(backend.commands ?? []), ...(backend.queries ?? [])]) {
    const where = `${inOperation(operation)}, cache`;
    if (operation.cache === undefined) continue;
    if (operation.effect === "write")
      findings.error(
        "useless-option",
        where,
        "A command has an effect every time; its answer cannot be given again.",
        "Leave it out, or make a query of it if it only reads.",
      );
    else if (operation.output === undefined)
      findings.error(
        "useless-option",
        where,
        "The query answers nothing.",
        "Declare its output, or leave it out.",
      );
    checkCache(findings, where, operation.cache, options);
  }
}

function checkCache(findings: Findings, where: string, given: unknown, names: readonly string[]): void {
  if (given === undefined) return;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    findings.blocker("invalid-cache", where, `It is ${shown(given)}.`, example);
    return;
  }
  const cache = given as Given;
  checkOptions(findings, where, cache, names);
  checkLength(findings, where, "ttl", cache["ttl"]);
  if (cache["staleWhileRevalidate"] !== undefined)
    checkLength(findings, where, "staleWhileRevalidate", cache["staleWhileRevalidate"]);
  checkScope(findings, where, cache["scope"]);
  checkOn(findings, where, cache["on"]);
}

function checkLength(findings: Findings, where: string, name: string, value: unknown): void {
  const ms = durationMs(value) ?? 0;
  if (ms >= 1_000 && ms <= maxMs) return;
  findings.blocker(
    "invalid-cache",
    where,
    value === undefined ? `It has no ${name}.` : `"${name}" is ${shown(value)}.`,
    'Give a length from "1s" to "1d", e.g. "30s" or "5m".',
  );
}

function checkScope(findings: Findings, where: string, scope: unknown): void {
  if (scope === undefined || scopes.includes(scope as string)) return;
  findings.blocker(
    "invalid-cache",
    where,
    `"scope" is ${shown(scope)}.${typeof scope === "string" ? didYouMean(scope, scopes) : ""}`,
    `Use ${listed(scopes)}.`,
  );
}

function checkOn(findings: Findings, where: string, on: unknown): void {
  if (on === undefined) return;
  if (Array.isArray(on) && on.length > 0 && on.every((name) => reads.includes(name as string))) return;
  findings.blocker(
    "invalid-cache",
    where,
    `"on" is ${shown(on)}.`,
    'Name reads: on: ["list"] or on: ["get"].',
  );
}
