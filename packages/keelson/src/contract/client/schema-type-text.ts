import type { JsonSchema } from "../../declare/field-spec.ts";

/** The TypeScript type of what a JSON Schema allows; `unknown` where it says more than types can. */
export function schemaTypeText(schema: unknown): string {
  if (typeof schema !== "object" || schema === null) return "unknown";
  const node = schema as JsonSchema;
  if (Array.isArray(node.enum)) return unionOf(node.enum.map((value) => literalText(value)));
  if ("const" in node) return literalText(node.const);
  for (const alternatives of [node.anyOf, node.oneOf])
    if (Array.isArray(alternatives)) return unionOf(alternatives.map(schemaTypeText));
  if (Array.isArray(node.type)) return unionOf(node.type.map((type) => plainText(type, node)));
  return plainText(node.type, node);
}

function plainText(type: unknown, schema: JsonSchema): string {
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "number":
    case "integer":
      return "number";
    case "array":
      return `readonly (${schemaTypeText(schema.items)})[]`;
    case "object":
      return objectText(schema);
    default:
      return "unknown";
  }
}

function objectText({ properties, required, additionalProperties }: JsonSchema): string {
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const members = Object.entries((properties ?? {}) as JsonSchema).map(
    ([name, schema]) =>
      `readonly ${keyText(name)}${needed.includes(name) ? "" : "?"}: ${schemaTypeText(schema)}`,
  );
  if (members.length > 0) return `{ ${members.join("; ")} }`;
  const other = additionalProperties === false ? "never" : schemaTypeText(additionalProperties);
  return `{ readonly [name: string]: ${other} }`;
}

function unionOf(types: readonly string[]): string {
  const all = [...new Set(types)];
  return all.includes("unknown") || all.length === 0 ? "unknown" : all.join(" | ");
}

const literalText = (value: unknown): string =>
  typeof value === "object" && value !== null ? "unknown" : JSON.stringify(value);

/** A member's name, in quotes where it is no identifier. */
export const keyText = (name: string): string =>
  /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
