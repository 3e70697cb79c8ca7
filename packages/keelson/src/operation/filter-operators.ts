import type { FieldSpec } from "../declare/field-spec.ts";
import type { FieldPath } from "../model/app-model.ts";
import { domainOf, isOrdered } from "../model/comparison-domain.ts";

export type FilterOperator =
  | "eq"
  | "ne"
  | "gt"
  | "gte"
  | "lt"
  | "lte"
  | "in"
  | "nin"
  | "contains"
  | "startsWith"
  | "isNull";

const equality: readonly FilterOperator[] = ["eq", "ne", "in", "nin", "isNull"];
const ordered: readonly FilterOperator[] = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "isNull"];
const textual: readonly FilterOperator[] = ["eq", "ne", "in", "nin", "contains", "startsWith", "isNull"];
const boolean: readonly FilterOperator[] = ["eq", "ne", "isNull"];

/** The operators by which a field can be filtered. */
export function operatorsOf(spec: FieldSpec, part: FieldPath["part"]): readonly FilterOperator[] {
  if (spec.kind === "boolean") return boolean;
  if (["text", "email", "url"].includes(spec.kind)) return textual;
  const domain = domainOf(spec, part);
  return domain !== undefined && isOrdered(domain) ? ordered : equality;
}
