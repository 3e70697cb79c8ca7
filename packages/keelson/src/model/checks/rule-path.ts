import { didYouMean } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { FieldModel, FieldPath, ResourceModel } from "../app-model.ts";
import { type Domain, domainOf } from "../comparison-domain.ts";
import { isStored } from "../is-stored.ts";

/** Where the path of a rule ends. */
export interface Place {
  readonly spec: FieldSpec;
  readonly part: FieldPath["part"];
  readonly domain: Domain;
}

/** What is wrong with a path, and what to write instead. */
export interface PathFault {
  readonly what: string;
  readonly instead: string;
}

type Resources = ReadonlyMap<string, ResourceModel>;

/** The resource that a to-many path such as `customer.orders` leads to. */
export function resolveManyPath(
  resources: Resources,
  start: ResourceModel,
  path: readonly string[],
): Result<ResourceModel, PathFault> {
  const owner = walk(resources, start, path.slice(0, -1), path);
  if (!owner.ok) return owner;
  const name = path.at(-1) ?? "";
  const field = owner.value.fields.get(name);
  if (!field) return err(unknownField(owner.value, name, path));
  const target = field.relation && resources.get(field.relation.target);
  if (target && field.relation?.kind !== "one") return ok(target);
  return err({
    what: `some() asks row.${path.join(".")}, which is ${field.relation ? "one record" : `of kind ${field.spec.kind}`}, not a list of records.`,
    instead: field.relation
      ? `Ask it directly, e.g. eq(row.${path.join(".")}.id, …).`
      : "Give it a many or manyToMany field.",
  });
}

/** Resolves a path such as `customer.account` or `total.amount` to what can be compared there. */
export function resolveRulePath(
  resources: Resources,
  start: ResourceModel,
  path: readonly string[],
  use: "value" | "presence",
): Result<Place, PathFault> {
  if (path.length === 0)
    return err({ what: "It compares the whole row.", instead: "Name a field, e.g. row.id." });
  const end = endOf(resources, start, path);
  const owner = walk(resources, start, path.slice(0, end), path);
  if (!owner.ok) return owner;
  const [name = "", part, ...rest] = path.slice(end);
  const field = owner.value.fields.get(name);
  if (!field) return err(unknownField(owner.value, name, path));
  const fault = endFault(field, part, rest, path, use);
  if (fault) return err(fault);
  const known = part as FieldPath["part"];
  return ok({ spec: field.spec, part: known, domain: domainOf(field.spec, known) ?? "text" });
}

/** How many references come before the field: a reference in the last place is a value itself. */
function endOf(resources: Resources, start: ResourceModel, path: readonly string[]): number {
  let current: ResourceModel | undefined = start;
  for (const [position, segment] of path.entries()) {
    const relation: FieldModel["relation"] = current?.fields.get(segment)?.relation;
    if (relation?.kind !== "one" || position === path.length - 1) return position;
    current = resources.get(relation.target);
  }
  return 0;
}

function walk(
  resources: Resources,
  start: ResourceModel,
  hops: readonly string[],
  path: readonly string[],
): Result<ResourceModel, PathFault> {
  let current = start;
  for (const hop of hops) {
    const field = current.fields.get(hop);
    const target = field?.relation && resources.get(field.relation.target);
    if (!field) return err(unknownField(current, hop, path));
    if (!target || field.relation?.kind !== "one") return err(notWalkable(field, path));
    current = target;
  }
  return ok(current);
}

function unknownField(resource: ResourceModel, name: string, path: readonly string[]): PathFault {
  const names = [...resource.fields.keys()];
  const guess = didYouMean(name, names);
  return {
    what: `The rule reads row.${path.join(".")}, but "${resource.name}" has no field "${name}".${guess}`,
    instead: guess === "" ? `Its fields are ${names.join(", ")}.` : "Correct the name.",
  };
}

const notWalkable = (field: FieldModel, path: readonly string[]): PathFault => ({
  what: `The rule reads row.${path.join(".")}, but "${field.name}" is ${field.relation ? "a list of records" : `of kind ${field.spec.kind}`}.`,
  instead: field.relation
    ? `Ask whether one of them fulfils a condition: some(row.${field.name}, (one) => …).`
    : "Only references can be walked through.",
});

function endFault(
  field: FieldModel,
  part: string | undefined,
  rest: readonly string[],
  path: readonly string[],
  use: "value" | "presence",
): PathFault | undefined {
  const { spec } = field;
  const text = `row.${path.join(".")}`;
  if (!isStored(field)) return notWalkable(field, path);
  if (spec.kind === "money") return moneyFault(spec, part, rest, text, use);
  if (part !== undefined) return notWalkable(field, path);
  if (use === "presence" || domainOf(spec, undefined) !== undefined) return undefined;
  return {
    what: `The rule compares ${text}, which is of kind ${spec.kind}.`,
    instead: "Keep what rules decide by in a field of its own.",
  };
}

function moneyFault(
  spec: FieldSpec,
  part: string | undefined,
  rest: readonly string[],
  text: string,
  use: "value" | "presence",
): PathFault | undefined {
  if (part === undefined)
    return use === "presence"
      ? undefined
      : {
          what: `The rule compares ${text}, which is money.`,
          instead: `Use ${text}.amount or ${text}.currency.`,
        };
  if (rest.length > 0 || (part !== "amount" && part !== "currency"))
    return {
      what: `The rule reads ${text}, but money has the parts "amount" and "currency".`,
      instead: "Use one of them.",
    };
  if (part === "currency" && spec.currency !== undefined)
    return { what: `${text} is always "${spec.currency}".`, instead: "Leave the comparison out." };
  return undefined;
}
