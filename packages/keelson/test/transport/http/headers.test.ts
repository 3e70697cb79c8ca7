import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type OpenDoor, openDoor, recordOutcome, someId } from "../open-door.ts";

const origin = "https://shop.example";
let door: OpenDoor;
let closed: OpenDoor;
beforeAll(async () => {
  door = await openDoor({ options: { corsOrigins: [origin, "http://localhost:5173"] } });
  closed = await openDoor();
});
afterAll(() => Promise.all([door.close(), closed.close()]));
beforeEach(() => {
  door.envelopes.length = 0;
  door.outcome = recordOutcome();
});

const item = `/v1/orders/${someId}`;

describe("X-Request-Id", () => {
  test("a harmless one is kept, any other replaced", async () => {
    for (const given of ["abc-123_x.Y", "a".repeat(64)]) {
      const answer = await door.send("GET", item, { headers: { "x-request-id": given } });
      expect(answer.headers["x-request-id"]).toBe(given);
    }
    for (const given of ["", "a b", "a".repeat(65), "<script>", "é", "a,b"]) {
      const answer = await door.send("GET", "/nowhere", { headers: { "x-request-id": given } });
      expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
      expect(answer.json.requestId).toBe(answer.headers["x-request-id"]);
    }
  });
});

describe("fields that may come only once", () => {
  const request = (...fields: string[]) =>
    door.raw([`GET ${item} HTTP/1.1`, "Connection: close", ...fields, "", ""].join("\r\n"));

  test.each([
    [["Host: a", "Host: b"], "host"],
    [["Host: a", "Authorization: Bearer a", "authorization: Bearer b"], "authorization"],
    [["Host: a", "Content-Type: application/json", "Content-Type: text/plain"], "content-type"],
  ])("%j", async (fields, header) => {
    const received = await request(...fields);
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(received).toContain(`"errors":[{"header":"${header}","code":"duplicate"`);
    expect(door.envelopes).toHaveLength(0);
  });

  test("and Host must come, in HTTP/1.1", async () => {
    expect(await request()).toMatch(/^HTTP\/1\.1 400 [\s\S]*"detail":"The Host header is missing\."/);
    expect(await door.raw(`GET ${item} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("too many fields", async () => {
    const fields = (count: number) => Array.from({ length: count }, (_, at) => `x-${at}: 1`);
    expect(await request("Host: a", ...fields(98))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await request("Host: a", ...fields(99))).toMatch(/^HTTP\/1\.1 431 [\s\S]*"headers_too_large"/);
    expect(await request("Host: a", ...fields(2_500))).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe("other origins", () => {
  const preflight = {
    origin,
    "access-control-request-method": "PATCH",
    "access-control-request-headers": "authorization",
  };

  test("a known one is allowed, and told what it may read", async () => {
    const answer = await door.send("GET", item, { headers: { origin } });
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      vary: "Accept, Accept-Encoding, Authorization, Origin",
    });
    for (const name of ["ETag", "Link", "Location", "Retry-After", "WWW-Authenticate", "X-Request-Id"])
      expect(answer.headers["access-control-expose-headers"]).toContain(name);
    expect(answer.headers).not.toHaveProperty("access-control-allow-credentials");
    const refused = await door.send("GET", "/nowhere", { headers: { origin } });
    expect(refused.headers["access-control-allow-origin"]).toBe(origin);
  });

  test("its preflight is answered without asking who it is", async () => {
    const answer = await door.send("OPTIONS", item, { headers: preflight });
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "DELETE, GET, HEAD, OPTIONS, PATCH",
      "access-control-max-age": "7200",
    });
    expect(answer.headers["access-control-allow-headers"]).toContain("Authorization");
    expect(answer.headers["access-control-allow-origin"]).not.toContain(",");
  });

  test.each(["https://evil.example", "null", `${origin}.evil.example`, "HTTPS://SHOP.EXAMPLE", "*"])(
    "%s is not known",
    async (other) => {
      for (const method of ["GET", "OPTIONS"]) {
        const answer = await door.send(method, item, { headers: { ...preflight, origin: other } });
        expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
        expect(answer.headers).not.toHaveProperty("access-control-allow-methods");
        expect(answer.headers.vary).toContain("Origin");
      }
    },
  );

  test("without a list nothing is said about origins", async () => {
    for (const method of ["GET", "OPTIONS"]) {
      const answer = await closed.send(method, item, { headers: preflight });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      expect(answer.headers.vary).not.toContain("Origin");
    }
  });
});
