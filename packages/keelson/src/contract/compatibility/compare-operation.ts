import { isDeepStrictEqual } from "node:util";
import type { OpenApiObject } from "../openapi/components.ts";
import { compareParameters } from "./compare-parameters.ts";
import { compareResponses } from "./compare-responses.ts";
import { compareSchemas } from "./compare-schemas.ts";
import { type Comparison, type Place, resolved } from "./contract-change.ts";

type Objects = Readonly<Record<string, OpenApiObject>>;

/** Compares one operation with itself. */
export function compareOperation(
  comparison: Comparison,
  where: string,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  const place: Place = { where, at: "" };
  compareFacts(comparison, place, was, now);
  compareSecurity(comparison, place, was, now);
  compareParameters(comparison, where, was.parameters, now.parameters);
  compareBodies(comparison, { where, at: "body" }, was.requestBody, now.requestBody);
  compareResponses(comparison, where, (was.responses ?? {}) as Objects, (now.responses ?? {}) as Objects);
}

function compareFacts(comparison: Comparison, place: Place, was: OpenApiObject, now: OpenApiObject): void {
  if (was.operationId !== now.operationId)
    comparison.add("operation-id-changed", place, `was "${was.operationId}", is "${now.operationId}"`);
  if (!isDeepStrictEqual(was.tags, now.tags))
    comparison.add("operation-tags-changed", place, "stands elsewhere");
  const [before, after] = [was.deprecated === true, now.deprecated === true];
  if (before !== after)
    comparison.add(
      after ? "operation-deprecated" : "operation-revived",
      place,
      after ? "is deprecated" : "is not deprecated any more",
    );
}

/** Whether callers need a token: they do not where one of the ways demands nothing. */
function compareSecurity(comparison: Comparison, place: Place, was: OpenApiObject, now: OpenApiObject): void {
  const open = (given: unknown): boolean => {
    const ways = given as readonly OpenApiObject[] | undefined;
    return ways === undefined || ways.length === 0 || ways.some((way) => Object.keys(way).length === 0);
  };
  const before = open(was.security ?? comparison.base.security);
  const after = open(now.security ?? comparison.next.security);
  if (before !== after)
    comparison.add(
      after ? "security-loosened" : "security-tightened",
      place,
      after ? "needs no token any more" : "needs a token now",
    );
}

function compareBodies(comparison: Comparison, place: Place, before: unknown, after: unknown): void {
  const [was, now] = [resolved(comparison.base, before).value, resolved(comparison.next, after).value];
  const [then, still] = [was["required"] === true, now["required"] === true];
  if (before !== undefined && after !== undefined) {
    if (then !== still)
      comparison.add(
        still ? "request-body-became-required" : "request-body-became-optional",
        place,
        still ? "must be there now" : "may be missing now",
      );
    compareContent(comparison, place, (was["content"] ?? {}) as Objects, (now["content"] ?? {}) as Objects);
  } else if (before !== undefined) comparison.add("request-body-removed", place, "takes no body any more");
  else if (after !== undefined)
    comparison.add(
      still ? "request-body-added-required" : "request-body-added-optional",
      place,
      still ? "must have a body now" : "may have a body now",
    );
}

function compareContent(comparison: Comparison, place: Place, was: Objects, now: Objects): void {
  for (const type of Object.keys(was))
    if (!now[type]) comparison.add("request-media-type-removed", place, `${type} is refused now`);
    else compareSchemas(comparison, "request", place, was[type]?.["schema"], now[type]["schema"]);
  for (const type of Object.keys(now))
    if (!was[type]) comparison.add("request-media-type-added", place, `${type} is taken too`);
}
