import { DiagnosticError } from "../../base/diagnostic.ts";
import type { Endpoint, EndpointMethod, HttpRoute } from "./http-route.ts";

/** A path of the table with everything about it that can be made at boot. */
export interface ResolvedRoute {
  /** By request method, HEAD included. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Value of `Allow`. */
  readonly allow: string;
  /** `Allow` and what kinds of bodies are taken: name, value, name, value … */
  readonly optionsHeaders: readonly string[];
}

export interface Match {
  readonly route: ResolvedRoute;
  /** The variable segment, or the empty string. */
  readonly parameter: string;
}

interface Node {
  readonly fixed: Map<string, Node>;
  variable: Node | undefined;
  path: string;
  endpoints: Map<EndpointMethod, Endpoint>;
  route: ResolvedRoute | undefined;
}

const newNode = (path: string): Node => ({
  fixed: new Map(),
  variable: undefined,
  path,
  endpoints: new Map(),
  route: undefined,
});

/** Finds the route of a canonical path; a fixed segment wins over a variable one. */
export type FindRoute = (path: string) => Match | undefined;

/** Merges routes by path. Two endpoints for one method and path are a mistake in the declarations. */
export function newRouteTable(routes: readonly HttpRoute[]): FindRoute {
  const root = newNode("");
  for (const route of routes) insert(root, route);
  return (path) => {
    let node = root;
    let parameter = "";
    let start = 1;
    while (start <= path.length) {
      const slash = path.indexOf("/", start);
      const end = slash === -1 ? path.length : slash;
      const segment = path.slice(start, end);
      const fixed = node.fixed.get(segment);
      if (!fixed) parameter = segment;
      const next = fixed ?? node.variable;
      if (!next) return undefined;
      node = next;
      start = end + 1;
    }
    if (node.endpoints.size === 0) return undefined;
    node.route ??= resolve(node);
    return { route: node.route, parameter };
  };
}

function insert(root: Node, { path, endpoints }: HttpRoute): void {
  let node = root;
  for (const segment of path.slice(1).split("/")) {
    if (segment.startsWith("{")) {
      node.variable ??= newNode(`${node.path}/{id}`);
      node = node.variable;
    } else {
      const next = node.fixed.get(segment) ?? newNode(`${node.path}/${segment}`);
      node.fixed.set(segment, next);
      node = next;
    }
  }
  for (const [method, endpoint] of Object.entries(endpoints) as [EndpointMethod, Endpoint][]) {
    if (node.endpoints.has(method)) throw duplicate(method, path);
    node.endpoints.set(method, endpoint);
  }
}

function resolve(node: Node): ResolvedRoute {
  const endpoints = new Map<string, Endpoint>(node.endpoints);
  const get = node.endpoints.get("GET");
  if (get) endpoints.set("HEAD", get);
  const allow = [...endpoints.keys(), "OPTIONS"].sort().join(", ");
  const advertised = [...node.endpoints].flatMap(([method, { body }]) =>
    body && (method === "PATCH" || method === "QUERY") ? [body.advertise, body.types.join(", ")] : [],
  );
  return { endpoints, allow, optionsHeaders: ["Allow", allow, ...advertised] };
}

const duplicate = (method: string, path: string): DiagnosticError =>
  new DiagnosticError([
    {
      code: "duplicate-route",
      severity: "error",
      where: `${method} ${path}`,
      what: "Two operations would answer at the same place.",
      instead: "Rename one of the operations, or give the resource another plural.",
    },
  ]);
