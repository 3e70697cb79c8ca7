import { didYouMean } from "../base/nearest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { FieldModel, FieldPath, ResourceModel } from "./app-model.ts";
import { isStored } from "./is-stored.ts";

/** How far a path may walk; deeper ones are joins that nobody reviewed. */
const maxHops = 3;

type Resources = ReadonlyMap<string, Pick<ResourceModel, "name" | "fields">>;

/** Resolves a dotted path such as `customer.email` or `total.amount` to a readable scalar, or says what is wrong. */
export function resolveFieldPath(
  resources: Resources,
  start: Pick<ResourceModel, "name" | "fields">,
  text: string,
): Result<FieldPath, string> {
  const segments = text.split(".");
  const hops: string[] = [];
  let current = start;
  for (const [position, segment] of segments.entries()) {
    const field = current.fields.get(segment);
    if (!field)
      return err(
        `"${current.name}" has no field "${segment}".${didYouMean(segment, [...current.fields.keys()])}`,
      );
    const rest = segments.slice(position + 1);
    if (rest.length === 0) return endOf(text, hops, field);
    if (field.spec.kind === "money") return moneyPart(text, hops, field, rest);
    if (field.relation?.kind !== "one")
      return err(`"${segment}" of "${current.name}" is not a reference, so "${text}" cannot go through it.`);
    hops.push(segment);
    if (hops.length > maxHops) return err(`"${text}" walks through more than ${maxHops} references.`);
    current = resources.get(field.relation.target) ?? current;
  }
  return err("the path is empty.");
}

function endOf(text: string, hops: readonly string[], field: FieldModel): Result<FieldPath, string> {
  if (!isStored(field)) return err(`"${text}" is a list of records and cannot be compared.`);
  if (field.spec.kind === "money")
    return err(`"${text}" is money; use "${text}.amount" or "${text}.currency".`);
  if (["json", "list", "object"].includes(field.spec.kind))
    return err(`"${text}" is of kind ${field.spec.kind} and cannot be compared.`);
  return ok({ text, hops, field: field.name, part: undefined });
}

function moneyPart(
  text: string,
  hops: readonly string[],
  field: FieldModel,
  rest: readonly string[],
): Result<FieldPath, string> {
  const [part] = rest;
  if (rest.length > 1 || (part !== "amount" && part !== "currency")) {
    return err(`money has the parts "amount" and "currency", not "${rest.join(".")}".`);
  }
  if (part === "currency" && field.spec.currency !== undefined)
    return err(`"${text}" is always ${field.spec.currency}.`);
  return ok({ text, hops, field: field.name, part });
}
