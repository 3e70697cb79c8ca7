import type { JsonSchema } from "../../declare/field-spec.ts";
import { madeText } from "./made-text.ts";

/**
 * A value that fits a JSON Schema, for the n-th record: what the schema offers itself (`const`, `default`, `examples`,
 * `enum`), or the least that its type asks for. Undefined where that does not decide, e.g. with `oneOf` or `$ref`.
 */
export function madeJson(schema: JsonSchema, n: number): unknown {
  if ("const" in schema) return schema.const;
  if ("default" in schema) return schema.default;
  for (const offer of [schema.examples, schema.enum])
    if (Array.isArray(offer) && offer.length > 0) return offer[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case "object":
      return object(schema, n);
    case "array":
      return array(schema, n);
    case "string":
      if (schema.format !== undefined) return undefined;
      return madeText("text", textBounds(schema), n);
    case "integer":
    case "number":
      return Number(schema.minimum ?? schema.maximum ?? 1);
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return Object.keys(schema).length === 0 ? {} : undefined;
  }
}

function textBounds({ minLength, maxLength, pattern }: JsonSchema) {
  return {
    ...(typeof minLength === "number" ? { min: minLength } : {}),
    ...(typeof maxLength === "number" ? { max: maxLength } : {}),
    ...(typeof pattern === "string" ? { pattern: pattern.replace(/^\^|\$$/g, "") } : {}),
  };
}

function object({ required, properties }: JsonSchema, n: number): unknown {
  const schemas = (properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const names = Array.isArray(required) ? (required as readonly string[]) : [];
  const made = names.map((name) => [name, madeJson(schemas[name] ?? {}, n)] as const);
  return made.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(made);
}

function array({ items, minItems }: JsonSchema, n: number): unknown {
  const schema = (items ?? {}) as JsonSchema;
  const made = Array.from({ length: Number(minItems ?? 0) }, (_, at) => madeJson(schema, n * 100 + at));
  return made.includes(undefined) ? undefined : made;
}
