import {
  brotliCompressSync,
  brotliDecompressSync,
  gunzipSync,
  gzipSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type OpenDoor, openDoor, recordOutcome, someId } from "../open-door.ts";

const maxBodyBytes = 20_000;
let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({ options: { maxBodyBytes } });
});
afterAll(() => door.close());
beforeEach(() => {
  door.envelopes.length = 0;
  door.outcome = recordOutcome();
});

const item = `/v1/orders/${someId}`;

describe("Accept", () => {
  test.each([
    undefined,
    "",
    "*/*",
    "application/json",
    "application/*",
    "text/html, application/json;q=0.5",
    "text/html,*/*;q=0.1",
    "APPLICATION/JSON",
    "application/json;charset=utf-8",
    "application/problem+json, application/json",
  ])("%s leaves room", async (accept) => {
    const headers = accept === undefined ? {} : { accept };
    expect((await door.send("GET", item, { headers })).status).toBe(200);
  });

  test.each([
    "text/html",
    "application/xml, text/*",
    "application/json;q=0",
    "application/json;q=0, */*",
    "*/*, application/*;q=0",
    "application/json;q=2",
    "application/jsonp",
    "json",
  ])("%s does not", async (accept) => {
    const answer = await door.send("GET", item, { headers: { accept } });
    expect(answer.status).toBe(406);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(door.envelopes).toHaveLength(0);
  });

  test("a change is refused before it is made", async () => {
    const answer = await door.sendJson("PATCH", item, {}, { accept: "text/html" });
    expect(answer.status).toBe(406);
    expect(door.envelopes).toHaveLength(0);
  });
});

describe("answers are compressed", () => {
  const json = JSON.stringify({ note: "é".repeat(2_000) });
  const codings = [
    ["gzip", "-gz", gunzipSync],
    ["br", "-br", brotliDecompressSync],
    ["zstd", "-zst", zstdDecompressSync],
  ] as const;

  test.each(codings)("%s", async (coding, suffix, decompress) => {
    door.outcome = recordOutcome({ json });
    const headers = { "accept-encoding": coding };
    const answer = await door.send("GET", item, { headers });
    expect(decompress(answer.bytes).toString()).toBe(json);
    expect(answer.bytes.length).toBeLessThan(500);
    expect(answer.headers).toMatchObject({
      "content-encoding": coding,
      etag: `"7${suffix}"`,
      "content-length": String(answer.bytes.length),
    });
    const head = await door.send("HEAD", item, { headers });
    expect(head.bytes).toHaveLength(0);
    expect(head.headers).toMatchObject({ "content-encoding": coding, etag: `"7${suffix}"` });
    const again = await door.send("GET", item, { headers: { ...headers, "if-none-match": `"7${suffix}"` } });
    expect([again.status, again.headers.etag]).toEqual([304, `"7${suffix}"`]);
  });

  test.each([
    ["gzip, br, zstd", "zstd"],
    ["gzip, deflate, br", "br"],
    ["gzip;q=1, br;q=0.5", "gzip"],
    ["*", "zstd"],
    ["*, zstd;q=0", "br"],
    ["zstd;q=0, gzip", "gzip"],
    ["identity;q=0.5, gzip", "gzip"],
    ["identity, gzip;q=0.5", undefined],
    ["deflate", undefined],
    ["gzip;q=0", undefined],
    ["", undefined],
    ["identity", undefined],
    ["GZIP", "gzip"],
    ["gzip;q=nonsense", undefined],
  ])("Accept-Encoding: %s", async (acceptEncoding, coding) => {
    door.outcome = recordOutcome({ json });
    const answer = await door.send("GET", item, { headers: { "accept-encoding": acceptEncoding } });
    expect(answer.headers["content-encoding"]).toBe(coding);
    expect(answer.headers.vary).toContain("Accept-Encoding");
    if (coding === undefined) expect(answer.text).toBe(json);
  });

  test("short ones are not", async () => {
    const answer = await door.send("GET", item, { headers: { "accept-encoding": "gzip" } });
    expect(answer.headers).not.toHaveProperty("content-encoding");
    expect(answer.headers.etag).toBe('"7"');
  });
});

