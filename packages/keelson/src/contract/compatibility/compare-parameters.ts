import { isDeepStrictEqual } from "node:util";
import type { OpenApiObject } from "../openapi/components.ts";
import { compareSchemas, shown } from "./compare-schemas.ts";
import { type Comparison, type ContractDocument, type Place, resolved } from "./contract-change.ts";

/** Its presence depends on which version is the newest, not on what callers of this one may send. */
const versionParameter = "ApiVersion";

/** Compares the parameters of one operation, by place and name. */
export function compareParameters(
  comparison: Comparison,
  where: string,
  before: unknown,
  after: unknown,
): void {
  const [was, now] = [parametersOf(comparison.base, before), parametersOf(comparison.next, after)];
  for (const [key, parameter] of was) {
    const place: Place = { where, at: key };
    const still = now.get(key);
    if (still) compareParameter(comparison, place, parameter, still);
    // Unknown header fields are passed over, unknown query parameters are refused.
    else if (parameter.in === "header")
      comparison.add("header-parameter-removed", place, "is not looked at any more");
    else comparison.add("query-parameter-removed", place, "is refused now");
  }
  for (const [key, parameter] of now) {
    if (was.has(key)) continue;
    const required = parameter.required === true;
    comparison.add(
      required ? "parameter-added-required" : "parameter-added-optional",
      { where, at: key },
      required ? "is new and must be given" : "is new and may be left out",
    );
  }
}

function parametersOf(document: ContractDocument, given: unknown): ReadonlyMap<string, OpenApiObject> {
  return new Map(
    ((given ?? []) as readonly unknown[]).flatMap((one) => {
      const { value, name } = resolved(document, one);
      return name === versionParameter ? [] : [[`${String(value.in)} ${String(value.name)}`, value] as const];
    }),
  );
}

function compareParameter(
  comparison: Comparison,
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  const [then, still] = [was.required === true, now.required === true];
  if (then !== still)
    comparison.add(
      still ? "parameter-became-required" : "parameter-became-optional",
      place,
      still ? "must be given now" : "may be left out now",
    );
  for (const keyword of ["style", "explode"])
    if (was[keyword] !== now[keyword])
      comparison.add(
        "parameter-style-changed",
        place,
        `${keyword} was ${shown(was[keyword])}, is ${shown(now[keyword])}`,
      );
  if (was.deprecated !== true && now.deprecated === true)
    comparison.add("parameter-deprecated", place, "is deprecated");
  const [before, after] = [was.schema, now.schema] as [OpenApiObject?, OpenApiObject?];
  compareDefaults(comparison, place, before?.default, after?.default);
  compareSchemas(comparison, "request", place, before, after);
}

function compareDefaults(comparison: Comparison, place: Place, before: unknown, after: unknown): void {
  if (isDeepStrictEqual(before, after)) return;
  const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  comparison.add(`parameter-default-${change}`, place, `was ${shown(before)}, is ${shown(after)}`);
}
