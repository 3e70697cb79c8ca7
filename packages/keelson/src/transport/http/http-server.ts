import type { Socket } from "node:net";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import type { Clock } from "../../base/clock.ts";
import { failure, KeelsonError } from "../../base/error.ts";
import type { NewId } from "../../base/id.ts";
import type { Observe } from "../../observe/observation.ts";
import type { Pressure } from "../../operation/pressure.ts";
import type { CountRefusal } from "../../operation/refusal-count.ts";
import { answerRequest } from "./answer-request.ts";
import { newClientOf, type TrustedProxies } from "./client-of.ts";
import { newCors } from "./cors.ts";
import { type Exchange, requestIdOf, shownRequest } from "./exchange.ts";
import type { HttpLimits } from "./http-limits.ts";
import { type HttpRoute, knownMethods } from "./http-route.ts";
import { explainListenError, type ListenAddress } from "./listen-error.ts";
import { problemReply } from "./problem.ts";
import { discard, hasBody } from "./read-body.ts";
import { type ConnectionError, endWithProblem, refuseConnection } from "./refuse-connection.ts";
import { newRouteTable } from "./route-table.ts";
import { shedRequests } from "./shed-requests.ts";
import { newReplyWriter } from "./write-reply.ts";

export interface HttpServerParts {
  readonly routes: readonly HttpRoute[];
  readonly observe: Observe;
  readonly limits: HttpLimits;
  /** Origins that browsers may call from; none by default. */
  readonly corsOrigins: readonly string[];
  /** Whose word on where a request came from is taken; nobody's by default. */
  readonly proxies?: TrustedProxies;
  /** Refuses what would only wait. */
  readonly pressure?: Pressure;
  /** Counts what is refused here. */
  readonly countRefusal?: CountRefusal;
  /** Further header fields by which requests choose what they are answered. */
  readonly vary?: readonly string[];
  readonly newId: NewId;
  readonly clock: Clock;
  /** Announce the end of every request too; for development. */
  readonly announceRequests?: boolean;
  /** Shared with what reports readiness. */
  readonly phase: ServerPhase;
}

/** `draining` begins with `close` and never ends. */
export interface ServerPhase {
  draining: boolean;
}

/**
 * The server, from open over draining to closed. Open, it accepts connections; draining, it accepts none,
 * closes idle ones, answers what is in progress and ends each connection with its answer; closed, every
 * connection is gone, at the latest after `drainTimeoutMs`.
 */
export interface HttpServer {
  /** Starts to accept; gives the URL. Throws a DiagnosticError when the address cannot be had. */
  listen(address: ListenAddress): Promise<string>;
  /** Sends a request without a network, for tests. */
  readonly inject: FastifyInstance["inject"];
  close(): Promise<void>;
}

/** Puts routes behind an HTTP/1.1 server. */
export function newHttpServer(parts: HttpServerParts): HttpServer {
  const { limits, phase } = parts;
  const serve = parts.announceRequests ? announcing(newServe(parts), parts) : newServe(parts);
  const take: Take = (request, reply) => {
    // From here on Fastify leaves the answer alone; bodies it never touches.
    reply.hijack();
    void serve({ id: request.id, incoming: request.raw, response: reply.raw });
  };
  const app = newFastify(parts, take);
  for (const method of app.supportedMethods) {
    app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
    app.route({ method, url: "*", handler: take, exposeHeadRoute: false });
  }
  app.setNotFoundHandler(take);
  app.setErrorHandler((_error, request, reply) => take(request, reply));
  // Unanswered expectations would be refused without a body, continued ones before anything is checked.
  for (const event of ["checkContinue", "checkExpectation"])
    app.server.on(event, (incoming, response) => app.server.emit("request", incoming, response));
  app.server.on("connect", (_incoming, socket: Socket) => refuseTunnel(socket, parts));
  if (parts.pressure) {
    const vital = new Set(parts.routes.filter(isVital).map(({ path }) => path));
    const cors = newCors(parts.corsOrigins, parts.vary);
    shedRequests(app.server, { pressure: parts.pressure, limits, cors, newId: parts.newId, vital });
  }
  // A limit would silently drop the fields beyond it; too many are refused instead.
  app.server.maxHeadersCount = 0;
  return {
    listen: (address) => listen(app, address),
    inject: app.inject.bind(app) as FastifyInstance["inject"],
    close: async () => {
      phase.draining = true;
      const timer = setTimeout(() => app.server.closeAllConnections(), limits.drainTimeoutMs);
      await app.close().finally(() => clearTimeout(timer));
    },
  };
}

/** Answered whatever the load. */
const isVital = ({ endpoints }: HttpRoute): boolean => Object.values(endpoints).some(({ vital }) => vital);

