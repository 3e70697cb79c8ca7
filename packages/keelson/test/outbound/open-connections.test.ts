import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { openConnections } from "../../src/outbound/open-connections.ts";
import { manualTimers } from "../support/manual-timers.ts";
import { json, upstreamServer } from "../support/upstream-server.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const connectTimeoutMs = 2_000;

async function connected(handle: Parameters<typeof upstreamServer>[0]) {
  const server = await upstreamServer(handle);
  const timers = manualTimers();
  const connections = openConnections({
    origin: server.url,
    connectTimeoutMs,
    startTimer: timers.startTimer,
  });
  open.push(server, connections);
  const send = (given: Partial<Parameters<typeof connections.send>[0]> = {}) =>
    connections.send({
      method: "GET",
      target: "/",
      headers: {},
      maxAnswerBytes: 1_000,
      signal: new AbortController().signal,
      ...given,
    });
  return { server, timers, connections, send };
}

describe("a request", () => {
  test("goes out whole, and its answer comes in whole", async () => {
    const { send, server } = await connected((_request, response) => {
      response.setHeader("x-several", ["a", "b"]);
      json(response, 201, { word: "Größe" });
    });
    const answer = await send({
      method: "POST",
      target: "/a%2Fb?c=d",
      headers: { "x-own": "1" },
      body: '"ü"',
    });
    expect(answer).toMatchObject({ status: 201, headers: { "x-several": "a, b" } });
    expect(JSON.parse(answer.body.toString())).toEqual({ word: "Größe" });
    expect(server.requests).toMatchObject([
      { method: "POST", target: "/a%2Fb?c=d", body: '"ü"', headers: { "x-own": "1", "content-length": "4" } },
    ]);
  });

  test("uses a connection again", async () => {
    const { send, server, timers } = await connected((_request, response) => json(response, 200, {}));
    await send();
    await send();
    expect(server.connections()).toBe(1);
    expect(timers.running()).toEqual([]);
  });

  test("does not follow", async () => {
    const { send, server } = await connected((_request, response) => {
      response.writeHead(307, { location: "http://169.254.169.254/" }).end();
    });
    expect((await send()).status).toBe(307);
    expect(server.requests).toHaveLength(1);
  });
});

describe("a request fails", () => {
  test("where nobody listens: nothing was sent", async () => {
    const { send, server } = await connected(() => {});
    await server.close();
    await expect(send()).rejects.toMatchObject({
      fault: "unreachable",
      unsent: true,
      message: "ECONNREFUSED",
    });
  });

  test("where no connection comes about in time", async () => {
    // The lookup never answers: as far as a connection goes, that is the same as a packet that is dropped.
    const timers = manualTimers();
    const connections = openConnections({
      origin: new URL("http://nowhere.example.com"),
      connectTimeoutMs,
      startTimer: timers.startTimer,
      lookup: () => {},
    });
    open.push(connections);
    const { signal } = new AbortController();
    const sending = connections.send({ method: "GET", target: "/", headers: {}, maxAnswerBytes: 1, signal });
    const failed = expect(sending).rejects.toMatchObject({ fault: "unreachable", unsent: true });
    await timers.fire(connectTimeoutMs);
    await failed;
  });

  test("where a server does not speak TLS", async () => {
    const server = await upstreamServer(() => {});
    const { startTimer } = manualTimers();
    const origin = new URL(`https://127.0.0.1:${server.port}`);
    const connections = openConnections({ origin, connectTimeoutMs, startTimer });
    open.push(server, connections);
    const { signal } = new AbortController();
    await expect(
      connections.send({ method: "GET", target: "/", headers: {}, maxAnswerBytes: 1, signal }),
    ).rejects.toMatchObject({ fault: "unreachable" });
    expect(server.requests).toEqual([]);
  });

  test("where the connection is cut before the answer", async () => {
    const { send } = await connected((_request, _response, socket) => socket.resetAndDestroy());
    await expect(send()).rejects.toMatchObject({ fault: "broken", unsent: false });
  });

  test("where the connection is cut within the answer", async () => {
    const { send } = await connected((_request, response, socket) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => socket.resetAndDestroy());
    });
    await expect(send()).rejects.toMatchObject({ fault: "broken" });
  });

  test("where the answer ends too early", async () => {
    const { send } = await connected((_request, response, socket) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => socket.end());
    });
    await expect(send()).rejects.toMatchObject({ fault: "broken" });
  });

  test("where chunks end too early", async () => {
    const { send } = await connected((_request, response, socket) => {
      response.writeHead(200);
      response.write("half", () => socket.end());
    });
    await expect(send()).rejects.toMatchObject({ fault: "broken" });
  });

  test("where what comes is not HTTP", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.end("220 mail.example.com ready\r\n");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const { startTimer } = manualTimers();
    const connections = openConnections({
      origin: new URL(`http://127.0.0.1:${port}`),
      connectTimeoutMs,
      startTimer,
    });
    open.push({ close: () => server.close() }, connections);
    const { signal } = new AbortController();
    await expect(
      connections.send({ method: "GET", target: "/", headers: {}, maxAnswerBytes: 100, signal }),
    ).rejects.toMatchObject({ fault: "broken" });
  });

  test.each([
    ["says so", { "content-length": "1001" }],
    ["does not say so", {}],
  ])("where the answer is too large and %s", async (_how, headers) => {
    const { send } = await connected((_request, response) => {
      response.writeHead(200, headers);
      response.end(Buffer.alloc(1_001));
    });
    await expect(send()).rejects.toMatchObject({ fault: "tooLarge" });
    await expect(send()).rejects.toMatchObject({ fault: "tooLarge" });
  });

  test("where the answer would never end", async () => {
    const { send } = await connected((_request, response) => {
      response.on("error", () => {});
      const more = (): void => {
        if (!response.destroyed) response.write(Buffer.alloc(500), () => setImmediate(more));
      };
      more();
    });
    await expect(send()).rejects.toMatchObject({ fault: "tooLarge" });
  });

  test("where it is aborted, with the reason of that, and its connection ends", async () => {
    const { send, server } = await connected(() => {});
    const waiting = new AbortController();
    const sending = send({ signal: waiting.signal });
    const failed = expect(sending).rejects.toThrow("enough");
    await server.received(1);
    waiting.abort(new Error("enough"));
    await failed;
  });

  test("where it is aborted within the answer", async () => {
    const { send, server } = await connected((_request, response) => {
      response.writeHead(200);
      response.write("half");
    });
    const waiting = new AbortController();
    const failed = expect(send({ signal: waiting.signal })).rejects.toThrow("enough");
    await server.received(1);
    waiting.abort(new Error("enough"));
    await failed;
  });

  test("where it was aborted before, without being sent", async () => {
    const { send, server } = await connected((_request, response) => json(response, 200, {}));
    await expect(send({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(server.connections()).toBe(0);
  });
});
