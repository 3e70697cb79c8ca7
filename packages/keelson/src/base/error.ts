/**
 * The one error catalogue. Every error a caller can see is a row here: doors only translate it
 * (REST problem+json, GraphQL `extensions.code`, gRPC status). Codes are API surface: never renamed.
 */

/** One row of the catalogue. */
export interface ErrorRow {
  /** HTTP status that doors without their own mapping use. */
  readonly status: number;
  /** Short, stable summary; the same for every occurrence. */
  readonly title: string;
  /** What the client should do about it; printed in the documentation. */
  readonly remedy: string;
  /** The problem type, where a registered one fits (RFC 9457 section 4.2). @defaultValue one of our own */
  readonly type?: string;
}

export const errorCatalogue = {
  malformed_json: {
    status: 400,
    title: "The body is not acceptable JSON",
    remedy: "Send one UTF-8 JSON value without duplicate or reserved keys.",
  },
  invalid_parameter: {
    status: 400,
    title: "A query parameter is not valid",
    remedy: "Correct the parameters listed in `errors`.",
  },
  invalid_header: {
    status: 400,
    title: "A request header is not valid",
    remedy: "Correct the header named in `errors`.",
  },
  invalid_cursor: {
    status: 400,
    title: "The cursor is not valid here",
    remedy: "Use a cursor exactly as returned, with the same filter and sort, or start again without one.",
  },
  idempotency_key_missing: {
    status: 400,
    title: "An idempotency key is required",
    remedy:
      "Send an `Idempotency-Key` header with a new UUID, and the same one again when you repeat the request.",
  },
  idempotency_key_invalid: {
    status: 400,
    title: "The idempotency key is not valid",
    remedy: "Send 1 to 255 visible ASCII characters, e.g. a UUID.",
  },
  unknown_api_version: {
    status: 400,
    title: "This version of the API is not known",
    remedy: "Send one of the versions in `known`, or none.",
  },
  malformed_request: {
    status: 400,
    title: "The request is malformed",
    remedy: "Send a well-formed HTTP request.",
  },
  unauthenticated: {
    status: 401,
    title: "Authentication is required",
    remedy: "Send `Authorization: Bearer <token>` with a valid token.",
  },
  invalid_token: {
    status: 401,
    title: "The access token is not valid",
    remedy: "Obtain a new token from the configured issuer.",
  },
  forbidden: {
    status: 403,
    title: "This is not allowed",
    remedy: "Use a caller whom the access rule allows.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    remedy: "Check the path and id; what you may not read does not exist for you.",
  },
  method_not_allowed: {
    status: 405,
    title: "This method is not allowed here",
    remedy: "Use one of the methods in the `Allow` header.",
  },
  not_acceptable: {
    status: 406,
    title: "No acceptable representation",
    remedy: "Accept `application/json`.",
  },
  request_timeout: {
    status: 408,
    title: "The request took too long to arrive",
    remedy: "Send the whole request without long pauses.",
  },
  conflict: {
    status: 409,
    title: "The request conflicts with the current state",
    remedy: "Read the current state and decide again.",
  },
  unique_violation: {
    status: 409,
    title: "This value is already taken",
    remedy: "Choose another value for the fields listed in `errors`.",
  },
  still_referenced: {
    status: 409,
    title: "Other records still refer to this one",
    remedy: "Delete or change the referring records first.",
  },
  idempotency_in_progress: {
    status: 409,
    title: "The request with this idempotency key is still in progress",
    remedy: "Repeat the same request with the same key after the time in `Retry-After`.",
  },
  idempotency_answer_too_large: {
    status: 409,
    title: "The request with this idempotency key was carried out, and its answer was too large to be kept",
    remedy: "Do not send it again: it has had its effect. Read what you need of the result in another way.",
  },
  api_version_gone: {
    status: 410,
    title: "This version of the API has come to its end",
    remedy: "Go on to a version in `known`; the `Link` header leads to what changed.",
  },
  precondition_failed: {
    status: 412,
    title: "The record has changed",
    remedy: "Read it again and repeat the change with the new ETag.",
  },
  body_too_large: {
    status: 413,
    title: "The body is too large",
    remedy: "Send less; the limit is in `detail`.",
  },
  uri_too_long: {
    status: 414,
    title: "The request target is too long",
    remedy: "Shorten the query, or use QUERY with a body.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The media type is not supported",
    remedy: "Use a type from the `Accept`, `Accept-Patch` or `Accept-Query` header.",
  },
  validation_failed: {
    status: 422,
    title: "The input is not valid",
    remedy: "Correct the members listed in `errors`.",
  },
  malformed_file: {
    status: 422,
    title: "The file cannot be read",
    remedy:
      "Correct what `errors` names, from the given line on; rows before it were written and are not to be sent again.",
  },
  too_many_errors: {
    status: 422,
    title: "Too many rows were refused",
    remedy: "Read the report, correct the rows, and import those that are missing; what was written stays.",
  },
  idempotency_key_reused: {
    status: 422,
    title: "The idempotency key was used for another request",
    remedy: "Use a new key for a new request; repeat a request exactly as it was.",
  },
  precondition_required: {
    status: 428,
    title: "A precondition is required",
    remedy: "Send `If-Match` with the ETag you last read.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    remedy: "Retry after the time in `Retry-After`; `RateLimit` says what is left before it comes to this.",
    type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
  },
  headers_too_large: {
    status: 431,
    title: "The header fields are too large",
    remedy: "Send smaller headers.",
  },
  internal: {
    status: 500,
    title: "Something went wrong on our side",
    remedy: "Retry later; quote `requestId` when you report it.",
  },
  method_not_implemented: {
    status: 501,
    title: "This method is not known",
    remedy: "Use a standard HTTP method.",
  },
  upstream_failed: {
    status: 502,
    title: "A service that this depends on did not do what it was asked",
    remedy: "Retry later; quote `requestId` when you report it.",
  },
  overloaded: {
    status: 503,
    title: "The server is too busy or draining",
    remedy: "Retry after the time in `Retry-After`.",
    type: "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
  },
  unavailable: {
    status: 503,
    title: "A dependency is unavailable",
    remedy: "Retry after the time in `Retry-After`.",
  },
  upstream_unavailable: {
    status: 503,
    title: "A service that this depends on is unavailable",
    remedy: "Retry after the time in `Retry-After`, a write with the same idempotency key.",
  },
  deadline_exceeded: {
    status: 504,
    title: "The request took too long",
    remedy: "Ask for less, or retry later.",
  },
  upstream_timeout: {
    status: 504,
    title: "A service that this depends on did not answer in time",
    remedy: "Retry after the time in `Retry-After`, a write with the same idempotency key.",
  },
} as const satisfies Record<string, ErrorRow>;

