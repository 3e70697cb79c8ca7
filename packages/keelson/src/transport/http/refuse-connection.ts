import type { IncomingMessage, ServerResponse } from "node:http";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../../base/clock.ts";
import { type ErrorCode, failure, type KeelsonError } from "../../base/error.ts";
import type { NewId } from "../../base/id.ts";
import { problemReply } from "./problem.ts";

/** What Node tells about bytes that it could not read as a request. */
export interface ConnectionError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

type PendingAnswer = ServerResponse & { readonly req?: IncomingMessage };

interface OpenSocket extends Socket {
  /** The answer that the connection waits for; Node's own error handler looks at the same. */
  readonly _httpMessage?: PendingAnswer | null;
}

/**
 * Answers bytes that are no request, as a problem like any other, and ends the connection. Says nothing where
 * an answer to an earlier request is under way, since it would be taken for that one: that answer is the last.
 */
export function refuseConnection(
  error: ConnectionError,
  socket: OpenSocket,
  options: { readonly newId: NewId; readonly clock: Clock; readonly maxTargetLength: number },
): KeelsonError | undefined {
  const pending = socket._httpMessage;
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  if (isOccupied(pending)) {
    endAfter(pending, socket);
    return undefined;
  }
  const refusal = failure(codeOf(error, options.maxTargetLength));
  endWithProblem(socket, refusal, {
    requestId: options.newId(),
    atMs: options.clock.now(),
    bare: isHead(error.rawPacket),
  });
  return refusal;
}

/** Writes a problem, or only its head, on a socket that Node's HTTP server has given up, and ends the connection. */
export function endWithProblem(
  socket: Socket,
  error: KeelsonError,
  {
    requestId,
    atMs,
    bare = false,
  }: { readonly requestId: string; readonly atMs: number; readonly bare?: boolean },
): void {
  const { status, contentType, body = "", cacheControl, headers = [] } = problemReply(error, requestId);
  const fields = [
    ["Date", new Date(atMs).toUTCString()],
    ["X-Request-Id", requestId],
    ["Cache-Control", cacheControl],
    ["X-Content-Type-Options", "nosniff"],
    ["Content-Type", contentType],
    ["Content-Length", Buffer.byteLength(body)],
    ["Connection", "close"],
    ...headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : [])),
  ];
  const lines = fields.map(([name, value]) => `${name}: ${value}`);
  const content = bare ? "" : body;
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", content].join("\r\n"), () =>
    socket.destroySoon(),
  );
}

/** Who asks with HEAD would take content for the next answer. */
const isHead = (packet: Buffer | undefined): boolean => packet?.toString("latin1", 0, 5) === "HEAD ";

/** An incomplete request is the one that is wrong, so its answer may still be given; a complete one has its own. */
const isOccupied = (pending: OpenSocket["_httpMessage"]): pending is PendingAnswer =>
  pending != null && (pending.headersSent || pending.req?.complete !== false);

/** Called for every further chunk of what is no request; the first time is enough. */
function endAfter(pending: PendingAnswer, socket: Socket): void {
  if (!pending.shouldKeepAlive) return;
  pending.shouldKeepAlive = false;
  pending.once("close", () => socket.destroySoon());
}

function codeOf(error: ConnectionError, maxTargetLength: number): ErrorCode {
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "request_timeout";
    case "HPE_HEADER_OVERFLOW":
      return isLongTarget(error.rawPacket, maxTargetLength) ? "uri_too_long" : "headers_too_large";
    case "HPE_INVALID_METHOD":
      return isRequestLine(error.rawPacket) ? "method_not_implemented" : "malformed_request";
    default:
      return "malformed_request";
  }
}

/** Node knows the methods that are registered; a request line with any other token is well-formed all the same. */
const isRequestLine = (packet: Buffer | undefined): boolean =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} \S+ HTTP\/1\.[01]\r?\n/.test(packet?.toString("latin1", 0, 4_096) ?? "");

const isLongTarget = (packet: Buffer | undefined, maxTargetLength: number): boolean => {
  const start = packet?.toString("latin1", 0, maxTargetLength + 32) ?? "";
  return /^[A-Z]+ \/\S*$/.test(start);
};
