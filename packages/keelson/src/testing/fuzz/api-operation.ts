import type { JsonSchema } from "../../declare/field-spec.ts";

type Node = Readonly<Record<string, unknown>>;

/** A parameter as the description has it, references followed. */
export interface ApiParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** An answer as the description has it, references followed. */
export interface ApiResponse {
  /** By media type; a type without a schema says nothing about its content. */
  readonly content: ReadonlyMap<string, JsonSchema | undefined>;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, JsonSchema>;
}

/** One way to call the API. */
export interface ApiOperation {
  readonly id: string;
  readonly method: string;
  /** With `{name}` for the variable segments. */
  readonly path: string;
  readonly parameters: readonly ApiParameter[];
  readonly body:
    | { readonly required: boolean; readonly content: ReadonlyMap<string, JsonSchema | undefined> }
    | undefined;
  /** By status; `default` for the others. */
  readonly responses: ReadonlyMap<string, ApiResponse>;
  /** Whether it may be called without a token. */
  readonly open: boolean;
  readonly description: ApiDescription;
}

/** One version of an API, as its OpenAPI document describes it. */
export interface ApiDescription {
  /** `2026-11-21`; undefined without versions. */
  readonly version: string | undefined;
  readonly operations: readonly ApiOperation[];
  /** `#/components/schemas`. */
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

const methods = ["get", "query", "put", "post", "patch", "delete", "head"];

/** Reads an OpenAPI document (3.1). Operations with `x-query-method` can be called with QUERY too. */
export function readDescription(document: Node): ApiDescription {
  const components = (document["components"] ?? {}) as Readonly<Record<string, Node>>;
  const operations: ApiOperation[] = [];
  const description: ApiDescription = {
    version: (document["info"] as Node)["x-api-version"] as string | undefined,
    operations,
    schemas: (components["schemas"] ?? {}) as Readonly<Record<string, JsonSchema>>,
  };
  const paths = document["paths"] as Readonly<Record<string, Readonly<Record<string, Node>>>>;
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, node] of Object.entries(item)) {
      if (!methods.includes(method)) continue;
      const operation = readOperation({ document, description, path, method: method.toUpperCase(), node });
      operations.push(operation);
      if (node["x-query-method"] !== true) continue;
      const own = path.replace(/\/query$/, "");
      // QUERY without content means nothing (RFC 10008).
      const body = operation.body && { ...operation.body, required: true };
      operations.push({ ...operation, id: `${operation.id} (QUERY)`, method: "QUERY", path: own, body });
    }
  }
  return description;
}

function readOperation(parts: {
  readonly document: Node;
  readonly description: ApiDescription;
  readonly path: string;
  readonly method: string;
  readonly node: Node;
}): ApiOperation {
  const { document, description, path, method, node } = parts;
  const follow = (from: unknown): Node => followed(document, from as Node);
  const parameters = ((node["parameters"] ?? []) as readonly unknown[]).map(follow);
  const body = node["requestBody"] === undefined ? undefined : follow(node["requestBody"]);
  const security = (node["security"] ?? document["security"] ?? []) as readonly Node[];
  return {
    id: String(node["operationId"]),
    method,
    path,
    parameters: parameters.map((parameter) => ({
      name: String(parameter["name"]),
      in: parameter["in"] as ApiParameter["in"],
      required: parameter["required"] === true,
      schema: (parameter["schema"] ?? {}) as JsonSchema,
    })),
    body: body && { required: body["required"] === true, content: contentOf(body) },
    responses: new Map(
      Object.entries(node["responses"] as Node).map(([status, response]) => [
        status,
        readResponse(follow(response), follow),
      ]),
    ),
    open: security.length === 0 || security.some((way) => Object.keys(way).length === 0),
    description,
  };
}

function readResponse(node: Node, follow: (from: unknown) => Node): ApiResponse {
  const headers = Object.entries((node["headers"] ?? {}) as Node);
  return {
    content: contentOf(node),
    headers: new Map(
      headers.map(([name, header]) => [name.toLowerCase(), (follow(header)["schema"] ?? {}) as JsonSchema]),
    ),
  };
}

const contentOf = (node: Node): ReadonlyMap<string, JsonSchema | undefined> =>
  new Map(
    Object.entries((node["content"] ?? {}) as Readonly<Record<string, Node>>).map(([type, media]) => [
      type,
      media["schema"] as JsonSchema | undefined,
    ]),
  );

function followed(document: Node, node: Node): Node {
  const { $ref } = node;
  if (typeof $ref !== "string") return node;
  const found = $ref
    .slice(2)
    .split("/")
    .reduce<unknown>((here, name) => (here as Node | undefined)?.[name], document);
  if (found === undefined) throw new Error(`the description has no ${$ref}`);
  return followed(document, found as Node);
}

/** Whether a media type is that of one JSON value. */
export const isJsonType = (type: string): boolean => /^application\/(?:[\w.-]+\+)?json$/.test(type);

/** The media type of JSON that a body or an answer may have; undefined when it has none. */
export const jsonTypeOf = (content: ReadonlyMap<string, unknown>): string | undefined =>
  [...content.keys()].find(isJsonType);
