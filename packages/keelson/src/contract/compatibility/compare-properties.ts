import { isDeepStrictEqual } from "node:util";
import type { OpenApiObject } from "../openapi/components.ts";
import type { Comparison, Place } from "./contract-change.ts";
import { mendAdded, mendRemoved } from "./mend.ts";

type Properties = Readonly<Record<string, OpenApiObject>>;
type CompareSchemas = (
  comparison: Comparison,
  side: "request" | "response",
  place: Place,
  before: unknown,
  after: unknown,
) => void;

/** Compares the members of objects. */
export function compareProperties(
  comparison: Comparison,
  side: "request" | "response",
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
  compareSchemas: CompareSchemas,
): void {
  const objects = new Objects(was, now);
  for (const name of objects.removed) reportRemoved(comparison, side, inside(place, name), objects, name);
  for (const name of objects.added) reportAdded(comparison, side, inside(place, name), objects, name);
  for (const name of objects.kept) {
    const here = inside(place, name);
    compareRequired(comparison, side, here, objects, name);
    if (side === "request")
      compareDefaults(comparison, here, objects.before[name] ?? {}, objects.after[name] ?? {});
    compareSchemas(comparison, side, here, objects.before[name], objects.after[name]);
  }
  compareOpenness(comparison, side, place, was, now);
}

function compareRequired(
  comparison: Comparison,
  side: "request" | "response",
  place: Place,
  objects: Objects,
  name: string,
): void {
  const still = objects.isRequired(name);
  if (objects.wasRequired(name) === still) return;
  comparison.add(
    `${side}-property-became-${still ? "required" : "optional"}`,
    place,
    still ? "must be there now" : "may be missing now",
    side === "request" && still ? mendAdded(place) : undefined,
  );
}

function compareOpenness(
  comparison: Comparison,
  side: "request" | "response",
  place: Place,
  was: OpenApiObject,
  now: OpenApiObject,
): void {
  if (was["type"] === undefined || now["type"] === undefined) return;
  const closed = now["additionalProperties"] === false;
  if ((was["additionalProperties"] === false) === closed) return;
  comparison.add(
    `${side}-unknown-members-${closed ? "refused" : "allowed"}`,
    place,
    closed ? "has no other members any more" : "may have other members now",
  );
}

const inside = ({ where, at }: Place, name: string): Place => ({
  where,
  at: at === "" ? name : `${at}.${name}`,
});

/** Two versions of one object. */
class Objects {
  readonly before: Properties;
  readonly after: Properties;
  readonly closed: boolean;
  private readonly requiredBefore: readonly string[];
  private readonly requiredAfter: readonly string[];

  constructor(was: OpenApiObject, now: OpenApiObject) {
    this.before = (was.properties ?? {}) as Properties;
    this.after = (now.properties ?? {}) as Properties;
    this.closed = now.additionalProperties === false;
    this.requiredBefore = (was.required ?? []) as readonly string[];
    this.requiredAfter = (now.required ?? []) as readonly string[];
  }

  get removed(): readonly string[] {
    return Object.keys(this.before).filter((name) => !Object.hasOwn(this.after, name));
  }
  get added(): readonly string[] {
    return Object.keys(this.after).filter((name) => !Object.hasOwn(this.before, name));
  }
  get kept(): readonly string[] {
    return Object.keys(this.before).filter((name) => Object.hasOwn(this.after, name));
  }
  wasRequired = (name: string): boolean => this.requiredBefore.includes(name);
  isRequired = (name: string): boolean => this.requiredAfter.includes(name);

  /** New members that a removed one may be called now: those that are described alike. */
  successorsOf(name: string): readonly string[] {
    const alike = (one: string) => isDeepStrictEqual(bare(this.after[one]), bare(this.before[name]));
    return this.added.filter(alike);
  }
}

/** Without what is for people only. */
function bare(schema: OpenApiObject | undefined): OpenApiObject {
  const { description: _description, examples: _examples, deprecated: _deprecated, ...rest } = schema ?? {};
  return rest;
}

function reportRemoved(
  comparison: Comparison,
  side: "request" | "response",
  place: Place,
  objects: Objects,
  name: string,
): void {
  const mend = mendRemoved(place, objects.successorsOf(name));
  const required = objects.wasRequired(name);
  if (side === "response")
    comparison.add(
      required ? "response-property-removed" : "response-optional-property-removed",
      place,
      required ? "is not there any more" : "may never be there any more",
      mend,
    );
  else
    comparison.add(
      objects.closed ? "request-closed-property-removed" : "request-property-removed",
      place,
      objects.closed ? "is refused now" : "is not looked at any more",
      mend,
    );
}

function reportAdded(
  comparison: Comparison,
  side: "request" | "response",
  place: Place,
  objects: Objects,
  name: string,
): void {
  if (side === "response") comparison.add("response-property-added", place, "is new");
  else if (objects.isRequired(name))
    comparison.add("request-property-added-required", place, "is new and must be given", mendAdded(place));
  else comparison.add("request-property-added-optional", place, "is new and may be left out");
}

function compareDefaults(comparison: Comparison, place: Place, was: OpenApiObject, now: OpenApiObject): void {
  const [before, after] = [was.default, now.default];
  if (isDeepStrictEqual(before, after)) return;
  const change = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  comparison.add(
    `request-property-default-${change}`,
    place,
    `was ${JSON.stringify(before) ?? "nothing"}, is ${JSON.stringify(after) ?? "nothing"}`,
  );
}
