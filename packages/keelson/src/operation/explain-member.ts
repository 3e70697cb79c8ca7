import type { FieldSpec } from "../declare/field-spec.ts";
import type { ResourceModel } from "../model/app-model.ts";
import type { ExplainMember } from "./schema-faults.ts";

const readOnly = { code: "read_only", detail: "is set by the server and cannot be given." } as const;
const immutable = { code: "immutable", detail: "is set at creation and cannot be changed." } as const;

/** Tells why a field of a resource may not be given. */
export function explainField(resource: ResourceModel, side: "create" | "patch"): ExplainMember {
  const specs = new Map([...resource.fields.values()].map((field) => [field.name, field.spec]));
  const nested = explainMember(specs);
  return (path, name) => {
    const field = path.length === 0 ? resource.fields.get(name) : undefined;
    if (!field) return nested(path, name);
    if (field.relation?.kind === "many") {
      return {
        code: "read_only",
        detail: `shows records of "${field.relation.target}"; change those instead.`,
      };
    }
    // Of a field that is both, creation would tell more than the change could.
    if (side === "patch" && !field.system && field.spec.immutable && !field.spec.readOnly) return immutable;
    return readOnly;
  };
}

/** Tells why a member of an object may not be given. */
export function explainMember(members: ReadonlyMap<string, FieldSpec>): ExplainMember {
  return (path, name) => {
    const spec = membersAt(members, path)?.get(name);
    return spec && (spec.readOnly ? readOnly : spec.immutable ? immutable : undefined);
  };
}

/** The members of the object at a path through objects and lists. */
function membersAt(
  members: ReadonlyMap<string, FieldSpec>,
  path: readonly (string | number)[],
): ReadonlyMap<string, FieldSpec> | undefined {
  let here: FieldSpec | undefined;
  let inside: ReadonlyMap<string, FieldSpec> | undefined = members;
  for (const segment of path) {
    here = inside ? inside.get(String(segment)) : here?.of;
    inside = here?.kind === "object" ? new Map(Object.entries(here.members ?? {})) : undefined;
  }
  return inside;
}
