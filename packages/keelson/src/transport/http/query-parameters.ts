import { failure } from "../../base/error.ts";

/** A decoded query parameter. */
export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

const none: readonly QueryParameter[] = Object.freeze([]);

/**
 * Decodes a query string (WHATWG form encoding: `+` is a space), each part once. Whether a name may come
 * several times is for the reader to say. Refuses what is not UTF-8 and more than `maxParameters`.
 */
export function parseQuery(query: string, maxParameters: number): readonly QueryParameter[] {
  if (query === "") return none;
  const parameters: QueryParameter[] = [];
  let start = 0;
  while (start <= query.length) {
    const ampersand = query.indexOf("&", start);
    const end = ampersand === -1 ? query.length : ampersand;
    if (end > start) {
      if (parameters.length === maxParameters) throw tooMany(maxParameters);
      parameters.push(parameterOf(query.slice(start, end)));
    }
    start = end + 1;
  }
  return parameters;
}

function parameterOf(text: string): QueryParameter {
  const equals = text.indexOf("=");
  const rawName = equals === -1 ? text : text.slice(0, equals);
  const name = decode(rawName);
  const value = equals === -1 ? "" : decode(text.slice(equals + 1));
  if (name !== undefined && value !== undefined) return { name, value };
  throw failure("invalid_parameter", {
    errors: [{ parameter: name ?? rawName, code: "encoding", detail: "is not percent-encoded UTF-8." }],
  });
}

function decode(text: string): string | undefined {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}

const tooMany = (max: number): Error =>
  failure("invalid_parameter", `A request may have at most ${max} query parameters.`);
