import { type ErrorCode, type ErrorRow, errorCatalogue } from "../../base/error.ts";
import type { DeclaredError } from "../../declare/operation.ts";
import { problemTypeOf } from "../problem-type.ts";
import type { ComponentRef, Components, OpenApiObject } from "./components.ts";
import { headerRefs } from "./response-headers.ts";

/** Names of the shared responses; every status of the catalogue that an operation lists has one. */
const names: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  412: "PreconditionFailed",
  413: "ContentTooLarge",
  415: "UnsupportedMediaType",
  422: "UnprocessableContent",
  428: "PreconditionRequired",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
};

const requestId = "019aa3c2-5c00-7000-8000-0000000000ff";

/** Codes of the catalogue with this status, less those that only handlers with integrations end with. */
const codesOf = (status: number): readonly (readonly [string, ErrorRow])[] =>
  Object.entries(errorCatalogue as Readonly<Record<ErrorCode, ErrorRow>>).filter(
    ([code, row]) => row.status === status && !code.startsWith("upstream_"),
  );

/** Answers that tell of an error, by status; `declared` are those of a command, by code. */
export function problemResponses(
  components: Components,
  statuses: readonly number[],
  declared: ReadonlyMap<string, DeclaredError> = new Map(),
): OpenApiObject {
  const own = new Set([...declared.values()].map((error) => error.status));
  const all = [...new Set([...statuses, 429, ...own])].sort((a, b) => a - b);
  return {
    ...Object.fromEntries(
      all.map((status) => [
        String(status),
        own.has(status)
          ? declaredResponse(components, status, declared, statuses.includes(status))
          : sharedResponse(components, status),
      ]),
    ),
    default: components.ref("responses", "Problem", () => ({
      description: "Any other error.",
      headers: headerRefs(components, ["X-Request-Id"]),
      content: { "application/problem+json": { schema: problemRef(components) } },
    })),
  };
}

function sharedResponse(components: Components, status: number): ComponentRef {
  return components.ref("responses", names[status] ?? `Status${status}`, () =>
    responseOf(components, status, codesOf(status)),
  );
}

/** A status that a command declares errors for, together with the catalogue's where they can come too. */
function declaredResponse(
  components: Components,
  status: number,
  declared: ReadonlyMap<string, DeclaredError>,
  shared: boolean,
): OpenApiObject {
  const own = [...declared].filter(([, error]) => error.status === status);
  return responseOf(components, status, [...own, ...(shared ? codesOf(status) : [])]);
}

function responseOf(
  components: Components,
  status: number,
  rows: readonly (readonly [string, Pick<ErrorRow, "title">])[],
): OpenApiObject {
  const wait =
    status === 503 || status === 409 || status === 429
      ? ["Retry-After"]
      : status === 401
        ? ["WWW-Authenticate"]
        : [];
  const schema = {
    allOf: [
      problemRef(components),
      { type: "object", properties: { code: { type: "string", enum: rows.map(([code]) => code) } } },
    ],
  };
  return {
    description: rows.map(([code, { title }]) => `\`${code}\`: ${title}.`).join(" "),
    headers: headerRefs(components, ["X-Request-Id", ...wait]),
    content: { "application/problem+json": { schema, examples: examplesOf(status, rows) } },
  };
}

const examplesOf = (
  status: number,
  rows: readonly (readonly [string, Pick<ErrorRow, "title">])[],
): OpenApiObject =>
  Object.fromEntries(rows.map(([code, { title }]) => [code, { value: problemExample(status, code, title) }]));

export function problemExample(status: number, code: string, title: string): OpenApiObject {
  const errors = exampleFaults[code];
  const type = problemTypeOf(code);
  return { type, title, status, code, ...(errors ? { errors } : {}), requestId };
}

const exampleFaults: Readonly<Record<string, readonly OpenApiObject[]>> = {
  validation_failed: [{ pointer: "#/quantity", code: "min", detail: "must be at least 1." }],
  invalid_parameter: [{ parameter: "limit", code: "type", detail: "must be a whole number." }],
};

/** A problem (RFC 9457). Open, since declared errors add members of their own. */
export const problemRef = (components: Components): ComponentRef =>
  components.ref("schemas", "Problem", () => ({
    type: "object",
    description: "What went wrong (RFC 9457). Programs decide by `code`; `detail` is for people.",
    properties: {
      type: { type: "string", format: "uri", description: "Identifies the kind of problem." },
      title: { type: "string", description: "The same for every occurrence." },
      status: { type: "integer", minimum: 400, maximum: 599 },
      code: { type: "string", description: "A stable word for the kind of problem." },
      detail: { type: "string" },
      errors: { type: "array", items: faultRef(components), description: "What is wrong, part by part." },
      requestId: { type: "string", description: "Quote it when you report the problem." },
    },
    required: ["type", "title", "status", "code", "requestId"],
  }));

const faultRef = (components: Components): ComponentRef =>
  components.ref("schemas", "Fault", () => ({
    type: "object",
    description: "One thing that is wrong with a request.",
    properties: {
      pointer: {
        type: "string",
        description: "Where in the body, as a JSON Pointer in URI-fragment form (RFC 6901).",
      },
      parameter: { type: "string", description: "Which parameter." },
      header: { type: "string", description: "Which header field." },
      code: { type: "string", description: "A short word: `required`, `type`, `min`, `unknown` …" },
      detail: { type: "string" },
    },
    required: ["code", "detail"],
    additionalProperties: false,
  }));
