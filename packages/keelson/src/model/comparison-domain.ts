import type { FieldSpec } from "../declare/field-spec.ts";
import type { FieldPath } from "./app-model.ts";

/**
 * What a value is compared as. Only values of one domain can be compared, in rules as in SQL; `integral`
 * numbers are exact and meet `exact` ones (bigint, decimal) as well as `floating` ones. `numeral` is an id that is a
 * whole number, written as a text.
 */
export type Domain =
  | "text"
  | "uuid"
  | "numeral"
  | "boolean"
  | "integral"
  | "exact"
  | "floating"
  | "date"
  | "timestamp";

const domains: Readonly<Partial<Record<FieldSpec["kind"], Domain>>> = {
  text: "text",
  choice: "text",
  email: "text",
  url: "text",
  uuid: "uuid",
  reference: "uuid",
  boolean: "boolean",
  integer: "integral",
  bigint: "exact",
  decimal: "exact",
  number: "floating",
  date: "date",
  timestamp: "timestamp",
};

/** The domain of a field or of a part of money; undefined for what cannot be compared. */
export function domainOf(spec: FieldSpec, part: FieldPath["part"]): Domain | undefined {
  if (spec.kind === "money") return part && (part === "amount" ? "integral" : "text");
  if (spec.kind === "reference" && spec.key) return keyDomain(spec.key);
  return domains[spec.kind];
}

/** Ids are texts; those that are whole numbers meet nothing but their like. */
const keyDomain = ({ kind }: FieldSpec): Domain | undefined =>
  kind === "bigint" ? "numeral" : domains[kind];

/** Whether two domains can meet in one comparison. */
export function comparable(left: Domain, right: Domain): boolean {
  if (left === right) return true;
  const meet = (other: Domain) => other === "exact" || other === "floating";
  return (left === "integral" && meet(right)) || (right === "integral" && meet(left));
}

/** Whether "greater" and "less" mean something. Text is left out: its order depends on the collation. */
export const isOrdered = (domain: Domain): boolean =>
  domain !== "text" && domain !== "uuid" && domain !== "numeral" && domain !== "boolean";
