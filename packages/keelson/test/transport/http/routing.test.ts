import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DiagnosticError } from "../../../src/base/diagnostic.ts";
import { newRouteTable } from "../../../src/transport/http/route-table.ts";
import { type OpenDoor, openDoor, recordOutcome, someId } from "../open-door.ts";

let door: OpenDoor;
let ready = true;
beforeAll(async () => {
  door = await openDoor({ ready: () => ready, openapi: () => '{"openapi":"3.1.2"}' });
});
afterAll(() => door.close());
beforeEach(() => {
  door.envelopes.length = 0;
  door.observed.length = 0;
  door.outcome = recordOutcome();
});

const item = `/v1/orders/${someId}`;

describe("paths exist in one form", () => {
  test.each([
    "/",
    "/v1",
    "/v1/",
    "/v1/order",
    "/v1/Orders",
    "/V1/orders",
    "/v1/orders/",
    `${item}/`,
    "//v1/orders",
    "/v1//orders",
    "/v1/./orders",
    "/v1/x/../orders",
    "/v1/..",
    "/v1/%6frders",
    "/v1/orders%2F1",
    "/v1%2forders",
    `${item}%00`,
    `${item}%20`,
    `${item};a=b`,
    "/v1/orders/.",
    "/v1/orders/.hidden",
    "/v1/%2e%2e/orders",
    `${item}/pay/x`,
    `${item}/Pay`,
    "/v1/complaints/query",
    "/__proto__",
    "/v1/constructor",
    "/livez/",
    "/v1/orders%3Flimit=1",
  ])("%s is no path", async (path) => {
    const answer = await door.send("GET", path);
    expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(door.envelopes).toHaveLength(0);
  });

  test.each(["/v1/%", "/v1/%zz", "/v1/%ff", "/v1/%c3%28", "/v1/%u0041", "/%E0%A4%A"])(
    "%s is malformed",
    async (path) => {
      expect((await door.send("GET", path)).json).toMatchObject({ status: 400, code: "malformed_request" });
    },
  );

  test.each(["/v1/orders/\u00e9", "/v1/orders?status=\u00e9", "x", "?", "*", "http:", "/a\\b"])(
    "the target %j is malformed or nowhere",
    async (target) => {
      const received = await door.raw(
        Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      );
      expect(received).toMatch(/^HTTP\/1\.1 40[04] [\s\S]*application\/problem\+json/);
    },
  );

  test("the absolute form of a target is understood", async () => {
    for (const target of [`http://example.com${item}`, `HTTPS://example.com:8443${item}?fields=id`]) {
      expect(await door.raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 200 /,
      );
    }
    expect(await door.raw("GET http://example.com HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 404 /,
    );
    expect(
      await door.raw("GET http://example.com?x=/v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    ).toMatch(/^HTTP\/1\.1 404 /);
  });

  test("a target that is too long", async () => {
    const long = await door.send("GET", `/v1/orders?status=${"x".repeat(8_200)}`);
    expect([long.status, long.json.code]).toEqual([414, "uri_too_long"]);
    expect(await door.raw(`GET /${"x".repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 414 /,
    );
    expect((await door.send("GET", `/v1/orders?status=${"x".repeat(8_000)}`)).status).toBe(200);
  });
});

describe("methods", () => {
  test.each([
    ["/v1/orders", "GET, HEAD, OPTIONS, POST, QUERY"],
    ["/v1/orders/query", "OPTIONS, POST"],
    [item, "DELETE, GET, HEAD, OPTIONS, PATCH"],
    [`${item}/pay`, "OPTIONS, POST"],
    [`${item}/latest`, "GET, HEAD, OPTIONS, POST, QUERY"],
    ["/v1/orders/summary", "GET, HEAD, OPTIONS, POST, QUERY"],
    ["/v1/rebuild-index", "OPTIONS, POST"],
    ["/v1/customers", "GET, HEAD, OPTIONS, QUERY"],
    ["/v1/complaints", "OPTIONS, POST"],
    ["/livez", "GET, HEAD, OPTIONS"],
    ["/openapi.json", "GET, HEAD, OPTIONS"],
  ])("%s offers %s", async (path, allow) => {
    const options = await door.send("OPTIONS", path);
    expect([options.status, options.text, options.headers.allow]).toEqual([204, "", allow]);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE"].filter(
      (one) => !allow.includes(one),
    )) {
      const answer = await door.send(method, path);
      expect([answer.status, answer.json.code, answer.headers.allow]).toEqual([
        405,
        "method_not_allowed",
        allow,
      ]);
    }
    expect(door.envelopes).toHaveLength(0);
  });

  test("OPTIONS tells what bodies are taken, and asks nobody", async () => {
    expect((await door.send("OPTIONS", item)).headers["accept-patch"]).toBe(
      "application/merge-patch+json, application/json",
    );
    expect((await door.send("OPTIONS", "/v1/orders")).headers["accept-query"]).toBe("application/json");
    expect((await door.send("OPTIONS", "/v1/nowhere")).status).toBe(404);
    expect(await door.raw("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 204 [\s\S]*Allow: GET, HEAD, /,
    );
  });

  test.each(["PROPFIND", "MKCOL", "PURGE", "SUBSCRIBE", "LOCK"])(
    "%s is registered, and not known here",
    async (method) => {
      for (const path of [item, "/nowhere"]) {
        const answer = await door.send(method, path);
        expect([answer.status, answer.json.code]).toEqual([501, "method_not_implemented"]);
      }
    },
  );

  test.each(["FROBNICATE", "get", "G3T", "GET!"])("%s is a method that nobody knows", async (method) => {
    const received = await door.raw(`${method} ${item} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(received).toMatch(
      /^HTTP\/1\.1 501 Not Implemented\r\n[\s\S]*Connection: close\r\n[\s\S]*"code":"method_not_implemented"/,
    );
  });

  test("CONNECT is known, and nowhere offered", async () => {
    const received = await door.raw("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n");
    expect(received).toMatch(/^HTTP\/1\.1 405 [\s\S]*Allow: GET/);
  });

  test("every refusal is observed", async () => {
    const answer = await door.send("PUT", `${item}?secret=1`);
    expect(door.observed).toMatchObject([
      {
        type: "request.refused",
        door: "http",
        request: `PUT ${item}`,
        requestId: answer.headers["x-request-id"],
        error: { code: "method_not_allowed" },
      },
    ]);
  });
});

describe("health and documents", () => {
  test("livez answers as long as the process does; readyz when requests may come", async () => {
    const live = await door.send("GET", "/livez", { headers: { accept: "image/png" } });
    expect([live.status, live.text, live.headers["cache-control"]]).toEqual([200, "ok\n", "no-store"]);
    expect((await door.send("GET", "/readyz")).status).toBe(200);
    ready = false;
    expect((await door.send("GET", "/readyz")).status).toBe(503);
    expect((await door.send("HEAD", "/readyz")).status).toBe(503);
    expect((await door.send("GET", "/livez")).status).toBe(200);
    ready = true;
  });

  test("the description of the API", async () => {
    const answer = await door.send("GET", "/openapi.json");
    expect(answer.json).toEqual({ openapi: "3.1.2" });
    expect(answer.headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-cache" });
    expect(answer.headers.etag).toMatch(/^"[\w-]{22}"$/);
  });
});

test("two endpoints at one place are a mistake in the declarations", () => {
  const route = {
    path: "/v1/a",
    endpoints: { GET: { handle: () => ({ status: 204, cacheControl: "no-store" }) } },
  };
  expect(() => newRouteTable([route, route])).toThrow(DiagnosticError);
  expect(() => newRouteTable([route, route])).toThrow("GET /v1/a");
});
