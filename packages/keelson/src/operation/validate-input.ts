import { type Fault, failure } from "../base/error.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { FieldSpec, JsonSchema } from "../declare/field-spec.ts";
import type { CustomOperationModel, OperationModel, ResourceModel } from "../model/app-model.ts";
import { createSchema, patchSchema } from "../model/json-schema.ts";
import { isStandardSchema, membersSchema, type SchemaUse, valueSchema } from "../model/value-schema.ts";
import { explainField, explainMember } from "./explain-member.ts";
import { findHazards } from "./json-hazards.ts";
import { type Locate, locateByPointer, maxFaults } from "./locate-input.ts";
import {
  askStandard,
  membersRefiner,
  type Refine,
  type Refinement,
  refinerOf,
  settleLater,
} from "./refine-input.ts";
import { type ExplainMember, faultOf, type InputFault } from "./schema-faults.ts";
import { compileSchema } from "./schema-validator.ts";

/** The input in its one form, or everything that is wrong with it (the first fifty). */
export type Validated = Result<unknown, readonly Fault[]>;

/**
 * Checks the input of one operation. Answers later only where a schema library does. `locate` names places
 * for the caller; without it, by JSON Pointer.
 */
export type InputValidator = (value: unknown, locate?: Locate) => Validated | Promise<Validated>;

/** The value, when it is valid. Input that came as parameters is a malformed URL, as it is for lists. */
export function validOf(validated: Validated): unknown {
  if (validated.ok) return validated.value;
  const inUrl = validated.error.every((fault) => fault.parameter !== undefined);
  throw failure(inUrl ? "invalid_parameter" : "validation_failed", { errors: validated.error });
}

// A declared JSON Schema is checked apart from the rest, since its references point into itself.
const checkedApart = (): JsonSchema => ({});

/**
 * Compiles the validator of an operation's input. `trusted` input comes from handlers: read-only fields and
 * ids may be given, everything else holds as well.
 */
export function inputValidator(operation: OperationModel, trusted: boolean): InputValidator {
  switch (operation.kind) {
    case "create":
      return recordValidator(operation.resource, "create", trusted);
    case "update":
      return recordValidator(operation.resource, "patch", trusted);
    case "custom":
      return customValidator(operation);
    default:
      return (value) =>
        value === undefined ? ok(undefined) : err([{ code: "unknown", detail: "takes no input." }]);
  }
}

function recordValidator(
  resource: ResourceModel,
  side: "create" | "patch",
  trusted: boolean,
): InputValidator {
  const use = { trusted, embed: checkedApart };
  const schema = side === "create" ? createSchema(resource, use) : patchSchema(resource, use);
  const specs = new Map([...resource.fields.values()].map((field) => [field.name, field.spec]));
  return validator(schema, membersRefiner(specs, side, false), explainField(resource, side));
}

function customValidator(operation: CustomOperationModel): InputValidator {
  const given = operation.declaration.input;
  if (operation.input !== undefined) return fieldsValidator(operation.input);
  if (!isStandardSchema(given as FieldSpec["schema"]))
    throw new Error(`"${operation.name}" has no schema for its input`);
  return standardValidator(given as Parameters<typeof askStandard>[0]);
}

/** Checks a value made of fields. */
export function fieldsValidator(fields: ReadonlyMap<string, FieldSpec>): InputValidator {
  const use: SchemaUse = { side: "create", trusted: false, embed: checkedApart };
  return validator(membersSchema(fields, use), membersRefiner(fields, "create", true), explainMember(fields));
}

/** Lets a schema library check a value. */
export const standardValidator = (schema: Parameters<typeof askStandard>[0]): InputValidator =>
  guarded((value, found) => askStandard(schema, value, [], found));

function validator(schema: JsonSchema, refine: Refine | undefined, explain: ExplainMember): InputValidator {
  const check = compileSchema(schema);
  return guarded((value, found) => {
    const errors = check(value);
    if (!errors) return refine ? refine(value, [], found) : value;
    for (const error of errors.slice(0, maxFaults)) found.faults.push(faultOf(error, [], explain));
    return value;
  });
}

/** Looks for hazards first, so that what comes after need not fear the value; then asks, and tells. */
function guarded(ask: (value: unknown, found: Refinement) => unknown): InputValidator {
  return (given, locate = locateByPointer) => {
    const value = given === undefined ? {} : given;
    const hazards = findHazards(value);
    if (hazards.length > 0) return err(told(hazards, locate));
    const found: Refinement = { faults: [], later: [] };
    const refined = ask(value, found);
    if (found.later.length === 0) return conclude(refined, found, locate);
    return settleLater(refined, found).then((settled) => conclude(settled, found, locate));
  };
}

const conclude = (value: unknown, { faults }: Refinement, locate: Locate): Validated =>
  faults.length > 0 ? err(told(faults, locate)) : ok(value);

const told = (faults: readonly InputFault[], locate: Locate): readonly Fault[] =>
  faults.slice(0, maxFaults).map(({ path, code, detail }) => ({ ...locate(path), code, detail }));

/** Checks values of nested fields after a patch was merged into them. */
export type MergedValidator = (
  values: Readonly<Record<string, unknown>>,
  locate?: Locate,
) => Validated | Promise<Validated>;

/** Names of the fields into which a valid patch merges, so that only the result shows whether it fits. */
export function mergingFields(
  resource: ResourceModel,
  patch: Readonly<Record<string, unknown>>,
): readonly string[] {
  return [...resource.fields.values()]
    .filter(({ name, spec }) => (spec.kind === "object" || spec.kind === "json") && patch[name] != null)
    .map((field) => field.name);
}

/**
 * Compiles the check of merged values: a patch may begin an object that was missing, or take away from `json`
 * what its schema demands. Takes the values of {@link mergingFields} as they are after the change.
 */
export function mergedValidator(resource: ResourceModel): MergedValidator {
  const use: SchemaUse = { side: "create", trusted: true, embed: checkedApart };
  const checks = new Map(
    [...resource.fields.values()]
      .filter(({ spec }) => spec.kind === "object" || spec.kind === "json")
      .map(({ name, spec }) => {
        const explain = explainMember(new Map(Object.entries(spec.members ?? {})));
        return [name, validator(valueSchema(spec, use), refinerOf(spec, "create"), explain)] as const;
      }),
  );
  return async (values, locate = locateByPointer) => {
    const faults: Fault[] = [];
    for (const [name, value] of Object.entries(values)) {
      const checked = await checks.get(name)?.(value, (path) => locate([name, ...path]));
      if (checked && !checked.ok) faults.push(...checked.error);
    }
    return faults.length > 0 ? err(faults.slice(0, maxFaults)) : ok(values);
  };
}
