import type { BatchOperationModel } from "../../model/app-model.ts";
import { jsonType } from "../http/http-reply.ts";
import type { Endpoint } from "../http/http-route.ts";
import { parseQuery, type QueryParameter } from "../http/query-parameters.ts";
import { decodeJson } from "./decode-json.ts";
import type { Door } from "./door.ts";
import { encodeOutcome } from "./encode-outcome.ts";
import { envelopeOf } from "./envelope-of.ts";
import { duplicateParameter, throwFaults } from "./parameter-faults.ts";
import { refuseVersions } from "./preconditions.ts";
import { readRecordParameters } from "./read-parameters.ts";
import { versionOfTag } from "./version-tag.ts";

/** POST to a collection's `/batch`: several writes in one request. */
export function batchEndpoint(operation: BatchOperationModel, door: Door): Endpoint {
  const handle: Endpoint["handle"] = async (request) => {
    refuseVersions(request);
    const parameters = parseQuery(request.query, door.maxParameters);
    const isAtomic = ({ name }: QueryParameter): boolean => name === "atomic";
    const outcome = await door.run({
      ...envelopeOf(operation, request),
      atomic: readAtomic(parameters.filter(isAtomic)),
      input: withVersions(decodeJson(request.body ?? new Uint8Array())),
      ...readRecordParameters(parameters.filter((parameter) => !isAtomic(parameter))),
    });
    return encodeOutcome(request, outcome, undefined);
  };
  return {
    produces: jsonType,
    body: { types: [jsonType], advertise: "Accept", required: true },
    handle,
  };
}

function readAtomic([first, second]: readonly QueryParameter[]): boolean {
  if (first === undefined) return true;
  if (second !== undefined) throwFaults([duplicateParameter("atomic")]);
  if (first.value !== "true" && first.value !== "false")
    throwFaults([{ parameter: "atomic", code: "enum", detail: "must be true or false." }]);
  return first.value === "true";
}

/** Entity tags become the versions that they stand for; whatever else is wrong is for validation to tell. */
function withVersions(body: unknown): unknown {
  const items = (body as { readonly items?: unknown } | null)?.items;
  if (!Array.isArray(items)) return body;
  return { ...(body as object), items: items.map(withVersion) };
}

function withVersion(item: unknown): unknown {
  const ifMatch = (item as { readonly ifMatch?: unknown } | null)?.ifMatch;
  if (typeof ifMatch !== "string" || ifMatch === "*") return item;
  return { ...(item as object), ifMatch: versionOfTag(/^"(.*)"$/.exec(ifMatch)?.[1] ?? ifMatch) ?? ifMatch };
}
