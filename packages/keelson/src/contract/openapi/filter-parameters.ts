import type { FieldSpec } from "../../declare/field-spec.ts";
import type { AppModel, FieldPath, ResourceModel } from "../../model/app-model.ts";
import { defaultTextMax } from "../../model/columns.ts";
import { capitalise } from "../../model/names.ts";
import { valueSchema } from "../../model/value-schema.ts";
import { maxFilterLeaves, maxFilterValues } from "../../operation/build-filter.ts";
import { type FilterOperator, operatorsOf } from "../../operation/filter-operators.ts";
import type { ComponentRef, OpenApiObject } from "./components.ts";
import { type Describing, wordsOf } from "./describing.ts";

/** What each operator says of a field, after "whose `field` …". */
export const operatorMeanings: Readonly<Record<FilterOperator, string>> = {
  eq: "is this",
  ne: "is there and is not this",
  gt: "is greater",
  gte: "is greater or equal",
  lt: "is less",
  lte: "is less or equal",
  in: "is one of these",
  nin: "is there and is none of these",
  contains: "contains this, in upper or lower case",
  startsWith: "starts with this",
  isNull: "is missing (true) or there (false)",
};

/** The parameters that filter a list: `status=paid` and `total.amount[gte]=100`. */
export function filterParameters({ model }: Describing, resource: ResourceModel): readonly OpenApiObject[] {
  return resource.list.filter.flatMap((path) => {
    const spec = specAt(model, resource, path);
    if (!spec) return [];
    return operatorsOf(spec, path.part).map((operator): OpenApiObject => {
      const isList = operator === "in" || operator === "nin";
      return {
        name: operator === "eq" ? path.text : `${path.text}[${operator}]`,
        in: "query",
        description: `Only records whose \`${path.text}\` ${operatorMeanings[operator]}.`,
        ...(isList ? { style: "form", explode: false } : {}),
        // In a URL an empty list is one empty text.
        schema: { ...operandSchema(spec, path.part, operator), ...(isList ? { minItems: 1 } : {}) },
      };
    });
  });
}

/** The filter in the body of a query, which nests. Undefined when nothing can be filtered by. */
export function filterRef(describing: Describing, resource: ResourceModel): ComponentRef | undefined {
  if (resource.list.filter.length === 0) return undefined;
  const { components, model } = describing;
  const name = `${capitalise(resource.name)}Filter`;
  // The whole may ask nothing; its parts may not.
  const itself = { $ref: `#/components/schemas/${name}`, minProperties: 1 };
  return components.ref("schemas", name, () => {
    const paths = resource.list.filter.flatMap((path) => {
      const spec = specAt(model, resource, path);
      return spec ? [[path.text, conditionSchema(spec, path.part)] as const] : [];
    });
    return {
      type: "object",
      description: `Which ${wordsOf(resource.plural)} to list: every member must hold. At most ${maxFilterLeaves} comparisons.`,
      properties: {
        ...Object.fromEntries(paths),
        and: { type: "array", items: itself, minItems: 1 },
        or: { type: "array", items: itself, minItems: 1 },
        not: itself,
      },
      additionalProperties: false,
    };
  });
}

/** A value, or operators that must all hold. */
function conditionSchema(spec: FieldSpec, part: FieldPath["part"]): OpenApiObject {
  const operators = operatorsOf(spec, part).map((operator) => [
    operator,
    { ...operandSchema(spec, part, operator), description: `The value ${operatorMeanings[operator]}.` },
  ]);
  return {
    anyOf: [
      operandSchema(spec, part, "eq"),
      {
        type: "object",
        properties: Object.fromEntries(operators),
        minProperties: 1,
        additionalProperties: false,
      },
    ],
  };
}

function operandSchema(spec: FieldSpec, part: FieldPath["part"], operator: FilterOperator): OpenApiObject {
  switch (operator) {
    case "isNull":
      return { type: "boolean" };
    case "contains":
    case "startsWith":
      return { type: "string", maxLength: defaultTextMax };
    case "in":
    case "nin":
      return { type: "array", items: comparedSchema(spec, part), maxItems: maxFilterValues };
    default:
      return comparedSchema(spec, part);
  }
}

/** What a field is compared with need not be a value that it could have: bounds are left out. */
function comparedSchema(spec: FieldSpec, part: FieldPath["part"]): OpenApiObject {
  if (part === "currency") return { type: "string", pattern: "^[A-Z]{3}$" };
  if (part === "amount") {
    return { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
  }
  if (["text", "email", "url"].includes(spec.kind)) return { type: "string", maxLength: defaultTextMax };
  const bare: FieldSpec = {
    kind: spec.kind,
    optional: false,
    unique: false,
    immutable: false,
    readOnly: false,
    writeOnly: false,
    ...(spec.choices ? { choices: spec.choices } : {}),
    ...(spec.precision === undefined ? {} : { precision: spec.precision, scale: spec.scale ?? 0 }),
  };
  return valueSchema(bare, { side: "create", trusted: false, embed: () => ({}) });
}

export function specAt(model: AppModel, resource: ResourceModel, path: FieldPath): FieldSpec | undefined {
  let here: ResourceModel | undefined = resource;
  for (const hop of path.hops) here = model.resources.get(here?.fields.get(hop)?.relation?.target ?? "");
  return here?.fields.get(path.field)?.spec;
}
