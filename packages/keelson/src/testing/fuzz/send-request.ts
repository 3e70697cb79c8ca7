import { Agent, type ClientRequest, type IncomingHttpHeaders, request as send } from "node:http";
import { connect } from "node:net";
import { type FuzzRequest, type RawRequest, targetOf } from "./fuzz-request.ts";

/** What came back. */
export interface FuzzAnswer {
  readonly status: number;
  /** Names in lower case; those that may come twice are joined. */
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** No answer came: the connection broke, or nothing was heard for too long. */
export interface NoAnswer {
  readonly broken: string;
}

/** Sends requests over connections that are kept open. */
export interface Sender {
  send(request: FuzzRequest, token: string | undefined): Promise<FuzzAnswer | NoAnswer>;
  /** Everything that came back until the server closed the connection. */
  sendRaw(request: RawRequest): Promise<Buffer | NoAnswer>;
  close(): void;
}

export function newSender(
  url: string,
  { timeoutMs, connections }: { readonly timeoutMs: number; readonly connections: number },
): Sender {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const attempt = (request: FuzzRequest, token: string | undefined): Promise<Attempt> =>
    new Promise((resolve) => {
      const { method, body } = request;
      let outgoing: ClientRequest;
      const broken = (reason: string): void =>
        resolve({
          answer: { broken: reason },
          again: outgoing?.reusedSocket === true && /ECONNRESET|EPIPE|socket hang up/.test(reason),
        });
      try {
        outgoing = send({
          agent,
          hostname,
          port,
          method,
          path: targetOf(request),
          headers: fieldsOf(request, token),
        });
      } catch (thrown) {
        // What Node's client does not send is not for this way.
        return broken(`not sendable: ${(thrown as Error).message}`);
      }
      outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`no answer for ${timeoutMs} ms`)));
      outgoing.on("error", (error: NodeJS.ErrnoException) => broken(error.code ?? error.message));
      outgoing.on("upgrade", (_response, socket) => {
        socket.destroy();
        broken("the server upgraded the connection");
      });
      outgoing.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => broken(error.message));
        response.on("end", () =>
          resolve({
            answer: {
              status: response.statusCode ?? 0,
              headers: response.headers,
              bytes: Buffer.concat(chunks),
            },
            again: false,
          }),
        );
      });
      outgoing.end(body);
    });
  return {
    send: async (request, token) => {
      let tried = await attempt(request, token);
      // An idle connection may have been closed just as it was used.
      for (let tries = 1; tried.again && tries < 3; tries += 1) tried = await attempt(request, token);
      return tried.answer;
    },
    sendRaw: (request) => converse(hostname, Number(port), request.bytes, timeoutMs),
    close: () => agent.destroy(),
  };
}

interface Attempt {
  readonly answer: FuzzAnswer | NoAnswer;
  readonly again: boolean;
}

/** Fields as a flat list, so that one may come twice. */
function fieldsOf({ method, headers, body }: FuzzRequest, token: string | undefined): string[] {
  const fields = headers.flatMap(([name, value]) => [name, latin1(value)]);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if (!names.has("host")) fields.push("Host", "localhost");
  if (token !== undefined && !names.has("authorization")) fields.push("Authorization", `Bearer ${token}`);
  // Given as a list, Node would send chunks.
  if (body !== undefined || !bodiless.has(method))
    fields.push("Content-Length", String(body === undefined ? 0 : Buffer.byteLength(body)));
  return fields;
}

const bodiless = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** Characters of the request's own as bytes, those that no field may hold left out. */
const latin1 = (value: string): string => value.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");

function converse(
  hostname: string,
  port: number,
  bytes: Buffer,
  timeoutMs: number,
): Promise<Buffer | NoAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port, allowHalfOpen: true });
    socket.setTimeout(timeoutMs, () => {
      resolve({
        broken: `the connection was open for ${timeoutMs} ms more; it said ${JSON.stringify(Buffer.concat(chunks).toString("latin1").slice(0, 80))}`,
      });
      socket.destroy();
    });
    socket.on("data", (chunk) => chunks.push(chunk));
    // A server that cuts the connection is part of the conversation.
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.on("close", () => resolve(Buffer.concat(chunks)));
    socket.end(bytes);
  });
}
