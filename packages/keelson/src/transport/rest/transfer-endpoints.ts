import { failure } from "../../base/error.ts";
import type { BuiltIn, CustomOperationModel } from "../../model/app-model.ts";
import type { Envelope } from "../../operation/envelope.ts";
import type { Outcome } from "../../operation/outcome.ts";
import { Download } from "../../operation/transfer/download.ts";
import { type OperationView, operationPath } from "../../operation/transfer/operation-view.ts";
import { fileMediaTypes, formatOfMediaType } from "../../transfer/file-format.ts";
import { type HttpReply, jsonType, privateCache } from "../http/http-reply.ts";
import type { HttpRequest } from "../http/http-request.ts";
import type { Endpoint } from "../http/http-route.ts";
import { parseQuery } from "../http/query-parameters.ts";
import { rateLimitFields } from "../http/rate-limit-fields.ts";
import { decodeJson } from "./decode-json.ts";
import type { Door } from "./door.ts";
import { encodeOutcome } from "./encode-outcome.ts";
import { envelopeOf } from "./envelope-of.ts";
import { inputReader } from "./input-parameters.ts";
import { refuseVersions } from "./preconditions.ts";

/** How soon to ask again about an operation that goes on. */
const retryAfterSeconds = 1;

/** Imports, exports, and what can be asked about operations that go on after the answer. */
export function transferEndpoint(operation: CustomOperationModel, kind: BuiltIn, door: Door): Endpoint {
  switch (kind) {
    case "import":
      return importEndpoint(operation, door);
    case "export":
      return exportEndpoint(operation, door);
    case "getOperationFile":
    case "getOperationReport":
      return endpoint(operation, door, onOperation, encodeDownload);
    case "listOperations":
      return { produces: jsonType, ...endpoint(operation, door, () => ({}), encodeAsked) };
    default:
      return { produces: jsonType, ...endpoint(operation, door, onOperation, encodeAsked) };
  }
}

const locateByName: NonNullable<Envelope["locateInput"]> = ([name]) =>
  name === undefined ? {} : { parameter: String(name) };

const onOperation = ({ parameter }: HttpRequest): Partial<Envelope> => ({ id: parameter });

/** An operation whose input is in the parameters. */
function endpoint(
  operation: CustomOperationModel,
  door: Door,
  partOf: (request: HttpRequest) => Partial<Envelope>,
  encode: (request: HttpRequest, outcome: Outcome) => HttpReply,
): Endpoint {
  const readInput = inputReader(operation.input, []);
  return {
    handle: async (request) => {
      const outcome = await door.run({
        ...envelopeOf(operation, request),
        input: readInput(parseQuery(request.query, door.maxParameters)),
        locateInput: locateByName,
        ...partOf(request),
      });
      return encode(request, outcome);
    },
  };
}

function importEndpoint(operation: CustomOperationModel, door: Door): Endpoint {
  const content = (request: HttpRequest): Partial<Envelope> => {
    refuseVersions(request);
    const format = formatOfMediaType(request.headers["content-type"] ?? "");
    if (!format || !request.content) throw failure("malformed_request", "The body is missing.");
    return { content: { format, bytes: request.content } };
  };
  return {
    produces: jsonType,
    body: { types: fileMediaTypes, advertise: "Accept", required: true, streamed: true },
    ...endpoint(operation, door, content, encodeStarted),
  };
}

function exportEndpoint(operation: CustomOperationModel, door: Door): Endpoint {
  const handle: Endpoint["handle"] = async (request) => {
    refuseVersions(request);
    inputReader(new Map(), [])(parseQuery(request.query, door.maxParameters));
    const input = request.body === undefined ? Object.create(null) : decodeJson(request.body);
    return encodeStarted(request, await door.run({ ...envelopeOf(operation, request), input }));
  };
  return {
    produces: jsonType,
    body: { types: [jsonType], advertise: "Accept", required: false },
    handle,
  };
}

/** Accepted, and here is where to ask (RFC 9110 section 15.3.3). */
function encodeStarted(request: HttpRequest, outcome: Outcome): HttpReply {
  const reply = encodeOutcome(request, outcome, undefined);
  const view = viewOf(outcome);
  if (!view) return reply;
  const headers = [...(reply.headers ?? []), "Location", operationPath(view.id), ...retryAfter(view)];
  return { ...reply, status: 202, headers };
}

/** What is asked about while it changes is not kept. */
function encodeAsked(request: HttpRequest, outcome: Outcome): HttpReply {
  const reply = encodeOutcome(request, outcome, undefined);
  const view = viewOf(outcome);
  return view ? { ...reply, headers: [...(reply.headers ?? []), ...retryAfter(view)] } : reply;
}

const retryAfter = ({ done }: OperationView): readonly string[] =>
  done ? [] : ["Retry-After", String(retryAfterSeconds)];

function viewOf(outcome: Outcome): OperationView | undefined {
  if (!outcome.ok || outcome.kind !== "value") return undefined;
  const { value } = outcome;
  return typeof (value as Partial<OperationView>).state === "string" ? (value as OperationView) : undefined;
}

function encodeDownload(request: HttpRequest, outcome: Outcome): HttpReply {
  if (!outcome.ok || outcome.kind !== "value" || !(outcome.value instanceof Download))
    return encodeOutcome(request, outcome, undefined);
  const { mediaType, fileName, bytes, tag, read } = outcome.value;
  return {
    status: 200,
    contentType: mediaType,
    content: { bytes, read },
    ...(tag === undefined ? {} : { etag: tag }),
    cacheControl: privateCache,
    headers: [
      "Content-Disposition",
      `attachment; filename="${fileName}"`,
      ...(outcome.limits ? rateLimitFields(outcome.limits) : []),
    ],
  };
}
