import type { FieldSpec } from "../../declare/field-spec.ts";
import type { ResourceModel } from "../../model/app-model.ts";
import { isStored } from "../../model/is-stored.ts";
import { isCreatable, isUpdatable } from "../../model/json-schema.ts";
import { isStandardSchema } from "../../model/value-schema.ts";

const id = "019aa3c2-5c00-7000-8000-000000000001";
const moment = "2026-01-15T09:30:00Z";

/** An example of a field's value: the declared one, or one that fits its bounds. Undefined where none can be made up. */
export function exampleOf(spec: FieldSpec): unknown {
  if (spec.example !== undefined) return spec.example;
  switch (spec.kind) {
    case "text":
      return textExample(spec);
    case "integer":
    case "number":
      return within(1, spec);
    case "bigint":
    case "decimal":
      return spec.min ?? spec.max ?? "1";
    case "boolean":
      return true;
    case "choice":
      return spec.choices?.[0];
    case "money":
      return { amount: within(1250, spec), currency: spec.currency ?? "GBP" };
    case "date":
      return spec.min ?? spec.max ?? moment.slice(0, 10);
    case "timestamp":
      return spec.min ?? spec.max ?? moment;
    case "uuid":
      return id;
    case "reference":
      return spec.key === undefined ? id : exampleOf(spec.key);
    case "email":
      return "ada@example.com";
    case "url":
      return "https://example.com/";
    case "json":
      return jsonExample(spec);
    case "list":
      return listExample(spec);
    case "object":
      return membersExample(new Map(Object.entries(spec.members ?? {})));
    case "many":
    case "manyToMany":
      return [spec.key === undefined ? id : exampleOf(spec.key)];
  }
}

/** An id that a record could have. */
export const exampleId = ({ fields }: ResourceModel): unknown => {
  const spec = fields.get("id")?.spec;
  return spec && exampleOf(spec);
};

/** An object with an example of every member; undefined when one that is required has none. */
export function membersExample(members: ReadonlyMap<string, FieldSpec>): OpenExample | undefined {
  const example: Record<string, unknown> = {};
  for (const [name, spec] of members) {
    const value = exampleOf(spec);
    if (value !== undefined) example[name] = value;
    else if (!spec.optional && spec.default === undefined) return undefined;
  }
  return example;
}

type OpenExample = Readonly<Record<string, unknown>>;

/** A record as it is read when nothing else is asked for. */
export function recordExample(resource: ResourceModel): OpenExample | undefined {
  const shown = [...resource.fields.values()].filter((field) => isStored(field) && !field.spec.writeOnly);
  const example: Record<string, unknown> = {};
  for (const { name, spec } of shown) {
    const value = exampleOf(spec);
    if (value === undefined && !spec.optional) return undefined;
    example[name] = value ?? null;
  }
  return example;
}

/** What could be sent to create a record: only what must be given, so that it is short. */
export const createExample = (resource: ResourceModel): OpenExample | undefined =>
  membersExample(
    new Map(
      [...resource.fields.values()]
        .filter((field) => isCreatable(field, false) && field.required)
        .map((field) => [field.name, field.spec]),
    ),
  );

/** A change of one field: the first that can be changed and exemplified. */
export function patchExample(resource: ResourceModel): OpenExample {
  const fields = [...resource.fields.values()].filter((field) => isUpdatable(field, false));
  for (const { name, spec } of fields) {
    const value = exampleOf(spec);
    if (value !== undefined) return { [name]: value };
  }
  return {};
}

/** A text of the right length; none can be made up for a pattern. */
function textExample({ min = 0, max = 100, pattern }: FieldSpec): string | undefined {
  if (pattern !== undefined) return undefined;
  return "text".padEnd(Number(min), "-").slice(0, Number(max));
}

function within(preferred: number, { min, max }: FieldSpec): number {
  if (min !== undefined && Number(min) > preferred) return Number(min);
  return max !== undefined && Number(max) < preferred ? Number(max) : preferred;
}

function jsonExample({ schema = {} }: FieldSpec): unknown {
  if (isStandardSchema(schema)) return undefined;
  const { examples } = schema;
  return Array.isArray(examples) ? examples[0] : schema.default;
}

function listExample({ of, min = 1, max = 1 }: FieldSpec): unknown {
  const item = of && exampleOf(of);
  const length = Math.min(Math.max(1, Number(min)), Math.max(Number(max), Number(min)));
  return item === undefined ? undefined : Array.from({ length }, () => item);
}
