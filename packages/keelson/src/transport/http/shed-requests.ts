import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { KeelsonError } from "../../base/error.ts";
import type { NewId } from "../../base/id.ts";
import type { Pressure } from "../../operation/pressure.ts";
import type { Cors } from "./cors.ts";
import { requestIdOf } from "./exchange.ts";
import type { HttpLimits } from "./http-limits.ts";
import { problemReply } from "./problem.ts";
import { discard, hasBody } from "./read-body.ts";

export interface ShedParts {
  readonly pressure: Pressure;
  readonly limits: HttpLimits;
  readonly cors: Cors | undefined;
  readonly newId: NewId;
  /** Paths that are answered whatever the load. */
  readonly vital: ReadonlySet<string>;
}

/**
 * Puts the refusals of an overloaded process in front of everything else a server does with a request. At twice the
 * load half of all requests are refused, so what a refusal costs is taken from those that are answered.
 */
export function shedRequests(server: Server, parts: ShedParts): void {
  const answers = server.listeners("request") as RequestListener[];
  server.removeAllListeners("request");
  server.on("request", (incoming, response) => {
    const error = isSheddable(incoming, parts.vital) ? parts.pressure.refusal() : undefined;
    if (error) refuse(incoming, response, error, parts);
    else for (const answer of answers) answer.call(server, incoming, response);
  });
}

/** Preflights cost next to nothing, and without their answer a browser could not read the refusal. */
function isSheddable({ method, url = "" }: IncomingMessage, vital: ReadonlySet<string>): boolean {
  const end = url.indexOf("?");
  return method !== "OPTIONS" && !vital.has(end < 0 ? url : url.slice(0, end));
}

function refuse(
  incoming: IncomingMessage,
  response: ServerResponse,
  error: KeelsonError,
  { limits, cors, newId }: ShedParts,
): void {
  const id = requestIdOf(incoming, newId);
  const { status, headers, body, contentType, cacheControl } = templateOf(error);
  if (hasBody(incoming) && !incoming.complete) discard(incoming, limits.maxBodyBytes);
  const text = body.replace(placeholder, id);
  response
    .writeHead(status, [
      ...headers,
      ...["X-Request-Id", id, "Cache-Control", cacheControl, "X-Content-Type-Options", "nosniff"],
      ...(cors?.answerHeaders(incoming.headers) ?? []),
      ...["Content-Type", contentType, "Content-Length", String(text.length)],
    ])
    .end(text, "latin1");
}

interface Template {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
  readonly contentType: string;
  readonly cacheControl: string;
}

const placeholder = "(id)";
const templates = new WeakMap<KeelsonError, Template>();

/** The refusals are few and always the same but for the request's id. */
function templateOf(error: KeelsonError): Template {
  let template = templates.get(error);
  if (template === undefined) {
    const { status, headers = [], body, contentType = "", cacheControl } = problemReply(error, placeholder);
    template = { status, headers, body: String(body), contentType, cacheControl };
    templates.set(error, template);
  }
  return template;
}
