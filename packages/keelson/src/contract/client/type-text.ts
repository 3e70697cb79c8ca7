import type { FieldSpec, JsonSchema } from "../../declare/field-spec.ts";
import { isStandardSchema } from "../../model/value-schema.ts";
import { libraryJsonSchema } from "../openapi/embedded-schema.ts";
import { schemaTypeText } from "./schema-type-text.ts";

/** Which way a value goes; a patch leaves out what it does not change. */
export type Side = "output" | "create" | "patch";

/** The TypeScript type of a field's value, `null` included where the field may be missing. */
export function typeText(spec: FieldSpec, side: Side): string {
  const type = kindText(spec, side);
  return spec.optional && spec.kind !== "manyToMany" ? `${type} | null` : type;
}

function kindText(spec: FieldSpec, side: Side): string {
  switch (spec.kind) {
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "choice":
      return (spec.choices ?? []).map((choice) => JSON.stringify(choice)).join(" | ");
    case "money":
      return "Money";
    case "json":
      return schemaTypeText(schemaOf(spec, side));
    case "list":
      // Lists are replaced whole, so their items are complete in a patch too.
      return listText(spec.of ? typeText(spec.of, side === "patch" ? "create" : side) : "unknown");
    case "object":
      return membersText(Object.entries(spec.members ?? {}), side);
    case "many":
    case "manyToMany":
      return listText("string");
    default:
      return "string";
  }
}

/** Members of an object, in one line. */
export function membersText(members: readonly (readonly [string, FieldSpec])[], side: Side): string {
  const texts = members
    .filter(([, spec]) => isOffered(spec, side))
    .map(([name, spec]) => `readonly ${name}${mayBeMissing(spec, side) ? "?" : ""}: ${typeText(spec, side)}`);
  return texts.length === 0 ? "Record<never, never>" : `{ ${texts.join("; ")} }`;
}

const mayBeMissing = (spec: FieldSpec, side: Side): boolean =>
  side === "patch" || spec.optional || spec.default !== undefined;

const isOffered = (spec: FieldSpec, side: Side): boolean =>
  side === "output" ? !spec.writeOnly : !spec.readOnly && !(spec.immutable && side === "patch");

const listText = (item: string): string =>
  `readonly ${/ [|&] |^readonly /.test(item) ? `(${item})` : item}[]`;

function schemaOf(spec: FieldSpec, side: Side): JsonSchema {
  const schema = spec.schema ?? {};
  return isStandardSchema(schema)
    ? libraryJsonSchema(schema, side === "output" ? "output" : "input")
    : schema;
}
