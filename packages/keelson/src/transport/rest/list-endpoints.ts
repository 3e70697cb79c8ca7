import type { StandardOperationModel } from "../../model/app-model.ts";
import { bodyOrigin, queryOrigin } from "../../operation/read-origins.ts";
import { jsonType } from "../http/http-reply.ts";
import type { Endpoint, EndpointMethod } from "../http/http-route.ts";
import { parseQuery } from "../http/query-parameters.ts";
import { decodeJson } from "./decode-json.ts";
import type { Door, VersionedDoor } from "./door.ts";
import { encodeOutcome } from "./encode-outcome.ts";
import { envelopeOf } from "./envelope-of.ts";
import { throwFaults, unknownParameter } from "./parameter-faults.ts";
import { refuseVersions } from "./preconditions.ts";
import { readListParameters } from "./read-parameters.ts";
import { readQueryBody } from "./read-query-body.ts";

/** GET of a collection: the query is in the URI. */
export function listEndpoint(operation: StandardOperationModel, door: VersionedDoor): Endpoint {
  const { filterable } = door.words;
  const handle: Endpoint["handle"] = async (request) => {
    refuseVersions(request);
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      read: readListParameters(parseQuery(request.query, door.maxParameters), filterable),
      readOrigin: queryOrigin,
    });
    return encodeOutcome(request, outcome, undefined);
  };
  return { produces: jsonType, handle };
}

/** QUERY of a collection (RFC 10008), or its POST alias: the query is in the body. */
export function queryEndpoint(
  operation: StandardOperationModel,
  method: EndpointMethod,
  door: Door,
): Endpoint {
  const handle: Endpoint["handle"] = async (request) => {
    refuseVersions(request);
    throwFaults(parseQuery(request.query, door.maxParameters).map(({ name }) => unknownParameter(name, [])));
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      read: readQueryBody(decodeJson(request.body ?? new Uint8Array())),
      readOrigin: bodyOrigin,
    });
    return encodeOutcome(request, outcome, undefined);
  };
  const advertise = method === "QUERY" ? "Accept-Query" : "Accept";
  return { produces: jsonType, body: { types: [jsonType], advertise, required: true }, handle };
}
