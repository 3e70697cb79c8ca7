import type { FieldSpec } from "../declare/field-spec.ts";

/**
 * Of an answer what was declared: the other service may add members whenever it likes. What is optional and missing is
 * null. What has another shape than declared is left as it is, for the check that follows to say so.
 */
export function knownMembers(fields: ReadonlyMap<string, FieldSpec>, value: unknown): unknown {
  if (!isObject(value)) return value;
  const known: Record<string, unknown> = {};
  for (const [name, spec] of fields) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member !== undefined) known[name] = knownValue(spec, member);
    else if (spec.optional) known[name] = null;
  }
  return known;
}

function knownValue(spec: FieldSpec, value: unknown): unknown {
  const { of } = spec;
  switch (spec.kind) {
    case "object":
      return knownMembers(new Map(Object.entries(spec.members ?? {})), value);
    case "list":
      return of && Array.isArray(value) ? value.map((item) => knownValue(of, item)) : value;
    case "money":
      return isObject(value) ? { amount: value["amount"], currency: value["currency"] } : value;
    default:
      return value;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
