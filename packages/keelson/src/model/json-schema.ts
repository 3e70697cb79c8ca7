import type { JsonSchema } from "../declare/field-spec.ts";
import type { FieldModel, ResourceModel } from "./app-model.ts";
import { needsRow } from "./expression-parts.ts";
import { isStored } from "./is-stored.ts";
import { closedObject, nullable } from "./schema-parts.ts";
import { type SchemaUse, valueSchema } from "./value-schema.ts";

/** What may be sent to create a record. */
export function createSchema(resource: ResourceModel, use: Omit<SchemaUse, "side">): JsonSchema {
  const side: SchemaUse = { ...use, side: "create" };
  const fields = [...resource.fields.values()].filter((field) => isCreatable(field, use.trusted));
  return closedObject(
    fields.map((field) => [field.name, valueSchema(field.spec, side)]),
    fields.filter((field) => mustBeGiven(field, use.trusted)).map((field) => field.name),
  );
}

/** What may be sent to change a record, as a merge patch. */
export function patchSchema(resource: ResourceModel, use: Omit<SchemaUse, "side">): JsonSchema {
  const side: SchemaUse = { ...use, side: "patch" };
  const fields = [...resource.fields.values()].filter((field) => isUpdatable(field, use.trusted));
  return closedObject(
    fields.map((field) => [field.name, valueSchema(field.spec, side)]),
    [],
  );
}

export const isCreatable = (field: FieldModel, trusted: boolean): boolean =>
  field.creatable || (trusted && (isChosenId(field) || isHandlers(field)));

/** An id that handlers may choose: other makers of ids are not to be run ahead of. */
const isChosenId = ({ name, spec }: FieldModel): boolean => name === "id" && spec.kind === "uuid";

export const isUpdatable = (field: FieldModel, trusted: boolean): boolean =>
  field.updatable || (trusted && isHandlers(field) && !field.spec.immutable);

/** A field that only handlers may write. */
const isHandlers = (field: FieldModel): boolean => !field.system && field.spec.kind !== "many";

/** A handler must also give the read-only fields, since nobody else can. */
const mustBeGiven = (field: FieldModel, trusted: boolean): boolean =>
  field.required ||
  (trusted &&
    !field.system &&
    field.columns.length > 0 &&
    !field.spec.optional &&
    field.spec.default === undefined &&
    field.spec.filled === undefined);

/**
 * A record as it is read. `relation` may say how a relation looks; without it, or where it answers undefined,
 * references are ids and to-many relations are left out.
 */
export function recordSchema(
  resource: ResourceModel,
  use: Pick<SchemaUse, "embed">,
  relation: (field: FieldModel) => JsonSchema | undefined = () => undefined,
): JsonSchema {
  const side: SchemaUse = { embed: use.embed, side: "output", trusted: false };
  const properties: [string, JsonSchema][] = [];
  const required: string[] = [];
  for (const field of resource.fields.values()) {
    if (field.spec.writeOnly) continue;
    const shown = field.relation && relation(field);
    if (!shown && !isStored(field)) continue;
    const schema = shown ?? valueSchema(field.spec, side);
    // Where the rule asks the row, the field is null in the rows whose rule fails.
    properties.push([field.name, needsRow(field.read) ? nullable(schema) : schema]);
    // Callers who may never read a field do not get it at all.
    if (isStored(field) && field.read.op === "always") required.push(field.name);
  }
  return closedObject(properties, required);
}
