import type { FieldSpec } from "../declare/field-spec.ts";

/**
 * What a handler returned, as far as it was declared: a record that came from the database may have more
 * members than its caller is meant to see.
 */
export function declaredOutput(
  members: ReadonlyMap<string, FieldSpec>,
  value: unknown,
): Readonly<Record<string, unknown>> {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries([...members].map(([name, spec]) => [name, declaredValue(spec, given[name])]));
}

function declaredValue(spec: FieldSpec, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === "bigint") return String(value);
  if (spec.kind === "object" && spec.members)
    return declaredOutput(new Map(Object.entries(spec.members)), value);
  const { of } = spec;
  if (spec.kind === "list" && of && Array.isArray(value)) return value.map((item) => declaredValue(of, item));
  return value;
}
