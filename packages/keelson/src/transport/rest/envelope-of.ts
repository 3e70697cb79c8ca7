import type { OperationModel } from "../../model/app-model.ts";
import type { Envelope } from "../../operation/envelope.ts";
import type { HttpRequest } from "../http/http-request.ts";
import { freshnessOf } from "./cache-directives.ts";
import { credentialsOf } from "./credentials.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { traceOf } from "./trace-fields.ts";

/** What every envelope of this door has, whatever the operation takes. */
export function envelopeOf(operation: OperationModel, request: HttpRequest): Envelope {
  const key = operation.effect === "write" ? idempotencyKeyOf(request.headers["idempotency-key"]) : undefined;
  const trace = operation.kind === "custom" ? traceOf(request.headers) : undefined;
  return {
    door: "rest",
    operation,
    requestId: request.id,
    credentials: credentialsOf(request.headers.authorization),
    signal: request.signal,
    ...(request.client ? { client: request.client } : {}),
    ...(operation.cache ? { freshness: freshnessOf(request.headers["cache-control"]) } : {}),
    ...(trace ? { trace } : {}),
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(request.version ? { apiVersion: request.version } : {}),
  };
}
