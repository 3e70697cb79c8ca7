import type { FieldSpec } from "../../declare/field-spec.ts";
import type { AppModel, FieldPath, ResourceModel } from "../../model/app-model.ts";
import { type FilterOperator, operatorsOf } from "../../operation/filter-operators.ts";
import { exampleOf } from "./example-value.ts";
import { specAt } from "./filter-parameters.ts";

/** One comparison of an example: `total.amount[gte]=1000`. */
export interface ExampleCondition {
  readonly path: string;
  readonly operator: FilterOperator;
  readonly value: unknown;
}

/** What somebody may ask of a resource's list. */
export interface ExampleQuery {
  /** At most two, of fields as different as there are. */
  readonly conditions: readonly ExampleCondition[];
  readonly sort: readonly string[];
  readonly limit: number;
}

/** A query that makes sense for a resource, made of what its list can be filtered and sorted by. */
export function exampleQuery(model: AppModel, resource: ResourceModel): ExampleQuery {
  const found = resource.list.filter.flatMap((path) => {
    const condition = conditionOf(model, resource, path);
    return condition ? [condition] : [];
  });
  const equal = found.find(({ operator }) => operator === "eq");
  const ranged = found.find(({ operator }) => operator === "gte");
  const conditions = [equal, ranged].filter((condition) => condition !== undefined);
  const [first] = resource.list.sort;
  return { conditions, sort: first ? [`-${first.text}`] : [], limit: 10 };
}

function conditionOf(
  model: AppModel,
  resource: ResourceModel,
  path: FieldPath,
): ExampleCondition | undefined {
  const spec = specAt(model, resource, path);
  if (!spec) return undefined;
  const operator = operatorsOf(spec, path.part).includes("gte") ? "gte" : "eq";
  return { path: path.text, operator, value: operandOf(spec, path.part) };
}

function operandOf(spec: FieldSpec, part: FieldPath["part"]): unknown {
  if (part === "amount") return 1_000;
  if (part === "currency") return spec.currency ?? "GBP";
  return exampleOf(spec) ?? "text";
}

/** The same as the body of `QUERY`: either condition is enough, which a URL cannot say. */
export function exampleBody({ conditions, sort, limit }: ExampleQuery): Readonly<Record<string, unknown>> {
  const parts = conditions.map(({ path, operator, value }) => ({
    [path]: operator === "eq" ? value : { [operator]: value },
  }));
  return {
    ...(parts.length > 1 ? { filter: { or: parts } } : parts[0] ? { filter: parts[0] } : {}),
    ...(sort.length > 0 ? { sort } : {}),
    limit,
  };
}

/** The same as the parameters of a list, where both conditions must hold. */
export function exampleParameters({ conditions, sort, limit }: ExampleQuery): string {
  const filters = conditions.map(({ path, operator, value }) => {
    const name = operator === "eq" ? path : `${path}[${operator}]`;
    return `${name}=${encodeURIComponent(String(value))}`;
  });
  return [...filters, ...sort.map((key) => `sort=${key}`), `limit=${limit}`].join("&");
}
