import { type FuzzRequest, withJson } from "./fuzz-request.ts";
import { placed, without } from "./spoil-json.ts";

/** Every request that is one part smaller. */
function* smallerRequests(request: FuzzRequest): Generator<FuzzRequest> {
  const { query, headers, json, body } = request;
  for (const [at] of query.entries())
    yield { ...request, query: query.filter((_part, other) => other !== at) };
  for (const [at, [name]] of headers.entries())
    if (!/^content-type$/i.test(name) || body === undefined)
      yield { ...request, headers: headers.filter((_field, other) => other !== at) };
  if (request.caller !== undefined) yield { ...request, caller: undefined };
  if (json !== undefined) {
    for (const smaller of smallerValues(json)) yield withJson(request, smaller);
  } else if (typeof body === "string" && body.length > 8) {
    yield { ...request, body: body.slice(0, body.length / 2) };
    yield { ...request, body: body.slice(body.length / 2) };
  }
  for (const [at, part] of query.entries()) {
    const [name = "", value = ""] = part.split("=");
    if (value.length > 12)
      yield {
        ...request,
        query: query.map((each, other) =>
          other === at ? `${name}=${value.slice(0, value.length / 2)}` : each,
        ),
      };
  }
}

function* smallerValues(root: unknown): Generator<unknown> {
  for (const { path, value } of places(root)) {
    if (path.length > 0) yield without(root, path);
    if (typeof value === "string" && value.length > 4)
      yield placed(root, path, value.slice(0, value.length / 2));
    if (Array.isArray(value) && value.length > 2) yield placed(root, path, value.slice(0, value.length / 2));
  }
}

type Path = readonly (string | number)[];

function* places(
  root: unknown,
  path: Path = [],
): Generator<{ readonly path: Path; readonly value: unknown }> {
  yield { path, value: root };
  if (typeof root !== "object" || root === null || path.length > 8) return;
  for (const [key, value] of Object.entries(root))
    yield* places(value, [...path, Array.isArray(root) ? Number(key) : key]);
}

/** How many requests may be sent to find a smaller one. */
const budget = 150;

/**
 * The smallest request found that breaks the same rule, taking away one part after the other.
 *
 * @param breaks - sends a request and says whether it breaks the rule
 */
export async function shrinkRequest(
  request: FuzzRequest,
  breaks: (request: FuzzRequest) => Promise<boolean>,
): Promise<FuzzRequest> {
  let smallest = request;
  let left = budget;
  for (let shrunk = true; shrunk; ) {
    shrunk = false;
    for (const candidate of smallerRequests(smallest)) {
      if (left-- <= 0) return smallest;
      if (!(await breaks({ ...candidate, expectation: smallest.expectation }))) continue;
      smallest = candidate;
      shrunk = true;
      break;
    }
  }
  return smallest;
}
