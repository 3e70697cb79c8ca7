import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { DiagnosticError } from "../../../src/base/diagnostic.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import { doorModel } from "../door-model.ts";
import { type OpenDoor, openDoor, recordOutcome, someId } from "../open-door.ts";

const open: OpenDoor[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((door) => door.close()));
});

async function newDoor(options: Parameters<typeof openDoor>[0] = {}): Promise<OpenDoor> {
  const door = await openDoor(options);
  open.push(door);
  return door;
}

const item = `/v1/orders/${someId}`;
const get = `GET ${item} HTTP/1.1\r\nHost: x\r\n\r\n`;
const problem = (status: number, code: string) =>
  new RegExp(
    `^HTTP/1\\.1 ${status} [\\s\\S]*Content-Type: application/problem\\+json\\r\\n[\\s\\S]*"status":${status},"code":"${code}","requestId":"`,
  );

describe("bytes that are no request", () => {
  test.each<[string, string | Uint8Array, number, string]>([
    ["nonsense", "hello\r\n\r\n", 400, "malformed_request"],
    ["a TLS greeting", Uint8Array.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]), 400, "malformed_request"],
    ["HTTP/2 without upgrade", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed_request"],
    ["another version", `GET ${item} HTTP/3.7\r\nHost: x\r\n\r\n`, 400, "malformed_request"],
    [
      "a space in a field name",
      `GET ${item} HTTP/1.1\r\nHost: x\r\nX Y: 1\r\n\r\n`,
      400,
      "malformed_request",
    ],
    ["a space before the colon", `GET ${item} HTTP/1.1\r\nHost : x\r\n\r\n`, 400, "malformed_request"],
    [
      "a control character in a field",
      `GET ${item} HTTP/1.1\r\nHost: x\r\nX: a\u0001b\r\n\r\n`,
      400,
      "malformed_request",
    ],
    ["a folded field", `GET ${item} HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n`, 400, "malformed_request"],
    ["a bare line feed", `GET ${item} HTTP/1.1\nHost: x\n\n`, 400, "malformed_request"],
    [
      "two lengths",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
      400,
      "malformed_request",
    ],
    [
      "a length and chunks",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "malformed_request",
    ],
    [
      "chunks and a length",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
      400,
      "malformed_request",
    ],
    [
      "a coding that is not chunked",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
      400,
      "malformed_request",
    ],
    [
      "a coding in disguise",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
      400,
      "malformed_request",
    ],
    [
      "a negative length",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      400,
      "malformed_request",
    ],
    [
      "a length with a plus",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}",
      400,
      "malformed_request",
    ],
    [
      "a chunk without a size",
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      400,
      "malformed_request",
    ],
    [
      "fields that are too large",
      `GET ${item} HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
  ])("%s", async (_name, bytes, status, code) => {
    const door = await newDoor();
    const received = await door.raw(bytes);
    expect(received).toMatch(problem(status, code));
    expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(received).toContain("Connection: close");
    expect(door.envelopes).toHaveLength(0);
    expect(door.observed).toMatchObject([{ type: "request.refused", error: { code } }]);
    expect((await door.send("GET", "/livez")).status).toBe(200);
  });

  test("what follows a good request does not disturb its answer, which is the last", async () => {
    const door = await newDoor();
    for (const more of ["", "Connection: close\r\n"]) {
      const received = await door.raw(
        `GET ${item} HTTP/1.1\r\nHost: x\r\n${more}\r\ngarbage\r\n\r\n`,
        "more garbage\r\n",
      );
      expect(received).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close/);
      expect(received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    }
    expect((await door.send("GET", "/livez")).status).toBe(200);
  });

  test("requests in one packet are answered in order", async () => {
    const door = await newDoor();
    door.outcome = async ({ read }) => {
      if (read?.fields?.[0] === "slow") await new Promise((resolve) => setTimeout(resolve, 50));
      return recordOutcome({ json: `"${read?.fields?.[0]}"` });
    };
    const ask = (name: string, more = "") => `GET ${item}?fields=${name} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const received = await door.raw(ask("slow") + ask("fast") + ask("last", "Connection: close\r\n"));
    expect(received.match(/"(slow|fast|last)"/g)).toEqual(['"slow"', '"fast"', '"last"']);
  });

  test("a caller that hangs up ends its call, and nothing else", async () => {
    const door = await newDoor();
    const ended = new Promise<boolean>((resolve) => {
      door.outcome = ({ signal }) =>
        new Promise((answer) => {
          signal?.addEventListener("abort", () => {
            resolve(signal.aborted);
            answer(recordOutcome());
          });
        });
    });
    const socket = connect(door.port, "127.0.0.1");
    socket.write(get);
    while (door.envelopes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    expect(await ended).toBe(true);
    expect((await door.send("GET", "/livez")).status).toBe(200);
  });

  test("a call that has been answered is not aborted afterwards", async () => {
    const door = await newDoor();
    await door.send("GET", item);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(door.envelopes[0]?.signal?.aborted).toBe(false);
  });

  test("a body that breaks off is no request", async () => {
    const door = await newDoor();
    const socket = connect(door.port, "127.0.0.1");
    socket.write(
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    while (door.observed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(door.observed).toMatchObject([{ error: { code: "malformed_request" } }]);
    expect(door.envelopes).toHaveLength(0);
  });
});

describe("time limits", () => {
  test("a request that does not arrive is 408", async () => {
    const door = await newDoor({ options: { headersTimeoutMs: 150, requestTimeoutMs: 300 } });
    expect(await door.raw("GET /livez HTTP/1.1\r\nHost: x\r\n")).toMatch(problem(408, "request_timeout"));
    const body =
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    expect(await door.raw(body)).toMatch(problem(408, "request_timeout"));
    expect(door.envelopes).toHaveLength(0);
  });
});

describe("draining", () => {
  const idle = async (port: number): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
    return socket;
  };

  test("what is in progress is finished, what is idle is closed, nothing new is accepted", async () => {
    const door = await openDoor();
    let answer = (): void => {};
    door.outcome = () =>
      new Promise((resolve) => {
        answer = () => resolve(recordOutcome());
      });
    const sleeper = await idle(door.port);
    const slept = once(sleeper, "close");
    const working = door.raw(get);
    while (door.envelopes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const closing = door.close();
    await slept;
    await expect(door.send("GET", "/livez")).rejects.toThrow("ECONNREFUSED");
    answer();
    expect(await working).toMatch(/^HTTP\/1\.1 200 [\s\S]*Connection: close/);
    await closing;
  });

  test("a request on an open connection is answered, and ends it", async () => {
    const door = await openDoor();
    let answer = (): void => {};
    door.outcome = () =>
      new Promise((resolve) => {
        answer = () => resolve(recordOutcome());
      });
    const working = door.raw(`${get}GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n`);
    while (door.envelopes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const closing = door.close();
    answer();
    const received = await working;
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
    await closing;
  });

  test("it does not wait for ever", async () => {
    const door = await openDoor({ options: { drainTimeoutMs: 50 } });
    door.outcome = () => new Promise(() => {});
    const working = door.raw(get);
    while (door.envelopes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await door.close();
    expect(await working).toBe("");
  });
});

describe("addresses that cannot be had", () => {
  const listen = (host: string, port: number) =>
    createHttpServer({ model: doorModel, run: async () => recordOutcome(), observe: () => {} }).listen({
      host,
      port,
    });

  test("a port in use is one clear line", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const refused = await listen("127.0.0.1", port).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DiagnosticError);
    expect((refused as DiagnosticError).diagnostics).toMatchObject([
      { code: "port-in-use", where: `127.0.0.1:${port}` },
    ]);
    other.close();
  });

  test("an address of another machine", async () => {
    const refused = await listen("192.0.2.1", 0).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DiagnosticError);
    expect((refused as DiagnosticError).diagnostics).toMatchObject([{ code: "unknown-address" }]);
  });
});
