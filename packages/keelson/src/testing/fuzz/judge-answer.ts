import type { ErrorObject } from "ajv/dist/2020.js";
import { type ApiDescription, type ApiOperation, type ApiResponse, isJsonType } from "./api-operation.ts";
import { type Complain, type Complaint, parsed } from "./complaint.ts";
import { descriptionFor, isKnownPath, operationAt, versionHeader } from "./find-operation.ts";
import { type FuzzRequest, headerOf } from "./fuzz-request.ts";
import { judgeProblem } from "./judge-problem.ts";
import type { CheckSchema } from "./schema-checks.ts";
import type { FuzzAnswer } from "./send-request.ts";

export interface Judging {
  /** The newest version first. */
  readonly descriptions: readonly ApiDescription[];
  readonly check: CheckSchema;
}

/** What any answer may say, whatever it answers. */
const commonHeaders = new Set([
  ..."date connection keep-alive content-type content-length content-encoding transfer-encoding".split(" "),
  ..."cache-control vary x-content-type-options allow accept accept-encoding accept-patch accept-query".split(
    " ",
  ),
  ..."deprecation sunset link x-request-id upgrade".split(" "),
]);

/** Statuses of what is decided before it is known which operation is meant, or by the connection. */
const transportStatuses = new Set([400, 405, 406, 408, 410, 413, 414, 415, 417, 431, 501, 503]);

/** Everything that is wrong with an answer, by the description and by what holds for every answer. */
export function judgeAnswer(
  judging: Judging,
  request: FuzzRequest,
  answer: FuzzAnswer,
): readonly Complaint[] {
  const found: Complaint[] = [];
  const complain = (rule: string, detail: string): void => void found.push({ rule, detail });
  const { status } = answer;
  if (isFailure(request, answer))
    complain("server error", `${status}: ${answer.bytes.toString().slice(0, 300)}`);
  judgeRequestId(request, answer, complain);
  const description = descriptionFor(judging.descriptions, request);
  const operation = description && operationAt(description, request.method, request.path);
  if (request.method === "HEAD" && answer.bytes.length > 0)
    complain("HEAD has content", `${answer.bytes.length} bytes`);
  if (operation && description)
    judgeDescribed({ judging, description, operation, request, answer, complain });
  else judgeForeign(description, request, answer, complain);
  if (status >= 400 && answer.bytes.length > 0) judgeProblem({ operation, request, answer, complain });
  judgeExpectation(request, answer, complain);
  return found;
}

function isFailure(request: FuzzRequest, { status, bytes }: FuzzAnswer): boolean {
  if (status < 500) return false;
  if (status === 501) return ["GET", "HEAD", "QUERY", "POST", "PATCH", "DELETE"].includes(request.method);
  return !(status === 503 && bytes.includes('"overloaded"'));
}

function judgeRequestId(request: FuzzRequest, { headers }: FuzzAnswer, complain: Complain): void {
  const id = headers["x-request-id"];
  if (typeof id !== "string" || id === "") complain("request id", "the answer has no X-Request-Id");
  const given = headerOf(request, "x-request-id");
  const times = request.headers.filter(([name]) => name.toLowerCase() === "x-request-id").length;
  if (given !== undefined && times === 1 && /^[A-Za-z0-9._-]{1,64}$/.test(given) && id !== given)
    complain("request id", `sent ${given}, answered ${id}`);
}

/** An answer where the description has nothing. */
function judgeForeign(
  description: ApiDescription | undefined,
  { method, path }: FuzzRequest,
  { status, headers }: FuzzAnswer,
  complain: Complain,
): void {
  if (method === "OPTIONS" && status === 204) return;
  if (status < 400 && path.startsWith("/v1/"))
    complain("undescribed operation", `${method} ${path} is answered with ${status}`);
  if (status === 405 && headers.allow === undefined) complain("missing header", "405 without Allow");
  const known = description !== undefined && isKnownPath(description, path);
  if (known && status === 404) complain("status", `404 for a method that ${path} does not have`);
}

function judgeDescribed(parts: {
  readonly judging: Judging;
  readonly description: ApiDescription;
  readonly operation: ApiOperation;
  readonly request: FuzzRequest;
  readonly answer: FuzzAnswer;
  readonly complain: Complain;
}): void {
  const { operation, answer, complain } = parts;
  const { status } = answer;
  const exact = operation.responses.get(String(status));
  const response = exact ?? (status >= 400 ? operation.responses.get("default") : undefined);
  // Where there is no version, asking for one fails.
  const versioned = status === 412 && !operation.parameters.some(({ name }) => name === "If-Match");
  if (!exact && !versioned && status !== 500 && !(response && transportStatuses.has(status)))
    complain("undescribed status", `${operation.id} does not describe ${status}`);
  if (!response) return;
  judgeContent(parts, response);
  if (exact) judgeHeaders(parts, response);
}

function judgeContent(
  { judging, description, request, answer, complain }: Parameters<typeof judgeDescribed>[0],
  response: ApiResponse,
): void {
  const { status, headers, bytes } = answer;
  const type = headers["content-type"]?.split(";")[0];
  if (request.method === "HEAD" && bytes.length === 0) return;
  if (bytes.length === 0) {
    const minimal = status === 201 && headers["preference-applied"] !== undefined;
    // A file may have no lines; JSON always says something.
    const isFile = type !== undefined && response.content.has(type) && !isJsonType(type);
    if (response.content.size > 0 && !minimal && !isFile)
      complain("content", `${status} without the described content`);
    return;
  }
  if (type === undefined || !response.content.has(type)) {
    complain(
      "content type",
      `${status} has ${type}; described: ${[...response.content.keys()].join(", ") || "none"}`,
    );
    return;
  }
  if (headers["content-encoding"] !== undefined || !isJsonType(type)) return;
  const json = parsed(bytes);
  if (json === undefined) return void complain("content", `${status} is no JSON`);
  const schema = response.content.get(type);
  const described = asksForFields(request) ? partialOf(description) : description;
  const faults = schema && judging.check(described, schema, json.value);
  if (faults) complain("schema", `${status}: ${faults.slice(0, 3).map(inWords).join("; ")}`);
}

