import type { IntegrationOperationModel } from "../model/integration-model.ts";

/** A call as it goes on the wire, below the base URL. */
export interface EncodedCall {
  readonly path: string;
  readonly query: string;
  readonly body: string | undefined;
}

/**
 * Puts an input where the operation wants it: into the path, then the query or the body.
 *
 * @throws TypeError where a member that is part of the path is none, or would lead elsewhere
 */
export function encodeCall(operation: IntegrationOperationModel, input: unknown): EncodedCall {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  const members = (isObject ? input : {}) as Readonly<Record<string, unknown>>;
  const inPath = new Set(operation.path.filter((_, position) => position % 2 === 1));
  const path = operation.path
    .map((part, position) => (position % 2 === 1 ? pathSegment(operation.name, part, members[part]) : part))
    .join("");
  const rest = Object.entries(members).filter(([name]) => !inPath.has(name));
  const isQuery = operation.method === "GET" || operation.method === "DELETE";
  if (isQuery) return { path, query: queryOf(rest), body: undefined };
  if (operation.input === undefined || (isObject && rest.length === 0 && inPath.size > 0))
    return { path, query: "", body: undefined };
  return { path, query: "", body: JSON.stringify(isObject ? Object.fromEntries(rest) : input) };
}

/** One segment, whatever is in it: `/` becomes `%2F`. Dots alone cannot be written so that no server walks up by them. */
function pathSegment(operation: string, name: string, value: unknown): string {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (text === "" || text === "." || text === "..")
    throw new TypeError(
      `"${name}" of ${operation} is part of its path and cannot be ${JSON.stringify(value)}`,
    );
  return encodeURIComponent(text.toWellFormed());
}

function queryOf(members: readonly (readonly [string, unknown])[]): string {
  const pairs = members.flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((each) => each !== undefined && each !== null)
      .map((each): [string, string] => [
        name,
        typeof each === "object" ? JSON.stringify(each) : String(each),
      ]),
  );
  return new URLSearchParams(pairs).toString();
}