type Take = (request: FastifyRequest, reply: FastifyReply) => void;

function newFastify({ limits, newId, clock, observe }: HttpServerParts, take: Take): FastifyInstance {
  const { headersTimeoutMs, keepAliveTimeoutMs } = limits;
  const requestTimeoutMs = limits.uploadTimeoutMs ?? limits.requestTimeoutMs;
  return fastify({
    logger: false,
    genReqId: (incoming) => requestIdOf(incoming as Exchange["incoming"], newId),
    requestIdHeader: false,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: "idle",
    // What still arrives on open connections is served like the rest.
    return503OnClosing: false,
    routerOptions: { querystringParser: () => noQuery },
    frameworkErrors: (_error, request, reply) => take(request, reply),
    clientErrorHandler: (error, socket) => {
      const refusal = refuseConnection(error as unknown as ConnectionError, socket, {
        newId,
        clock,
        maxTargetLength: limits.maxTargetLength,
      });
      if (refusal)
        observe({ type: "request.refused", door: "http", request: null, requestId: null, error: refusal });
    },
    http: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: headersTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, headersTimeoutMs),
      maxHeaderSize: limits.maxHeaderBytes,
      insecureHTTPParser: false,
      // Checked with everything else, so that the refusal is a problem.
      requireHostHeader: false,
    },
  });
}

/** Query strings are decoded once, by the endpoint that takes parameters. */
const noQuery = Object.freeze({});

/** The outermost function of a request: whatever happens inside, there is one answer. */
function newServe({
  routes,
  limits,
  corsOrigins,
  vary = [],
  proxies,
  countRefusal,
  observe,
  phase,
}: HttpServerParts) {
  const cors = newCors(corsOrigins, vary);
  const options = {
    findRoute: newRouteTable(routes),
    limits,
    cors,
    clientOf: newClientOf(proxies),
  };
  const write = newReplyWriter({
    compressFromLength: limits.compressFromLength,
    cors,
    vary,
    isDraining: () => phase.draining,
  });
  const refuse = async (exchange: Exchange, thrown: unknown): Promise<void> => {
    const { incoming, response } = exchange;
    // The bytes that followed were no request, which has been answered and observed.
    if (incoming.socket.writableEnded) return;
    const refusal = thrown instanceof KeelsonError ? thrown : failure("internal", { cause: thrown });
    const client = countRefusal && isCallersFault(refusal) ? options.clientOf(incoming) : undefined;
    const error = (client && (await countRefusal?.(client))) ?? refusal;
    observe({
      type: "request.refused",
      door: "http",
      request: shownRequest(incoming),
      requestId: exchange.id,
      error,
    });
    if (response.headersSent || response.destroyed) return void response.destroy();
    if (hasBody(incoming) && !incoming.complete) discard(incoming, limits.maxBodyBytes);
    await write(exchange, problemReply(error, exchange.id));
  };
  return async (exchange: Exchange): Promise<void> => {
    try {
      const reply = await answerRequest(exchange, options);
      if (exchange.response.destroyed) return;
      await write(exchange, reply);
    } catch (thrown) {
      await refuse(exchange, thrown).catch(() => exchange.response.destroy());
    }
  };
}

/** What this server is to blame for, or short of, counts for nobody. */
const isCallersFault = ({ status, code }: KeelsonError): boolean =>
  status < 500 || code === "method_not_implemented";

type Serve = ReturnType<typeof newServe>;

/** Tells of every request when it has ended, however it did. */
function announcing(serve: Serve, { observe, clock }: HttpServerParts): Serve {
  return async (exchange) => {
    const { incoming, response } = exchange;
    const startedMs = clock.monotonicMs();
    const sentBefore = incoming.socket.bytesWritten;
    await serve(exchange);
    observe({
      type: "request.ended",
      door: "http",
      requestId: exchange.id,
      method: incoming.method ?? "",
      target: incoming.url ?? "",
      status: response.headersSent ? response.statusCode : null,
      bytes: response.headersSent ? incoming.socket.bytesWritten - sentBefore : null,
      tookMs: clock.monotonicMs() - startedMs,
    });
  };
}

async function listen(app: FastifyInstance, address: ListenAddress): Promise<string> {
  try {
    return await app.listen({ host: address.host, port: address.port });
  } catch (thrown) {
    throw explainListenError(thrown, address);
  }
}

function refuseTunnel(socket: Socket, { newId, clock, observe }: HttpServerParts): void {
  const requestId = newId();
  const error = failure("method_not_allowed", { headers: { Allow: knownMethods.join(", ") } });
  observe({ type: "request.refused", door: "http", request: "CONNECT", requestId, error });
  socket.on("error", () => socket.destroy());
  endWithProblem(socket, error, { requestId, atMs: clock.now() });
}
