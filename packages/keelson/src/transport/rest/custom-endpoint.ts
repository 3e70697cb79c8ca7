import type { CustomOperationModel } from "../../model/app-model.ts";
import type { Envelope } from "../../operation/envelope.ts";
import { jsonType } from "../http/http-reply.ts";
import type { HttpRequest } from "../http/http-request.ts";
import type { BodyRule, Endpoint, EndpointMethod } from "../http/http-route.ts";
import { parseQuery, type QueryParameter } from "../http/query-parameters.ts";
import { decodeJson } from "./decode-json.ts";
import type { OperationWords, VersionedDoor } from "./door.ts";
import { encodeOutcome } from "./encode-outcome.ts";
import { envelopeOf } from "./envelope-of.ts";
import { inputReader } from "./input-parameters.ts";
import { itemPathOf, recordId } from "./item-path.ts";
import { throwFaults, unknownParameter } from "./parameter-faults.ts";
import { preconditionsOf, refuseVersions } from "./preconditions.ts";
import { readRecordParameters, recordParameters } from "./read-parameters.ts";

/** A command or query: its input is the body, or with GET the parameters. */
export function customEndpoint(
  operation: CustomOperationModel,
  method: EndpointMethod,
  door: VersionedDoor,
): Endpoint {
  const { output, on, resource } = operation;
  const itemPath = output.kind === "resource" ? itemPathOf(output.resource) : undefined;
  const written = operation.effect === "write" ? { itemPath } : undefined;
  const decode = method === "GET" ? parameterDecoder(operation, door.words) : bodyDecoder(operation);
  const handle: Endpoint["handle"] = async (request) => {
    const preconditions = on === "row" ? preconditionsOf(request) : refuseVersions(request);
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      ...(on === "row" && resource && { id: recordId(request, resource) }),
      ...decode(request, parseQuery(request.query, door.maxParameters)),
      ...(preconditions && { preconditions }),
    });
    return encodeOutcome(request, outcome, written);
  };
  return { produces: jsonType, ...(method !== "GET" && { body: bodyRule(method) }), handle };
}

const bodyRule = (method: EndpointMethod): BodyRule => ({
  types: [jsonType],
  advertise: method === "QUERY" ? "Accept-Query" : "Accept",
  required: method === "QUERY",
});

type Decoded = Pick<Envelope, "input" | "locateInput" | "read" | "readOrigin">;
type Decode = (request: HttpRequest, parameters: readonly QueryParameter[]) => Decoded;

/** What may be asked of the answer: parts of a record, if it is one. */
const answerParameters = ({ output }: CustomOperationModel): readonly string[] =>
  output.kind === "resource" ? recordParameters : [];

function bodyDecoder(operation: CustomOperationModel): Decode {
  const known = answerParameters(operation);
  return ({ body }, parameters) => {
    throwFaults(
      parameters.filter(({ name }) => !known.includes(name)).map(({ name }) => unknownParameter(name, known)),
    );
    // Nothing sent is the same as nothing said: what is missing is for validation to tell.
    const input = body === undefined ? Object.create(null) : decodeJson(body);
    return { input, ...readRecordParameters(parameters) };
  };
}

function parameterDecoder(operation: CustomOperationModel, { input }: OperationWords): Decode {
  // A member of the input wins over a parameter of the same name.
  const known = answerParameters(operation).filter((name) => !input?.has(name));
  const readInput = inputReader(input, known);
  return (_request, parameters) => ({
    input: readInput(parameters.filter(({ name }) => !known.includes(name))),
    locateInput: locateByName,
    ...readRecordParameters(parameters.filter(({ name }) => known.includes(name))),
  });
}

const locateByName: NonNullable<Envelope["locateInput"]> = ([name]) =>
  name === undefined ? {} : { parameter: String(name) };
