import type { ApiOperation } from "./api-operation.ts";

/**
 * What a request is: `valid` by the description, `almost` valid, with one thing wrong with it, or `hostile`. Those of a
 * `story` follow from what earlier ones were answered.
 */
export type FuzzKind = "valid" | "almost" | "hostile" | "story";

/** What must come of it: success or a refusal that is not about its form, any refusal, or either. */
export type Expectation = "accept" | "refuse" | "any";

/** A request as it is sent. Names and values of the query are encoded already. */
export interface FuzzRequest {
  readonly kind: FuzzKind;
  /** The description's operation that it is meant for; undefined when it is meant for none. */
  readonly operation: ApiOperation | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Buffer | undefined;
  /** Name of the caller whose token is sent; undefined for none. */
  readonly caller: string | undefined;
  readonly expectation: Expectation;
  /** What was done to it, for people. */
  readonly about: string;
  /** The body as a JSON value, where it is one, so that it can be made smaller. */
  readonly json?: unknown;
}

/** Bytes that are written to a connection as they are. */
export interface RawRequest {
  readonly bytes: Buffer;
  readonly about: string;
}

/** The value of a header field; undefined when it is not sent. */
export const headerOf = ({ headers }: Pick<FuzzRequest, "headers">, name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1];

export const targetOf = ({ path, query }: Pick<FuzzRequest, "path" | "query">): string =>
  query.length === 0 ? path : `${path}?${query.join("&")}`;

/** The request with one header field changed, added or (undefined) left out. */
export function withHeader(request: FuzzRequest, name: string, value: string | undefined): FuzzRequest {
  const others = request.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  return { ...request, headers: value === undefined ? others : [...others, [name, value]] };
}

/** The request with a JSON body. */
export const withJson = (request: FuzzRequest, json: unknown): FuzzRequest => ({
  ...request,
  json,
  body: JSON.stringify(json),
});
