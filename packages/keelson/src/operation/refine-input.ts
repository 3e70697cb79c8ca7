import type { StandardSchemaV1 } from "@standard-schema/spec";
import { canonicalTimestamp } from "../base/calendar-text.ts";
import type { FieldSpec } from "../declare/field-spec.ts";
import { isStandardSchema, type SchemaUse } from "../model/value-schema.ts";
import type { Path } from "./locate-input.ts";
import { faultOf, type InputFault } from "./schema-faults.ts";
import { compileDeclaredSchema } from "./schema-validator.ts";

/** What refining finds out on its way. */
export interface Refinement {
  readonly faults: InputFault[];
  /** Answers of schema libraries that are still to come. */
  readonly later: Promise<Later>[];
}

interface Later {
  readonly path: Path;
  readonly result: StandardSchemaV1.Result<unknown>;
}

/** Brings a value that fits its schema into its one form; never changes what it is given. */
export type Refine = (value: unknown, path: Path, found: Refinement) => unknown;

type Side = SchemaUse["side"];

/**
 * How to refine values of a field: ids and timestamps into the form in which they come back, defaults of
 * nested members, and the schemas of `json` fields. Undefined where there is nothing to do.
 */
export function refinerOf(spec: FieldSpec, side: Side): Refine | undefined {
  const refine = kindRefiner(spec, side);
  // A `json` field decides about null itself.
  if (!refine || spec.kind === "json") return refine;
  return (value, path, found) => (value === null || value === undefined ? value : refine(value, path, found));
}

function kindRefiner(spec: FieldSpec, side: Side): Refine | undefined {
  switch (spec.kind) {
    case "uuid":
      return lowerCase;
    case "reference":
      return spec.key === undefined ? lowerCase : kindRefiner(spec.key, side);
    case "timestamp":
      return (value) => canonicalTimestamp(value as string);
    case "manyToMany":
      return linksRefiner(spec.key);
    case "list":
      return spec.of && listRefiner(spec.of);
    case "object":
      return membersRefiner(new Map(Object.entries(spec.members ?? {})), side, true);
    case "json":
      return jsonRefiner(spec, side);
    default:
      return undefined;
  }
}

/** Links as a set; only UUIDs are the same in capitals. */
const linksRefiner =
  (key: FieldSpec | undefined): Refine =>
  (value) => [
    ...new Set((value as readonly string[]).map((id) => (key === undefined ? id.toLowerCase() : id))),
  ];

const lowerCase: Refine = (value) => (value as string).toLowerCase();

/** Lists are replaced whole, so their items are complete also in a patch. */
function listRefiner(of: FieldSpec): Refine | undefined {
  const refine = refinerOf(of, "create");
  return (
    refine &&
    ((value, path, found) =>
      (value as readonly unknown[]).map((item, index) => refine(item, [...path, index], found)))
  );
}

/** Refines the members of an object. With `fill`, members left out get their declared values. */
export function membersRefiner(
  members: ReadonlyMap<string, FieldSpec>,
  side: Side,
  fill: boolean,
): Refine | undefined {
  const refiners = [...members].flatMap(([name, spec]) => {
    const refine = refinerOf(spec, side);
    return refine ? [[name, refine] as const] : [];
  });
  const defaults =
    fill && side === "create"
      ? [...members].flatMap(([name, { default: given }]) =>
          given?.kind === "value" ? [[name, given.value] as const] : [],
        )
      : [];
  if (refiners.length === 0 && defaults.length === 0) return undefined;
  return (value, path, found) => {
    const refined = { ...(value as Readonly<Record<string, unknown>>) };
    for (const [name, refine] of refiners) {
      if (refined[name] !== undefined) refined[name] = refine(refined[name], [...path, name], found);
    }
    for (const [name, given] of defaults) if (refined[name] === undefined) refined[name] = copyOf(given);
    return refined;
  };
}

/** Whoever is given an object may change it. */
const copyOf = (given: unknown): unknown => (typeof given === "object" ? structuredClone(given) : given);

/** In a patch only the merged result can be judged, see `mergedValidator`. */
function jsonRefiner(spec: FieldSpec, side: Side): Refine {
  const check = side === "patch" ? undefined : jsonChecker(spec);
  return (value, path, found) => {
    if (value !== null) return check ? check(value, path, found) : value;
    if (!spec.optional) found.faults.push({ path, code: "type", detail: "must not be null." });
    return value;
  };
}

function jsonChecker({ schema = {} }: FieldSpec): Refine {
  if (isStandardSchema(schema)) return (value, path, found) => askStandard(schema, value, path, found);
  const check = compileDeclaredSchema(schema);
  return (value, path, found) => {
    for (const error of check(value) ?? []) found.faults.push(faultOf(error, path, () => undefined));
    return value;
  };
}

/** Asks a schema library, which may answer at once or later. */
export function askStandard(
  schema: StandardSchemaV1,
  value: unknown,
  path: Path,
  found: Refinement,
): unknown {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    found.later.push(result.then((settled) => ({ path, result: settled })));
    return value;
  }
  return takeResult({ path, result }, found) ? (result as { readonly value: unknown }).value : value;
}

/** Waits for the schema libraries and puts their values in place. */
export async function settleLater(root: unknown, found: Refinement): Promise<unknown> {
  let settled = root;
  for (const later of await Promise.all(found.later)) {
    if (!takeResult(later, found)) continue;
    const { value } = later.result as { readonly value: unknown };
    settled = placeAt(settled, later.path, value);
  }
  return settled;
}

function takeResult({ path, result }: Later, found: Refinement): boolean {
  if (!result.issues) return true;
  for (const issue of result.issues) {
    const inner = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
    const segments = inner.map((key) => (typeof key === "number" ? key : String(key)));
    found.faults.push({ path: [...path, ...segments], code: "invalid", detail: issue.message });
  }
  return false;
}

/** The value with another one at a path. Only walks through what refining has copied. */
function placeAt(root: unknown, path: Path, value: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  let owner = root as Record<string | number, unknown>;
  for (const segment of path.slice(0, -1)) owner = owner[segment] as Record<string | number, unknown>;
  owner[last] = value;
  return root;
}