/** Every built-in error code. Commands add their own declared ones. */
export type ErrorCode = keyof typeof errorCatalogue;

/** One fault inside a request: a JSON Pointer into the body, a query parameter, or a header. */
export interface Fault {
  /** JSON Pointer in URI-fragment form (RFC 6901 §6), e.g. `#/items/0/quantity`. */
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  /** Short machine word: `required`, `type`, `min`, `unknown` … */
  readonly code: string;
  readonly detail: string;
}

export interface ErrorOptions {
  readonly detail?: string;
  readonly errors?: readonly Fault[];
  /** Extra problem members; also the fields of a command's declared error. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Response headers the error demands (`Allow`, `Retry-After`, `WWW-Authenticate` …). */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The only error a pipeline ends with. Anything else that is thrown becomes `internal`. */
export class KeelsonError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly Fault[];
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, row: Pick<ErrorRow, "status" | "title">, options: ErrorOptions = {}) {
    super(options.detail ?? row.title, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "KeelsonError";
    this.code = code;
    this.status = row.status;
    this.title = row.title;
    this.detail = options.detail;
    this.errors = options.errors ?? [];
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}

/** Makes an error from the catalogue. */
export function failure(code: ErrorCode, options?: ErrorOptions | string): KeelsonError {
  return new KeelsonError(
    code,
    errorCatalogue[code],
    typeof options === "string" ? { detail: options } : options,
  );
}
