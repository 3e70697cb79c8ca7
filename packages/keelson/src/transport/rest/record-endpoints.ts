import { failure } from "../../base/error.ts";
import type { StandardOperationModel } from "../../model/app-model.ts";
import { jsonType } from "../http/http-reply.ts";
import type { HttpRequest } from "../http/http-request.ts";
import type { BodyRule, Endpoint } from "../http/http-route.ts";
import { parseQuery } from "../http/query-parameters.ts";
import { decodeJson } from "./decode-json.ts";
import type { Door } from "./door.ts";
import { encodeOutcome } from "./encode-outcome.ts";
import { envelopeOf } from "./envelope-of.ts";
import { itemPathOf, recordId } from "./item-path.ts";
import { throwFaults, unknownParameter } from "./parameter-faults.ts";
import { allowsVersion, preconditionsOf, refuseVersions } from "./preconditions.ts";
import { readRecordParameters } from "./read-parameters.ts";

/** RFC 7396; plain JSON is taken for the same, for clients that cannot set another type. */
const patchTypes = ["application/merge-patch+json", jsonType];
const patchBody: BodyRule = { types: patchTypes, advertise: "Accept-Patch", required: true };
const recordBody: BodyRule = { types: [jsonType], advertise: "Accept", required: true };

/** GET of one record. */
export function getEndpoint(operation: StandardOperationModel, door: Door): Endpoint {
  const handle: Endpoint["handle"] = async (request) => {
    const preconditions = preconditionsOf(request);
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      id: recordId(request, operation.resource),
      ...readRecordParameters(parseQuery(request.query, door.maxParameters)),
    });
    if (outcome.ok && outcome.kind === "record" && !allowsVersion(preconditions, outcome.version)) {
      // A refusal is no copy of the record, however that was found.
      const { recalled: _recalled, ...found } = outcome;
      return encodeOutcome(
        request,
        { ...found, ok: false, error: failure("precondition_failed") },
        undefined,
      );
    }
    return encodeOutcome(request, outcome, undefined);
  };
  return { produces: jsonType, handle };
}

/** POST to the collection. */
export function createEndpoint(operation: StandardOperationModel, door: Door): Endpoint {
  const itemPath = itemPathOf(operation.resource);
  const handle: Endpoint["handle"] = async (request) => {
    refuseVersions(request);
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      input: inputOf(request),
      ...readRecordParameters(parseQuery(request.query, door.maxParameters)),
    });
    return encodeOutcome(request, outcome, { itemPath });
  };
  return { produces: jsonType, body: recordBody, handle };
}

/** PATCH of one record. */
export function updateEndpoint(operation: StandardOperationModel, door: Door): Endpoint {
  const itemPath = itemPathOf(operation.resource);
  const handle: Endpoint["handle"] = async (request) => {
    const preconditions = preconditionsOf(request);
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      id: recordId(request, operation.resource),
      input: inputOf(request),
      ...readRecordParameters(parseQuery(request.query, door.maxParameters)),
      ...(preconditions && { preconditions }),
    });
    return encodeOutcome(request, outcome, { itemPath });
  };
  return { produces: jsonType, body: patchBody, handle };
}

/** DELETE of one record. */
export function deleteEndpoint(operation: StandardOperationModel, door: Door): Endpoint {
  const handle: Endpoint["handle"] = async (request) => {
    const preconditions = preconditionsOf(request);
    throwFaults(parseQuery(request.query, door.maxParameters).map(({ name }) => unknownParameter(name, [])));
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      id: recordId(request, operation.resource),
      ...(preconditions && { preconditions }),
    });
    return encodeOutcome(request, outcome, undefined);
  };
  return { produces: jsonType, handle };
}

// The rule of the body demands one, so it is there.
const inputOf = ({ body }: HttpRequest): unknown => decodeJson(body ?? new Uint8Array());
