import type { JsonSchema } from "../../declare/field-spec.ts";
import type { DeclaredSchema } from "../../model/value-schema.ts";
import { isStandardSchema } from "../../model/value-schema.ts";
import type { Components } from "./components.ts";

/**
 * Says what a `json` field is declared with. A schema whose references point into itself becomes a component,
 * with the references moved along; a library's schema is asked for its JSON Schema, if it can give one.
 */
export function embedSchemas(
  components: Components,
  nameOf: (schema: JsonSchema) => string,
): (schema: DeclaredSchema, side: "input" | "output") => JsonSchema {
  return (declared, side) => {
    const schema = isStandardSchema(declared) ? libraryJsonSchema(declared, side) : declared;
    const { $schema: _dialect, $id: _id, ...rest } = schema;
    if (!refersToItself(rest)) return rest;
    const name = `${nameOf(schema)}${side === "input" ? "Input" : ""}`;
    return components.ref("schemas", name, () =>
      moveReferences(rest, `#/components/schemas/${name}`),
    ) as unknown as JsonSchema;
  };
}

interface Convertible {
  readonly jsonSchema?: {
    readonly [S in "input" | "output"]?: (options: { readonly target: string }) => JsonSchema;
  };
}

/** The JSON Schema of a Standard Schema; `{}` where the library has none to give. */
export function libraryJsonSchema(
  schema: Extract<DeclaredSchema, { readonly "~standard": unknown }>,
  side: "input" | "output",
): JsonSchema {
  try {
    return (schema["~standard"] as Convertible).jsonSchema?.[side]?.({ target: "draft-2020-12" }) ?? {};
  } catch {
    // Libraries throw for what JSON Schema cannot say.
    return {};
  }
}

const isOwn = (key: string, value: unknown): value is string =>
  key === "$ref" && typeof value === "string" && value.startsWith("#");

function refersToItself(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  return Object.entries(schema).some(([key, value]) => isOwn(key, value) || refersToItself(value));
}

function moveReferences(schema: JsonSchema, to: string): JsonSchema {
  const move = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(move);
    return typeof value === "object" && value !== null ? moveReferences(value as JsonSchema, to) : value;
  };
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      isOwn(key, value) ? `${to}${value.slice(1)}` : move(value),
    ]),
  );
}