/** With `fields` an answer has only these, which no schema can say. */
const asksForFields = (request: FuzzRequest): boolean =>
  request.query.some((part) => part.startsWith("fields=")) ||
  (request.body?.includes('"fields"') ?? false) ||
  headerOf(request, "content-encoding") !== undefined;

const partial = new WeakMap<ApiDescription, ApiDescription>();

/** The description without required members of records. */
function partialOf(description: ApiDescription): ApiDescription {
  let known = partial.get(description);
  if (!known) {
    const strip = (value: unknown): unknown =>
      typeof value !== "object" || value === null
        ? value
        : Array.isArray(value)
          ? value.map(strip)
          : Object.fromEntries(
              Object.entries(value).flatMap(([name, member]) =>
                name === "required" && Array.isArray(member) ? [] : [[name, strip(member)]],
              ),
            );
    known = { ...description, schemas: strip(description.schemas) as ApiDescription["schemas"] };
    partial.set(description, known);
  }
  return known;
}

const inWords = ({ instancePath, message, params }: ErrorObject): string =>
  `${instancePath || "the answer"} ${message} ${JSON.stringify(params)}`;

function judgeHeaders(
  {
    judging: { descriptions },
    operation,
    request,
    answer: { status, headers, bytes },
    complain,
  }: Parameters<typeof judgeDescribed>[0],
  response: ApiResponse,
): void {
  const version = versionHeader(descriptions);
  for (const name of Object.keys(headers))
    if (!response.headers.has(name) && !commonHeaders.has(name) && !name.startsWith("access-control-"))
      complain("undescribed header", `${operation.id} ${status} has ${name}: ${headers[name]}`);
  const expected = [
    ...(status === 401 ? ["www-authenticate"] : []),
    ...(status === 201 && response.headers.has("location") ? ["location"] : []),
    ...(status === 429 || status === 503 ? ["retry-after"] : []),
    ...(status < 300 && response.headers.has("etag") && bytes.length > 0 && !response.headers.has("age")
      ? ["etag"]
      : []),
    ...(version !== undefined && namesVersion(descriptions, request, status, version) ? [version] : []),
  ];
  const ambiguous = status === 400 && bytes.includes('"duplicate"');
  for (const name of ambiguous ? [] : expected)
    if (headers[name] === undefined) complain("missing header", `${operation.id} ${status} has no ${name}`);
}

/** Whether the version of an answer is known: that of refused credentials may not be, and unknown ones are none. */
function namesVersion(
  descriptions: readonly ApiDescription[],
  request: FuzzRequest,
  status: number,
  header: string,
): boolean {
  if (status < 400) return true;
  const asked = headerOf(request, header);
  const times = request.headers.filter(([name]) => name.toLowerCase() === header).length;
  if (asked !== undefined) return times === 1 && descriptions.some(({ version }) => version === asked);
  return request.caller === undefined && headerOf(request, "authorization") === undefined;
}

/** What is refused for the state of the data, or for how much is asked together; a description cannot know either. */
const stateful = new Set(["reference_not_found", "budget", "not_expanded"]);

interface RefusedPart {
  readonly code?: string;
  readonly parameter?: string;
  readonly pointer?: string;
}

/** Whether a part is refused for a reason beyond the description: names that a caller may not read do not exist for them. */
const isBeyondForm = (
  { method }: FuzzRequest,
  { code = "", parameter, pointer = "" }: RefusedPart,
): boolean =>
  stateful.has(code) ||
  // Parts that are right alone and not together, and what a handler wrote itself.
  (code === "duplicate" && parameter === undefined) ||
  (pointer === "" && parameter === undefined) ||
  // Of a patch, the result must be complete.
  (method === "PATCH" && code === "required" && /^#\/[^/]+\//.test(pointer)) ||
  (code === "unknown" && (parameter !== undefined || /^#\/(?:filter|sort|fields|expand)/.test(pointer)));

/** What was meant to be accepted may be refused for its caller or the state of the data, not for its form. */
function judgeExpectation(request: FuzzRequest, answer: FuzzAnswer, complain: Complain): void {
  const { status, bytes } = answer;
  // Of several items each has an answer of its own.
  if (request.expectation === "refuse" && status < 400 && status !== 207)
    complain("accepted", `${status} although the description does not allow it`);
  if (request.expectation !== "accept" || ![400, 406, 413, 414, 415, 422].includes(status)) return;
  const problem = parsed(bytes)?.value as
    | { readonly code?: string; readonly errors?: readonly RefusedPart[] }
    | undefined;
  const errors = problem?.errors ?? [];
  if (errors.length > 0 && errors.every((part) => isBeyondForm(request, part))) return;
  // Errors that a command declares itself are about more than its form.
  if (!formCodes.has(problem?.code ?? "malformed_request")) return;
  complain("refused", `${status} although the description allows it: ${bytes.toString().slice(0, 600)}`);
}

/** Codes of refusals for the form of a request. */
const formCodes = new Set([
  ..."malformed_json malformed_request invalid_parameter invalid_header invalid_cursor validation_failed".split(
    " ",
  ),
  ..."idempotency_key_missing idempotency_key_invalid idempotency_key_reused unknown_api_version".split(" "),
  ..."not_acceptable body_too_large uri_too_long unsupported_media_type".split(" "),
]);
