import { createServer as createHttpServer, type RequestListener } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Diagnostic } from "../base/diagnostic.ts";
import { failure } from "../base/error.ts";
import { newId } from "../base/id.ts";
import { explainListenError, type ListenAddress } from "../transport/http/listen-error.ts";
import { problemReply } from "../transport/http/problem.ts";

/**
 * The port of the development server. It stays open while workers come and go: a worker listens on a port of its
 * own, and what comes here is passed on to it byte by byte, so that a request meets the same server as in
 * production.
 *
 *   holding: a worker loads or takes over; connections wait
 *   serving: connections go to the worker
 *   refusing: nothing could be loaded; each request is answered with a problem that says why
 */
export interface DevPort {
  readonly url: string;
  hold(): void;
  /** @param port - where the worker listens, on this machine */
  serve(port: number): void;
  refuse(reasons: readonly Diagnostic[]): void;
  close(): void;
}

const loopback = "127.0.0.1";

/** Opens the port, holding. Throws a DiagnosticError when it cannot be had. */
export async function openDevPort(address: ListenAddress): Promise<DevPort> {
  const clients = new Set<Client>();
  let reasons: readonly Diagnostic[] = [];
  const refusing = createHttpServer(refusal(() => reasons));
  let place: (client: Client) => void = () => {};
  const settle = (next: typeof place): void => {
    place = next;
    for (const client of clients) if (client.waiting) place(client);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    const client: Client = { socket, waiting: true, upstream: undefined };
    clients.add(client);
    // Whoever hangs up is gone; there is nobody to tell.
    socket.on("error", () => {});
    socket.on("close", () => {
      clients.delete(client);
      client.upstream?.destroy();
    });
    place(client);
  });
  await listening(server, address);
  return {
    url: urlOf(server, address),
    hold: () => {
      place = () => {};
      for (const client of clients) takeBack(client);
    },
    serve: (port) => settle((client) => join(client, port)),
    refuse: (why) => {
      reasons = why;
      settle((client) => {
        client.waiting = false;
        refusing.emit("connection", client.socket);
        client.socket.resume();
      });
    },
    close: () => {
      server.close();
      for (const { socket } of clients) socket.destroy();
    },
  };
}

interface Client {
  readonly socket: Socket;
  /** Nobody has taken it, so nothing has been read from it. */
  waiting: boolean;
  upstream: Socket | undefined;
}

/** Connects a client with a worker until either ends. */
function join(client: Client, port: number): void {
  const { socket } = client;
  const upstream = connect({ host: loopback, port, allowHalfOpen: true, noDelay: true });
  client.waiting = false;
  client.upstream = upstream;
  upstream.once("connect", () => {
    if (client.upstream !== upstream) return;
    socket.pipe(upstream);
    upstream.pipe(socket);
  });
  upstream.on("error", () => {});
  upstream.on("close", (hadError) => {
    if (client.upstream !== upstream) return;
    // The worker went as the connection was made: the next one answers it.
    if (hadError && socket.bytesRead === 0 && upstream.bytesRead === 0) client.waiting = true;
    else if (hadError) socket.destroy();
  });
}

/** Browsers open connections in advance; an unused one must not keep a worker from ending, and goes to the next. */
function takeBack(client: Client): void {
  const { socket, upstream } = client;
  if (upstream === undefined || socket.bytesRead > 0 || upstream.bytesRead > 0) return;
  client.upstream = undefined;
  client.waiting = true;
  socket.unpipe();
  socket.pause();
  upstream.destroy();
}

const refusal =
  (reasonsOf: () => readonly Diagnostic[]): RequestListener =>
  (_incoming, response) => {
    const detail = "Nothing is served: the declarations could not be loaded. The terminal shows the same.";
    const error = failure("unavailable", {
      detail,
      headers: { "Retry-After": "1" },
      members: { diagnostics: reasonsOf() },
    });
    const reply = problemReply(error, newId());
    response.writeHead(reply.status, [
      ...(reply.headers ?? []),
      ...[
        "Content-Type",
        reply.contentType ?? "",
        "Cache-Control",
        reply.cacheControl,
        "Connection",
        "close",
      ],
    ]);
    response.end(reply.body);
  };

function listening(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(explainListenError(error, address)));
    server.listen(address.port, address.host, resolve);
  });
}

function urlOf(server: Server, { host }: ListenAddress): string {
  const bound = server.address() as { readonly port: number };
  const any = host === "0.0.0.0" || host === "::";
  const name = any ? loopback : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${bound.port}`;
}
