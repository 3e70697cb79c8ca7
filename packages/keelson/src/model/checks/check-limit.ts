import { durationMs } from "../../base/duration.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { AnyResource } from "../../declare/resource.ts";
import { type Findings, listed, shown } from "./findings.ts";

const pers = ["caller", "tenant", "address"];
const standard = ["list", "get", "create", "update", "delete"];
const maxWindowMs = 31 * 86_400_000;
const maxRequests = 1_000_000_000;
const example = 'Write { requests: 100, window: "1m" } or { concurrent: 10 }.';

interface Among {
  /** Whether something says what a tenant is. */
  readonly hasTenants?: boolean;
  /** Only requests can be limited here, and by address. */
  readonly requestsByAddress?: boolean;
  /** The resource whose operations it may name. */
  readonly resource?: AnyResource;
}

type Given = Readonly<Record<string, unknown>>;
/** What is wrong, and what to write instead. */
type Fault = readonly [what: string, instead: string];

/** Whether it is a limit at all, and one that makes sense where it stands. */
export function checkLimit(findings: Findings, where: string, limit: unknown, among: Among): boolean {
  const fault =
    typeof limit === "object" && limit !== null
      ? (nameFault(limit as Given, among) ??
        perFault(limit as Given, among) ??
        onFault(limit as Given, among) ??
        amountFault(limit as Given))
      : ([`It is ${shown(limit)}.`, example] as const);
  if (fault) findings.blocker("invalid-limit", where, ...fault);
  return fault === undefined;
}

function nameFault(limit: Given, { requestsByAddress, resource }: Among): Fault | undefined {
  const names = [
    ...(requestsByAddress ? [] : ["per", "concurrent"]),
    ...["requests", "window"],
    ...(resource ? ["on"] : []),
  ];
  const unknown = Object.keys(limit).find((name) => !names.includes(name));
  return unknown === undefined
    ? undefined
    : [`There is no option "${unknown}" here.${didYouMean(unknown, names)}`, `Use ${listed(names)}.`];
}

function perFault({ per }: Given, { hasTenants }: Among): Fault | undefined {
  if (per !== undefined && !pers.includes(per as string))
    return [`"per" is ${shown(per)}.`, `Use ${listed(pers)}.`];
  if (per !== "tenant" || hasTenants) return undefined;
  return [
    "It counts by tenant, and nothing says what a tenant is.",
    'Name the claim: backend({ limits: { tenantClaim: "org_id" } }).',
  ];
}

function onFault({ on }: Given, { resource }: Among): Fault | undefined {
  if (on === undefined) return undefined;
  const list = Array.isArray(on) ? on : [on];
  const wrong: unknown = list.find((name) => !standard.includes(name));
  if (list.length > 0 && wrong === undefined)
    return Array.isArray(on) ? undefined : [`"on" is ${shown(on)}.`, 'Give a list: on: ["create"].'];
  return [
    list.length === 0
      ? '"on" is an empty list.'
      : `"on" names ${shown(wrong)}.${typeof wrong === "string" ? didYouMean(wrong, standard) : ""}`,
    `Name standard operations of "${resource?.name}": ${listed(standard)}.`,
  ];
}

function amountFault({ requests, concurrent, window }: Given): Fault | undefined {
  if (requests === undefined && concurrent === undefined) return ["It says nothing to count.", example];
  if (requests !== undefined && concurrent !== undefined)
    return ["It counts requests and calls at the same time in one.", "Make two of it."];
  if (requests === undefined) {
    if (window !== undefined) return ['A limit of "concurrent" has no window.', "Leave the window out."];
    return isCount(concurrent)
      ? undefined
      : [`"concurrent" is ${shown(concurrent)}.`, "Give a whole number above zero."];
  }
  if (!isCount(requests)) return [`"requests" is ${shown(requests)}.`, "Give a whole number above zero."];
  const windowMs = durationMs(window) ?? 0;
  if (windowMs >= 1_000 && windowMs <= maxWindowMs) return undefined;
  return [
    window === undefined ? "It has no window." : `"window" is ${shown(window)}.`,
    'Give a length from "1s" to "31d", e.g. "10s", "1m", "1h" or "1d".',
  ];
}

const isCount = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= maxRequests;
