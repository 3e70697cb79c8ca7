import type { JsonSchema } from "../declare/field-spec.ts";

/** An object with exactly these properties. */
export function closedObject(
  properties: readonly (readonly [string, JsonSchema])[],
  required: readonly string[],
): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** The schema that also lets `null` through. */
export function nullable(schema: JsonSchema): JsonSchema {
  const keywords = Object.keys(schema).filter((keyword) => !annotations.has(keyword));
  if (keywords.length === 0) return schema;
  const { type, enum: words } = schema;
  if (type === undefined || keywords.some((keyword) => combinators.has(keyword))) {
    return { anyOf: [schema, { type: "null" }] };
  }
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return {
    ...schema,
    type: types.includes("null") ? types : [...types, "null"],
    ...(Array.isArray(words) && !words.includes(null) ? { enum: [...words, null] } : {}),
  };
}

/** Keywords that constrain nothing. */
const annotations = new Set(["title", "description", "examples", "deprecated", "default", "$comment"]);
/** Keywords that could refuse `null` although the type lets it through. */
const combinators = new Set(["const", "allOf", "anyOf", "oneOf", "not", "if", "$ref", "$dynamicRef"]);