describe("bodies", () => {
  const send = (body: Uint8Array, coding: string) =>
    door.send("POST", "/v1/orders", {
      body,
      headers: { "content-type": "application/json", "content-encoding": coding },
    });
  const text = JSON.stringify({ note: "n".repeat(1_000) });

  test.each<[string, Uint8Array]>([
    ["gzip", gzipSync(text)],
    ["br", brotliCompressSync(text)],
    ["zstd", zstdCompressSync(text)],
    ["GZip", gzipSync(text)],
    ["identity", Buffer.from(text)],
  ])("in %s", async (coding, body) => {
    expect((await send(body, coding)).status).toBe(200);
    expect(JSON.stringify(door.envelopes[0]?.input)).toBe(text);
  });

  test("in another coding: told which are taken", async () => {
    for (const coding of ["deflate", "gzip, gzip", "x"]) {
      const answer = await send(Buffer.from(text), coding);
      expect([answer.status, answer.headers["accept-encoding"]]).toEqual([415, "zstd, br, gzip"]);
    }
  });

  test("in a broken coding", async () => {
    for (const coding of ["gzip", "br", "zstd"]) {
      expect((await send(Buffer.from("not compressed"), coding)).json).toMatchObject({
        status: 400,
        code: "malformed_request",
      });
    }
    expect((await send(gzipSync(text).subarray(0, 20), "gzip")).status).toBe(400);
  });

  test("a small body cannot unfold into a large one", async () => {
    const bomb = Buffer.alloc(maxBodyBytes * 1_000, " ");
    for (const [coding, body] of [
      ["gzip", gzipSync(bomb)],
      ["br", brotliCompressSync(bomb)],
      ["zstd", zstdCompressSync(bomb)],
    ] as const) {
      const answer = await send(body, coding);
      expect([answer.status, answer.json.code]).toEqual([413, "body_too_large"]);
    }
  });

  test("exactly the limit is taken, one byte more is not, announced or not", async () => {
    const sized = (bytes: number) => `"${"x".repeat(bytes - 2)}"`;
    expect(
      (
        await door.send("POST", "/v1/orders", {
          body: sized(maxBodyBytes),
          headers: { "content-type": "application/json" },
        })
      ).status,
    ).toBe(200);
    expect(
      (
        await door.send("POST", "/v1/orders", {
          body: sized(maxBodyBytes + 1),
          headers: { "content-type": "application/json" },
        })
      ).status,
    ).toBe(413);
    const chunked = `POST /v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${(maxBodyBytes + 1).toString(16)}\r\n${sized(maxBodyBytes + 1)}\r\n0\r\n\r\n`;
    expect(await door.raw(chunked)).toMatch(/^HTTP\/1\.1 413 /);
    expect(door.envelopes).toHaveLength(1);
  });

  test("a refused upload still reads its refusal, and the connection lives on", async () => {
    const rest = Buffer.alloc(maxBodyBytes * 4, "x");
    const start = `POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${rest.length}\r\n\r\n`;
    const received = await door.raw(
      start,
      rest,
      "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received).toContain("HTTP/1.1 200 OK");
  });

  test("a sender that does not stop is cut off", async () => {
    const rest = Buffer.alloc(maxBodyBytes * 40, "x");
    const start = `POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: ${rest.length}\r\n\r\n`;
    const received = await door.raw(
      start,
      rest,
      "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    expect(received).not.toContain("HTTP/1.1 200 OK");
  });

  test("where none is taken, one is refused", async () => {
    for (const method of ["GET", "HEAD", "DELETE"]) {
      const answer = await door.send(method, item, {
        body: "{}",
        headers: { "content-type": "application/json" },
      });
      expect(answer.status).toBe(400);
    }
    expect((await door.send("GET", item, { headers: { "content-length": "0" } })).status).toBe(200);
  });

  test("a body is only asked for when it may come", async () => {
    const head = (path: string, type: string) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: ${type}\r\nContent-Length: 2\r\n\r\n`;
    expect(await door.raw(head("/v1/orders", "application/json"), "{}")).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/,
    );
    expect(await door.raw(head("/v1/orders", "text/plain"), "{}")).toMatch(/^HTTP\/1\.1 415/);
    expect(await door.raw(head("/nowhere", "application/json"), "{}")).toMatch(/^HTTP\/1\.1 404/);
    const odd = head("/v1/orders", "application/json").replace("100-continue", "something-else");
    expect(await door.raw(odd, "{}")).toMatch(/^HTTP\/1\.1 200/);
  });
});
