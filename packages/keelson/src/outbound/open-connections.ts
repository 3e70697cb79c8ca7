import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import type { StartTimer } from "../base/timer.ts";
import type { IncomingAnswer, OutgoingRequest, Send } from "./outgoing-request.ts";
import { SendFailure } from "./send-failure.ts";

export interface ConnectionOptions {
  /** Scheme, host and port. */
  readonly origin: URL;
  readonly connectTimeoutMs: number;
  readonly startTimer: StartTimer;
  /** How names become addresses. @defaultValue as the machine does it */
  readonly lookup?: LookupFunction;
}

/** Connections to one service, which are kept open and used again. */
export interface Connections {
  readonly send: Send;
  close(): void;
}

/** Shorter than most servers wait: a request on a connection that is being closed is lost. */
const idleMs = 4_000;

/**
 * Connections that are this service's own: what one of them does to a slow server takes nothing from others. Node's
 * HTTP client, since its `fetch` has neither a time limit for connecting nor a say in which address is connected to.
 *
 * A request begins without a connection, is under way once there is one, and ends exactly once: with a whole answer,
 * a {@link SendFailure}, or its signal. Whatever ends it early also ends its connection. Nothing is followed, unpacked
 * or kept.
 */
export function openConnections(options: ConnectionOptions): Connections {
  const { origin } = options;
  const isSecure = origin.protocol === "https:";
  const agent = new (isSecure ? https.Agent : http.Agent)({
    keepAlive: true,
    timeout: idleMs,
    scheduling: "lifo",
    ...(options.lookup ? { lookup: options.lookup } : {}),
  });
  const begin = (request: OutgoingRequest): ClientRequest =>
    (isSecure ? https : http).request({
      agent,
      protocol: origin.protocol,
      // A URL writes IPv6 addresses in brackets.
      hostname: origin.hostname.replace(/^\[|\]$/g, ""),
      port: origin.port,
      method: request.method,
      path: request.target,
      headers: {
        ...request.headers,
        "accept-encoding": "identity",
        ...(request.body === undefined ? {} : { "content-length": Buffer.byteLength(request.body) }),
      },
    });
  return {
    send: (request) =>
      exchange(request, begin, { ...options, readyEvent: isSecure ? "secureConnect" : "connect" }),
    close: () => agent.destroy(),
  };
}

function exchange(
  request: OutgoingRequest,
  begin: (request: OutgoingRequest) => ClientRequest,
  parts: ConnectionOptions & { readonly readyEvent: string },
): Promise<IncomingAnswer> {
  const { signal } = request;
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let connected = false;
    const outgoing = begin(request);
    const end = (failure: unknown): void => {
      settle();
      reject(failure);
      outgoing.destroy();
    };
    const onAbort = (): void => end(signal.reason);
    const stopTimer = parts.startTimer(parts.connectTimeoutMs, () =>
      end(new SendFailure("unreachable", `no connection within ${parts.connectTimeoutMs} ms`)),
    );
    const onConnected = (): void => {
      connected = true;
      stopTimer();
    };
    const settle = (): void => {
      stopTimer();
      signal.removeEventListener("abort", onAbort);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    outgoing.on("socket", (socket) => {
      if (outgoing.reusedSocket || !socket.connecting) onConnected();
      else socket.once(parts.readyEvent, onConnected);
    });
    // Also after the end: what a destroyed connection still says is of no interest, and must not go unheard.
    outgoing.on("error", (error) =>
      end(new SendFailure(connected ? "broken" : "unreachable", faultText(error), { cause: error })),
    );
    outgoing.on("response", (incoming) => {
      readAnswer(incoming, request.maxAnswerBytes).then((answer) => {
        settle();
        resolve(answer);
      }, end);
    });
    outgoing.end(request.body);
  });
}

/** Without the address, which may be nobody's business, but with the word that tells one cause from another. */
const faultText = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;

function readAnswer(incoming: IncomingMessage, maxBytes: number): Promise<IncomingAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const tooLarge = (): void => {
      incoming.pause();
      reject(new SendFailure("tooLarge", `the answer has more than ${maxBytes} bytes`));
    };
    if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return tooLarge();
    incoming.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) return tooLarge();
      chunks.push(chunk);
    });
    const broken = (cause?: unknown): void =>
      reject(new SendFailure("broken", "the connection was lost during the answer", { cause }));
    incoming.on("error", broken);
    incoming.on("close", () => {
      if (!incoming.complete) broken();
    });
    incoming.on("end", () => {
      if (incoming.complete)
        resolve({
          status: incoming.statusCode ?? 0,
          headers: textHeaders(incoming.headers),
          body: Buffer.concat(chunks, length),
        });
    });
  });
}

const textHeaders = (headers: IncomingMessage["headers"]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );
