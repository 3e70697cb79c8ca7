import type { ApiDescription, ApiOperation } from "./api-operation.ts";
import { type FuzzRequest, headerOf } from "./fuzz-request.ts";

/** The operation that a request calls, whatever it was meant for; HEAD calls what GET does. */
export function operationAt(
  description: ApiDescription,
  method: string,
  path: string,
): ApiOperation | undefined {
  const called = method === "HEAD" ? "GET" : method;
  return operationsAt(description, path).find((each) => each.method === called);
}

/** Whether anything is offered at a path. */
export const isKnownPath = (description: ApiDescription, path: string): boolean =>
  operationsAt(description, path).length > 0;

/** Segment by segment, where a fixed one wins over a variable one. */
function operationsAt({ operations }: ApiDescription, path: string): readonly ApiOperation[] {
  const segments = path.split("/");
  if (!segments.every(isCanonical)) return [];
  let left = operations.map((operation) => ({ operation, parts: operation.path.split("/") }));
  for (const [at, segment] of segments.entries()) {
    const fixed = left.filter(({ parts }) => parts[at] === segment);
    left =
      fixed.length > 0 ? fixed : left.filter(({ parts }) => segment !== "" && parts[at]?.startsWith("{"));
  }
  return left.flatMap(({ operation, parts }) => (parts.length === segments.length ? [operation] : []));
}

/** Whether a segment is written in its one form; anything else leads nowhere. */
function isCanonical(segment: string): boolean {
  if (segment === "." || segment === "..") return false;
  try {
    const text = decodeURIComponent(segment);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what no path has
    return !/[\u0000-\u001f\u007f]/.test(text) && encodeURIComponent(text) === segment;
  } catch {
    return false;
  }
}

/**
 * The description that a request is answered by: that of the version that it names, or without one the first.
 *
 * @param descriptions - the newest version first
 */
export function descriptionFor(
  descriptions: readonly ApiDescription[],
  request: FuzzRequest,
): ApiDescription | undefined {
  const header = versionHeader(descriptions);
  const asked = header === undefined ? undefined : headerOf(request, header);
  return descriptions.find(({ version }) => version === asked) ?? descriptions[0];
}

const versionHeaders = new WeakMap<readonly ApiDescription[], { readonly name: string | undefined }>();

/** Name of the header field that chooses a version, in lower case: the one parameter that is the version itself. */
export function versionHeader(descriptions: readonly ApiDescription[]): string | undefined {
  let found = versionHeaders.get(descriptions);
  if (!found) {
    found = { name: findVersionHeader(descriptions) };
    versionHeaders.set(descriptions, found);
  }
  return found.name;
}

function findVersionHeader(descriptions: readonly ApiDescription[]): string | undefined {
  for (const { version, operations } of descriptions)
    for (const { parameters } of operations)
      for (const { name, schema } of parameters)
        if (version !== undefined && schema["const"] === version) return name.toLowerCase();
  return undefined;
}
