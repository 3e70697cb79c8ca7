import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface ReceivedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Handle = (request: ReceivedRequest, response: ServerResponse, socket: Socket) => void;

/** Another service: answers on a port of its own as a test wants it. */
export async function upstreamServer(handle: Handle) {
  const requests: ReceivedRequest[] = [];
  const arrivals: (() => void)[] = [];
  let connections = 0;
  const server = createServer(async (incoming, response) => {
    response.on("error", () => {});
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { method = "", url: target = "", headers } = incoming;
    const request = { method, target, headers, body: Buffer.concat(chunks).toString() };
    requests.push(request);
    handle(request, response, incoming.socket);
    for (const arrived of arrivals.splice(0)) arrived();
  });
  server.on("connection", (socket) => {
    connections += 1;
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    port,
    requests,
    connections: () => connections,
    /** Waits until so many requests have come. */
    received: async (count: number): Promise<void> => {
      while (requests.length < count) await new Promise<void>((resolve) => arrivals.push(resolve));
    },
    close: async (): Promise<void> => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};
