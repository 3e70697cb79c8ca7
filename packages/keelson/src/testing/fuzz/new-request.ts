import type { JsonSchema } from "../../declare/field-spec.ts";
import { type ApiOperation, type ApiParameter, isJsonType, jsonTypeOf } from "./api-operation.ts";
import type { Chance } from "./chance.ts";
import { fittingValue } from "./fitting-value.ts";
import { type FuzzRequest, targetOf } from "./fuzz-request.ts";
import type { Making } from "./making.ts";
import { collectionOf, type Memory } from "./memory.ts";
import type { CheckSchema } from "./schema-checks.ts";

/** What requests are made from. */
export interface Sources {
  readonly chance: Chance;
  readonly memory: Memory;
  readonly check: CheckSchema;
  readonly callers: readonly string[];
}

/** Longer targets are refused, whatever they say. */
const maxTarget = 8_000;

/** How often a body is made again that turns out not to fit. */
const attempts = 8;

/** A request that fits the description of an operation. */
export function newRequest(sources: Sources, operation: ApiOperation): FuzzRequest {
  const { chance, memory } = sources;
  const making: Making = { chance, memory, description: operation.description, approximate: false };
  const path = pathOf(sources, operation);
  const query: string[] = [];
  const headers: [string, string][] = [];
  for (const parameter of operation.parameters) {
    if (parameter.in === "path" || parameter.name === "cursor") continue;
    if (!parameter.required && chance.of(rateOf(parameter, operation))) continue;
    if (parameter.in === "header") {
      const value = headerValue(sources, making, parameter, path);
      if (value !== undefined) headers.push([parameter.name, value]);
    } else query.push(queryText(sources, making, parameter));
  }
  const token = !operation.open || chance.of(0.7);
  const request: FuzzRequest = {
    kind: "valid",
    operation,
    method: operation.method,
    path,
    query,
    headers,
    body: undefined,
    caller: token && sources.callers.length > 0 ? chance.pick(sources.callers) : undefined,
    expectation: "accept",
    about: "as described",
  };
  const whole = followCursor(sources, withBody(sources, making, request));
  // What fits alone may be too long together.
  return targetOf(whole).length > maxTarget ? { ...whole, expectation: "any" } : whole;
}

/** Lists with many filters would find nothing: the more parameters there are, the fewer are taken. */
const rateOf = ({ in: place }: ApiParameter, { parameters }: ApiOperation): number =>
  place === "header" ? 0.7 : Math.max(0.5, 1 - 3 / parameters.length);

function pathOf({ chance, memory, check }: Sources, operation: ApiOperation): string {
  const { path, parameters, description } = operation;
  const known = chance.of(0.92) ? memory.idBelow(collectionOf(path), chance) : undefined;
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    if (known !== undefined) return encodeURIComponent(known);
    const schema = parameters.find((each) => each.in === "path" && each.name === name)?.schema ?? {};
    const making: Making = { chance, memory, description, approximate: false };
    const made = fittingValue(making, schema, "");
    const text = String(made);
    const fits =
      text !== "" && !/^\.|\0/.test(text) && text.isWellFormed() && !check(description, schema, made);
    return encodeURIComponent(fits ? text : "1");
  });
}

function headerValue(
  { chance, memory }: Sources,
  making: Making,
  { name, schema, required }: ApiParameter,
  path: string,
): string | undefined {
  switch (name.toLowerCase()) {
    case "if-match":
    case "if-none-match": {
      const known = memory.tagOf(path);
      if (known !== undefined && chance.of(0.7)) return known;
      return chance.pick(['"0"', '"999"', "*", '"1", "2"', 'W/"1"', ...(required ? ["*"] : [])]);
    }
    case "idempotency-key": {
      const key = `fuzz-${chance.below(2 ** 32)}-${chance.below(2 ** 32)}`;
      return chance.of(0.5) ? `"${key}"` : key;
    }
    default:
      return String(fittingValue(making, schema, name));
  }
}

function queryText({ check }: Sources, making: Making, { name, schema }: ApiParameter): string {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const value = fittingValue(making, schema, name);
    const items = Array.isArray(value) ? value.map(String) : [String(value)];
    const broken = check(making.description, schema, value) !== undefined;
    // Commas tell the items of a list apart, and a list of one empty text is an empty list.
    const sayable = !Array.isArray(value) || items.every((item) => item !== "" && !item.includes(","));
    if (broken || !sayable) continue;
    return `${encodeURIComponent(name)}=${items.map(encodeURIComponent).join(",")}`;
  }
  making.approximate = true;
  return `${encodeURIComponent(name)}=1`;
}

function withBody(sources: Sources, making: Making, request: FuzzRequest): FuzzRequest {
  const { chance, check } = sources;
  const { operation } = request;
  const body = operation?.body;
  const expectation = making.approximate ? "any" : "accept";
  if (!operation || !body || (!body.required && chance.of(0.1))) return { ...request, expectation };
  const types = [...body.content.keys()];
  const type = chance.of(0.8) ? (jsonTypeOf(body.content) ?? types[0]) : chance.pick(types);
  if (type === undefined) return { ...request, expectation };
  const headers = [...request.headers, ["Content-Type", type] as const];
  const schema: JsonSchema = body.content.get(type) ?? {};
  if (!isJsonType(type)) {
    // Nothing is known of other media types but that they are texts.
    const made = fittingValue(making, schema, "");
    const text = typeof made === "string" ? made : JSON.stringify(made);
    return { ...request, headers, body: text, expectation: "any" };
  }
  let json: unknown;
  let fits = false;
  for (let attempt = 0; attempt < attempts && !fits; attempt += 1) {
    json = fittingValue(making, schema, "");
    fits = check(operation.description, schema, json) === undefined;
  }
  return {
    ...request,
    headers,
    json,
    body: JSON.stringify(json),
    expectation: fits ? (making.approximate ? "any" : "accept") : "any",
  };
}

/** Now and then a list goes on where an earlier answer ended, with everything else as it was. */
function followCursor({ chance, memory }: Sources, request: FuzzRequest): FuzzRequest {
  const { operation } = request;
  if (!operation || chance.of(0.7)) return request;
  const use = memory.cursor(operation, chance);
  if (use === undefined) return request;
  const expectation = "any";
  if (use.body !== undefined && typeof use.body === "object") {
    const json = { ...use.body, cursor: use.cursor };
    return { ...request, json, body: JSON.stringify(json), expectation, about: "the next page" };
  }
  const [path = "", query = ""] = use.target.split("?");
  const kept = query.split("&").filter((part) => part !== "" && !part.startsWith("cursor="));
  return {
    ...request,
    path,
    query: [...kept, `cursor=${encodeURIComponent(use.cursor)}`],
    expectation,
    about: "the next page",
  };
}
