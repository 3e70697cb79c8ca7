import type { JsonSchema } from "../../declare/field-spec.ts";
import type { ApiDescription } from "./api-operation.ts";
import { fittingNumber } from "./fitting-number.ts";
import { fittingText } from "./fitting-text.ts";
import type { Making } from "./making.ts";
import { resolved } from "./schema-checks.ts";

/**
 * A value that fits a schema, at the edges of what it allows more often than not. Fits but for keywords that are
 * rare (`not`, `if`, `multipleOf` …): whoever needs to know checks it.
 *
 * @param name - of the member or parameter, which tells what an id refers to
 */
export function fittingValue(making: Making, given: JsonSchema, name: string, depth = 0): unknown {
  const { chance, description } = making;
  const schema = resolved(description, given);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return chance.pick(schema["enum"] as readonly unknown[]);
  const ways = (schema["anyOf"] ?? schema["oneOf"]) as readonly JsonSchema[] | undefined;
  if (ways) {
    // The first way is the plain one; others may go on for ever.
    const way = depth > 4 ? ways[0] : chance.pick(ways);
    return fittingValue(making, way ?? {}, name, depth + 1);
  }
  const parts = schema["allOf"] as readonly JsonSchema[] | undefined;
  if (parts) return fittingValue(making, merged(description, schema, parts), name, depth + 1);
  return ofType(making, schema, name, depth);
}

function ofType(making: Making, schema: JsonSchema, name: string, depth: number): unknown {
  const { chance } = making;
  const types = ([] as unknown[]).concat(schema["type"] ?? typeless(schema));
  const type = types.length > 1 && types.includes("null") && chance.of(0.8) ? types[0] : chance.pick(types);
  switch (type) {
    case "null":
      return null;
    case "boolean":
      return chance.of(0.5);
    case "integer":
    case "number":
      return fittingNumber(chance, schema, type === "integer");
    case "string":
      return fittingText(making, schema, name);
    case "array":
      return list(making, schema, name, depth);
    case "object":
      return object(making, schema, depth);
    default:
      return anyJson(making, depth);
  }
}

const typeless = (schema: JsonSchema): string =>
  schema["properties"] ? "object" : schema["items"] ? "array" : "any";

function list(making: Making, schema: JsonSchema, name: string, depth: number): unknown[] {
  const { chance } = making;
  const min = Number(schema["minItems"] ?? 0);
  const max = Math.min(Number(schema["maxItems"] ?? 8), depth > 3 ? min : min + 8);
  const length = chance.of(0.15)
    ? min
    : chance.of(0.05)
      ? max
      : min + chance.below(Math.min(3, max - min) + 1);
  const items = Array.from({ length }, () =>
    fittingValue(making, (schema["items"] ?? {}) as JsonSchema, singular(name), depth + 1),
  );
  if (schema["uniqueItems"] !== true) return items;
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

const singular = (name: string): string => name.replace(/s$/, "");

function object(making: Making, schema: JsonSchema, depth: number): unknown {
  const { chance } = making;
  const properties = Object.entries((schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const required = (schema["required"] ?? []) as readonly string[];
  const rate = depth > 4 ? 0 : chance.pick([0, 0.3, 0.6, 1]);
  // `and`, `or` and the like could nest without end; cursors only fit the request that they came from.
  const chosen = properties.filter(
    ([name]) => required.includes(name) || (name !== "cursor" && chance.of(depth > 2 ? rate / 3 : rate)),
  );
  if (chosen.length === 0 && Number(schema["minProperties"] ?? 0) > 0 && properties.length > 0)
    // The last ones are those that nest.
    chosen.push(depth > 2 ? (properties[0] as (typeof properties)[number]) : chance.pick(properties));
  const made = chosen.map(([name, member]) => [name, fittingValue(making, member, name, depth + 1)] as const);
  const additional = schema["additionalProperties"];
  if (typeof additional === "object" && additional !== null && chance.of(0.6))
    made.push(["some name", fittingValue(making, additional as JsonSchema, "some", depth + 1)]);
  return Object.fromEntries(chance.of(0.3) ? made.toReversed() : made);
}

function anyJson(making: Making, depth: number): unknown {
  const { chance } = making;
  const plain = ["string", "integer", "number", "boolean", "null"];
  const type = chance.pick(depth > 4 ? plain : [...plain, "array", "object"]);
  if (type === "object") return { a: anyJson(making, depth + 1), "ü b": anyJson(making, depth + 2) };
  return ofType(making, { type, ...(type === "array" ? { maxItems: 3 } : {}) }, "", depth + 1);
}

function merged(
  description: ApiDescription,
  { allOf: _parts, ...own }: JsonSchema,
  parts: readonly JsonSchema[],
): JsonSchema {
  const all = [own, ...parts.map((part) => resolved(description, part))];
  const properties = Object.assign({}, ...all.map((part) => part["properties"] ?? {}));
  const required = [...new Set(all.flatMap((part) => (part["required"] ?? []) as readonly string[]))];
  return { ...Object.assign({}, ...all), properties, required };
}
