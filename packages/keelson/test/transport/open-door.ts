import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import type { AppModel } from "../../src/model/app-model.ts";
import type { Observation } from "../../src/observe/observation.ts";
import type { Envelope } from "../../src/operation/envelope.ts";
import type { Outcome, RecordOutcome } from "../../src/operation/outcome.ts";
import { createHttpServer, type HttpServerOptions } from "../../src/transport/create-http-server.ts";
import { doorModel } from "./door-model.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body as JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

/** A real server whose pipeline is replaced by what the door is promised: envelopes in, outcomes out. */
export interface OpenDoor {
  readonly port: number;
  readonly envelopes: Envelope[];
  readonly observed: Observation[];
  /** What the next calls end with. */
  outcome: Outcome | ((envelope: Envelope) => Outcome | Promise<Outcome>);
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Sends JSON. */
  sendJson(method: string, path: string, value: unknown, headers?: Sent["headers"]): Promise<Answer>;
  /** Writes bytes on a connection and gives everything that came back until it ended. */
  raw(...chunks: readonly (string | Uint8Array)[]): Promise<string>;
  close(): Promise<void>;
}

export const someId = "0190c5a2-7b2c-7d3e-8f4a-1b2c3d4e5f60";

/** A record as the pipeline gives it. */
export const recordOutcome = (part: Partial<RecordOutcome> = {}): RecordOutcome => ({
  ok: true,
  kind: "record",
  json: `{"id":"${someId}","note":"ü"}`,
  id: someId,
  version: 7,
  created: false,
  composed: false,
  ...part,
});

export async function openDoor(
  parts: Partial<Omit<HttpServerOptions, "run" | "observe">> & { readonly model?: AppModel } = {},
): Promise<OpenDoor> {
  const envelopes: Envelope[] = [];
  const observed: Observation[] = [];
  const server = createHttpServer({
    model: doorModel,
    ...parts,
    observe: (observation) => void observed.push(observation),
    run: async (envelope) => {
      envelopes.push(envelope);
      return typeof door.outcome === "function" ? door.outcome(envelope) : door.outcome;
    },
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const port = Number(new URL(url).port);
  const send: OpenDoor["send"] = (method, path, sent = {}) => exchange(port, method, path, sent);
  const door: OpenDoor = {
    port,
    envelopes,
    observed,
    outcome: recordOutcome(),
    send,
    sendJson: (method, path, value, headers) =>
      send(method, path, {
        body: JSON.stringify(value),
        headers: { "content-type": "application/json", ...headers },
      }),
    raw: (...chunks) => converse(port, chunks),
    close: () => server.close(),
  };
  return door;
}

function exchange(port: number, method: string, path: string, { headers, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const outgoing = request({
      port,
      host: "127.0.0.1",
      method,
      path,
      agent: false,
      headers: { ...length, ...headers } as Record<string, string | string[]>,
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          text: bytes.toString(),
          get json() {
            return JSON.parse(bytes.toString());
          },
        });
      });
    });
    outgoing.end(body);
  });
}

function converse(port: number, chunks: readonly (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    // A server that cuts the connection is part of the conversation.
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    for (const chunk of chunks) socket.write(chunk);
    socket.setTimeout(8_000, () => socket.destroy());
  });
}
