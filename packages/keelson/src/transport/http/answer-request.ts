import { failure } from "../../base/error.ts";
import { checkAccept } from "./check-accept.ts";
import { checkBodyType } from "./check-body-type.ts";
import { checkHeaders } from "./check-headers.ts";
import { checkTarget, originForm } from "./check-target.ts";
import type { ClientOf } from "./client-of.ts";
import type { Cors } from "./cors.ts";
import type { Exchange } from "./exchange.ts";
import type { HttpLimits } from "./http-limits.ts";
import { type HttpReply, noStore } from "./http-reply.ts";
import { HttpRequest } from "./http-request.ts";
import { type Endpoint, knownMethods } from "./http-route.ts";
import { hasBody, readBody } from "./read-body.ts";
import type { FindRoute, ResolvedRoute } from "./route-table.ts";
import { streamBody } from "./stream-body.ts";

export interface AnswerOptions {
  readonly findRoute: FindRoute;
  readonly limits: HttpLimits;
  readonly cors: Cors | undefined;
  readonly clientOf: ClientOf;
}

const known: ReadonlySet<string> = new Set(knownMethods);

/**
 * Finds out what a request asks for and lets the endpoint answer. The order is that of RFC 9110: everything
 * that the header section alone decides comes before the body is read. Throws what refuses the request.
 */
export async function answerRequest(exchange: Exchange, options: AnswerOptions): Promise<HttpReply> {
  const { incoming } = exchange;
  const { limits } = options;
  const { method = "" } = incoming;
  checkHeaders(incoming, limits.maxHeaders);
  if (!known.has(method)) throw failure("method_not_implemented");
  if (incoming.url === "*" && method === "OPTIONS") return optionsReply(["Allow", knownMethods.join(", ")]);
  const { path, query } = checkTarget(originForm(incoming.url ?? ""), limits.maxTargetLength);
  const match = options.findRoute(path);
  if (!match) throw failure("not_found");
  const { route, parameter } = match;
  const endpoint = route.endpoints.get(method);
  if (!endpoint) return withoutEndpoint(exchange, route, options.cors);
  let body: Uint8Array | undefined;
  let content: AsyncIterable<Uint8Array> | undefined;
  try {
    // Decided before the body is looked at.
    if (endpoint.produces !== undefined) checkAccept(incoming.headers.accept, endpoint.produces);
    if (hasBody(incoming)) {
      acceptBody(exchange, endpoint);
      if (endpoint.body?.streamed) content = streamBody(incoming);
      else body = await readBodyInTime(exchange, limits);
    }
    if (endpoint.body?.required && body === undefined && content === undefined)
      throw failure("malformed_request", "The body is missing.");
  } catch (thrown) {
    throw endpoint.refuse?.(incoming.headers, thrown) ?? thrown;
  }
  const client = options.clientOf(incoming);
  const request = new HttpRequest(incoming, exchange.response, {
    id: exchange.id,
    path,
    query,
    parameter,
    client,
  });
  request.body = body;
  request.content = content;
  return endpoint.handle(request);
}

function acceptBody({ incoming, response }: Exchange, { body }: Endpoint): void {
  if (!body) throw failure("malformed_request", `${incoming.method} takes no body here.`);
  checkBodyType(incoming.headers["content-type"], body);
  // The caller waits for this before it sends the body.
  if (incoming.headers.expect?.toLowerCase() === "100-continue") response.writeContinue();
}

/** Where uploads may take long, Node's own limit is theirs, and that of all other bodies is kept here. */
function readBodyInTime(
  { incoming, response }: Exchange,
  limits: HttpLimits,
): Promise<Uint8Array | undefined> {
  const reading = readBody(incoming, limits.maxBodyBytes);
  if (limits.uploadTimeoutMs === undefined) return reading;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      response.shouldKeepAlive = false;
      reject(failure("request_timeout", { headers: { Connection: "close" } }));
    }, limits.requestTimeoutMs);
  });
  return Promise.race([reading, late]).finally(() => clearTimeout(timer));
}

function withoutEndpoint({ incoming }: Exchange, route: ResolvedRoute, cors: Cors | undefined): HttpReply {
  if (incoming.method !== "OPTIONS") throw failure("method_not_allowed", { headers: { Allow: route.allow } });
  const crossOrigin = cors?.preflightHeaders(incoming.headers, route.allow) ?? [];
  return optionsReply([...route.optionsHeaders, ...crossOrigin]);
}

const optionsReply = (headers: readonly string[]): HttpReply => ({
  status: 204,
  cacheControl: noStore,
  headers,
});
