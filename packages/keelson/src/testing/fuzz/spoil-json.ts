import type { JsonSchema } from "../../declare/field-spec.ts";
import type { ApiDescription } from "./api-operation.ts";
import type { Chance } from "./chance.ts";
import { brokenTexts, oddNames, oddTexts } from "./hostile-texts.ts";
import { resolved } from "./schema-checks.ts";

type Path = readonly (string | number)[];

/** A place in a JSON value, and what the description says of it, as far as that is plain. */
interface Place {
  readonly path: Path;
  readonly value: unknown;
  readonly schema: JsonSchema;
}

/** A JSON value with one thing changed. */
export interface Spoilt {
  readonly json: unknown;
  readonly about: string;
  /** Holds what no schema speaks of: whether it is refused is for the server to say. */
  readonly hazard?: boolean;
}

/** Changes one place of a JSON value: its type, a bound, its members. */
export function spoilJson(
  chance: Chance,
  description: ApiDescription,
  schema: JsonSchema,
  json: unknown,
): Spoilt {
  const places = placesOf(description, schema, json);
  const place = chance.pick(places);
  const at = place.path.length === 0 ? "the body" : `#/${place.path.join("/")}`;
  const put = (value: unknown, about: string, hazard = false): Spoilt => ({
    json: placed(json, place.path, value),
    about: `${at}: ${about}`,
    hazard,
  });
  const ways = [
    () => put(otherType(chance, place.value), "another type"),
    () => put(otherType(chance, place.value), "another type"),
    () => put(null, "null"),
    () => put(chance.pick(oddTexts), "an odd text"),
    () => put(chance.pick(brokenTexts), "a text with NUL or half a character", true),
    () => put(beyond(place), "just beyond a bound"),
    () => put(beyond(place), "just beyond a bound"),
    () => put(nested(chance.pick([20, 31, 32, 33, 63, 64, 65, 200, 2_000])), "deep nesting", true),
    () => ({ json: without(json, place.path), about: `${at}: left out` }),
    () => withMember(chance, json, places),
    () => withMember(chance, json, places),
  ];
  return chance.pick(ways)();
}

function placesOf(description: ApiDescription, given: JsonSchema, json: unknown): readonly Place[] {
  const found: Place[] = [];
  const walk = (path: Path, value: unknown, from: JsonSchema): void => {
    const schema = resolved(description, from);
    found.push({ path, value, schema });
    if (found.length > 60 || typeof value !== "object" || value === null) return;
    const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
    for (const [key, member] of Object.entries(value)) {
      const below = Array.isArray(value) ? schema["items"] : properties[key];
      walk([...path, Array.isArray(value) ? Number(key) : key], member, (below ?? {}) as JsonSchema);
    }
  };
  walk([], json, given);
  return found;
}

/** The value with another one at a path; what is on the way is copied. */
export function placed(root: unknown, path: Path, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(root)) return root.map((item, at) => (at === first ? placed(item, rest, value) : item));
  const entries = Object.entries(root as object);
  return Object.fromEntries(
    entries.map(([key, member]) => [key, key === first ? placed(member, rest, value) : member]),
  );
}

/** The value without what is at a path. */
export function without(root: unknown, path: Path): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return undefined;
  if (Array.isArray(root)) {
    if (rest.length === 0) return root.filter((_item, at) => at !== first);
    return root.map((item, at) => (at === first ? without(item, rest) : item));
  }
  const entries = Object.entries(root as object);
  if (rest.length === 0) return Object.fromEntries(entries.filter(([key]) => key !== first));
  return Object.fromEntries(
    entries.map(([key, member]) => [key, key === first ? without(member, rest) : member]),
  );
}

function otherType(chance: Chance, value: unknown): unknown {
  const others = [null, true, 0, 1.5, -1, "", "1", "x", [], [null], {}, { a: 1 }, [[]]];
  return chance.pick(
    others.filter((other) => typeof other !== typeof value || Array.isArray(other) !== Array.isArray(value)),
  );
}

function withMember(chance: Chance, json: unknown, places: readonly Place[]): Spoilt {
  const objects = places.filter(
    ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
  );
  if (objects.length === 0) return { json: [json], about: "the body: in a list" };
  const { path, value } = chance.pick(objects);
  const name = chance.pick([...oddNames, "id", "version", "createdAt", "extra", "Name", "x".repeat(300)]);
  // Assigning `__proto__` would do something else than adding a member of that name.
  const entries = [
    ...Object.entries(value as object),
    [name, chance.pick<unknown>(["x", 1, null, {}])] as const,
  ];
  const hazard = ["__proto__", "constructor", "prototype"].includes(name);
  const about = `#/${path.join("/")}: one more member, ${JSON.stringify(name.slice(0, 20))}`;
  return { json: placed(json, path, Object.fromEntries(entries)), about, hazard };
}

/** One less than the least, one more than the most. */
function beyond({ schema, value }: Place): unknown {
  const number = (keyword: string): number | undefined =>
    typeof schema[keyword] === "number" ? (schema[keyword] as number) : undefined;
  const [min, max] = [number("minimum"), number("maximum")];
  const [shortest, longest] = [number("minLength"), number("maxLength")];
  const [fewest, most] = [number("minItems"), number("maxItems")];
  if (max !== undefined) return max + 1 === max ? max * 2 : max + 1;
  if (min !== undefined) return min - 1;
  if (longest !== undefined && longest < 60_000) return "x".repeat(longest + 1);
  if (shortest !== undefined && shortest > 0) return "x".repeat(shortest - 1);
  if (most !== undefined && most < 5_000)
    return Array.from({ length: most + 1 }, () => (value as readonly unknown[] | null)?.[0] ?? "x");
  if (fewest !== undefined && fewest > 0) return [];
  if (typeof schema["x-precision"] === "number") return "9".repeat(schema["x-precision"] + 1);
  return typeof value === "string" ? `${value} ` : 2 ** 63;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
