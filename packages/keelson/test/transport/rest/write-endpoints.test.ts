import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { failure, KeelsonError } from "../../../src/base/error.ts";
import { type OpenDoor, openDoor, recordOutcome, someId } from "../open-door.ts";

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());
beforeEach(() => {
  door.envelopes.length = 0;
  door.outcome = recordOutcome();
});

const item = `/v1/orders/${someId}`;
const created = recordOutcome({ created: true, version: 1 });
const none = { ok: true, kind: "none" } as const;

describe("creation", () => {
  test("201 with the place and the tag of the new record", async () => {
    door.outcome = created;
    const answer = await door.sendJson("POST", "/v1/orders", { note: "x" });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: item, "content-location": item, etag: '"1"' });
    expect(answer.json).toMatchObject({ id: someId });
    expect(door.envelopes[0]).toMatchObject({ input: { note: "x" } });
    expect(door.envelopes[0]?.operation.name).toBe("order.create");
    expect(Object.getPrototypeOf(door.envelopes[0]?.input)).toBeNull();
  });

  test("what cannot be read has no place", async () => {
    door.outcome = created;
    const answer = await door.sendJson("POST", "/v1/complaints", { body: "x" });
    expect(answer.status).toBe(201);
    expect(answer.headers).not.toHaveProperty("location");
    expect(answer.headers).not.toHaveProperty("content-location");
  });

  test("the answer can be selected", async () => {
    door.outcome = created;
    const answer = await door.sendJson("POST", "/v1/orders?fields=id", {});
    expect(answer.headers).toMatchObject({ location: item, "content-location": `${item}?fields=id` });
    expect(door.envelopes[0]?.read).toEqual({ fields: ["id"] });
    expect((await door.sendJson("POST", "/v1/orders?limit=1", {})).status).toBe(400);
  });

  test("Prefer: return=minimal leaves the content out", async () => {
    door.outcome = created;
    for (const prefer of ["return=minimal", 'respond-async, return="minimal"; x=1']) {
      const answer = await door.sendJson("POST", "/v1/orders", {}, { prefer });
      expect(answer.status).toBe(201);
      expect(answer.bytes).toHaveLength(0);
      expect(answer.headers).toMatchObject({
        location: item,
        etag: '"1"',
        "preference-applied": "return=minimal",
        "content-length": "0",
      });
    }
    for (const prefer of ["return=representation, return=minimal", "minimal", "wait=5"])
      expect((await door.sendJson("POST", "/v1/orders", {}, { prefer })).text).not.toBe("");
  });

  test.each([
    ['"5"', 412],
    ['W/"5"', 412],
    ["*", 201],
  ])("a collection has no version to match: If-Match: %s", async (tag, status) => {
    door.outcome = created;
    expect((await door.sendJson("POST", "/v1/orders", {}, { "if-match": tag })).status).toBe(status);
    expect(door.envelopes).toHaveLength(status === 201 ? 1 : 0);
  });

  test("a body is needed, of a type that is taken", async () => {
    expect((await door.send("POST", "/v1/orders")).status).toBe(400);
    expect(
      (await door.send("POST", "/v1/orders", { headers: { "content-type": "application/json" } })).status,
    ).toBe(400);
    const wrong = await door.send("POST", "/v1/orders", {
      body: "a=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(wrong.status).toBe(415);
    expect(wrong.headers.accept).toBe("application/json");
    expect(wrong.json.code).toBe("unsupported_media_type");
    expect(door.envelopes).toHaveLength(0);
  });

  test.each([
    ['{"a":1,"a":2}', "duplicate_key", "#/a"],
    ['{"__proto__":{"x":1}}', "reserved_key", "#/__proto__"],
    ['{"a":"\\ud800"}', "surrogate", "#/a"],
    ['{"a":9007199254740993}', "number", "#/a"],
    ["[".repeat(40), "depth", `#${"/0".repeat(32)}`],
    ["{", "syntax", "#"],
    ["{} x", "trailing", "#"],
  ])("JSON that is not acceptable: %s", async (body, code, pointer) => {
    const answer = await door.send("POST", "/v1/orders", {
      body,
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: "malformed_json", errors: [{ code, pointer }] });
    expect(answer.json.detail).toMatch(/^Line 1, column \d+ \(offset \d+\): the body /);
    expect(door.envelopes).toHaveLength(0);
  });
});

describe("changes", () => {
  test.each([
    "application/merge-patch+json",
    "application/json",
    "Application/JSON; charset=UTF-8",
    'application/json; charset="utf-8"; v=1',
  ])("PATCH with %s", async (type) => {
    const answer = await door.send("PATCH", item, {
      body: '{"note":null}',
      headers: { "content-type": type },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ etag: '"7"', "content-location": item });
    expect(answer.headers).not.toHaveProperty("location");
    expect(door.envelopes[0]).toMatchObject({ id: someId, input: { note: null } });
    expect(door.envelopes[0]).not.toHaveProperty("preconditions");
  });

  test.each([
    "application/json-patch+json",
    "text/json",
    "application/json; charset=latin1",
    "application/json; charset=utf-16",
    "json",
    "",
  ])("PATCH with %s is not supported", async (type) => {
    const answer = await door.send("PATCH", item, { body: "{}", headers: { "content-type": type } });
    expect(answer.status).toBe(415);
    expect(answer.headers["accept-patch"]).toBe("application/merge-patch+json, application/json");
  });

  test("return=minimal after a change is 204 with the new tag", async () => {
    const answer = await door.sendJson("PATCH", item, {}, { prefer: "return=minimal" });
    expect([answer.status, answer.text, answer.headers.etag]).toEqual([204, "", '"7"']);
    expect(answer.headers).not.toHaveProperty("content-length");
  });

  test("DELETE is 204", async () => {
    door.outcome = none;
    const answer = await door.send("DELETE", item);
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect((await door.send("DELETE", `${item}?x=1`)).status).toBe(400);
    expect((await door.send("DELETE", item, { body: "{}" })).status).toBe(400);
  });
});

describe("commands and queries", () => {
  test("on a row, answered by the record", async () => {
    const answer = await door.sendJson("POST", `${item}/pay`, { token: "t" });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ etag: '"7"', "content-location": item });
    expect(door.envelopes[0]).toMatchObject({ id: someId, input: { token: "t" } });
    expect(door.envelopes[0]?.operation.name).toBe("order.pay");
    expect((await door.sendJson("POST", "/v1/orders/nope/pay", {})).status).toBe(404);
    expect((await door.sendJson("POST", `${item}/pay?fields=id`, {})).status).toBe(200);
    expect((await door.sendJson("POST", `${item}/pay?field=id`, {})).json).toMatchObject({
      errors: [{ parameter: "field" }],
    });
  });

  test("on the collection, and free-standing; nothing sent is an empty input", async () => {
    door.outcome = { ok: true, kind: "value", value: { placed: 3 } };
    const placed = await door.send("POST", "/v1/orders/place-all");
    expect([placed.status, placed.text, placed.headers["content-type"]]).toEqual([
      200,
      '{"placed":3}',
      "application/json",
    ]);
    door.outcome = none;
    const rebuilt = await door.send("POST", "/v1/rebuild-index", { headers: { "content-length": "0" } });
    expect([rebuilt.status, rebuilt.text]).toEqual([204, ""]);
    expect(door.envelopes.map((envelope) => [envelope.operation.name, envelope.input])).toEqual([
      ["order.placeAll", Object.create(null)],
      ["rebuildIndex", Object.create(null)],
    ]);
    expect((await door.sendJson("POST", "/v1/rebuild-index?fields=id", {})).status).toBe(400);
  });

  test("a query takes its input from parameters", async () => {
    door.outcome = { ok: true, kind: "value", value: { count: 1 } };
    await door.send(
      "GET",
      "/v1/orders/summary?from=2026-01-01&days=30&ratio=0.5&deep=true&tags=a,b&tags=c&sizes=1,x",
    );
    expect({ ...(door.envelopes[0]?.input as object) }).toEqual({
      from: "2026-01-01",
      days: 30,
      ratio: 0.5,
      deep: true,
      tags: ["a", "b", "c"],
      sizes: [1, "x"],
    });
    expect(door.envelopes[0]?.locateInput?.(["tags", 1])).toEqual({ parameter: "tags" });
  });

  test.each([
    ["days=1&days=2", "days", "duplicate"],
    ["day=1", "day", "unknown"],
    ["fields=id", "fields", "unknown"],
    ["price=5", "price", "unsupported"],
    ["toString=5", "toString", "unknown"],
  ])("a wrong parameter of a query: ?%s", async (query, parameter, code) => {
    const answer = await door.send("GET", `/v1/orders/summary?${query}`);
    expect(answer.json).toMatchObject({ status: 400, errors: [{ parameter, code }] });
  });

  test("what is not of its kind stays a text, for validation to refuse", async () => {
    door.outcome = { ok: true, kind: "value", value: {} };
    await door.send("GET", "/v1/orders/summary?days=1e999&ratio=9007199254740993&deep=yes&from=");
    expect({ ...(door.envelopes[0]?.input as object) }).toEqual({
      days: "1e999",
      ratio: "9007199254740993",
      deep: "yes",
      from: "",
    });
  });

  test("… or from a body", async () => {
    door.outcome = { ok: true, kind: "value", value: { count: 1 } };
    for (const method of ["QUERY", "POST"]) {
      const answer = await door.sendJson(method, "/v1/orders/summary", {
        price: { amount: 5, currency: "GBP" },
      });
      expect(answer.status).toBe(200);
    }
    expect(door.envelopes.map((envelope) => JSON.stringify(envelope.input))).toEqual(
      Array(2).fill('{"price":{"amount":5,"currency":"GBP"}}'),
    );
    expect((await door.send("QUERY", "/v1/orders/summary")).status).toBe(400);
  });

  test("a query on a row keeps input and selection apart", async () => {
    const answer = await door.send("GET", `${item}/latest?status=paid&expand=customer`);
    expect([answer.status, answer.headers.etag]).toEqual([200, '"7"']);
    expect(answer.headers).not.toHaveProperty("content-location");
    expect(door.envelopes[0]).toMatchObject({
      id: someId,
      input: { status: "paid" },
      read: { expand: ["customer"] },
    });
  });

  test("a value that is no JSON is our mistake", async () => {
    door.observed.length = 0;
    for (const value of [undefined, 5n]) {
      door.outcome = { ok: true, kind: "value", value };
      const answer = await door.send("POST", "/v1/orders/place-all");
      expect(answer.json).toMatchObject({ status: 500, code: "internal" });
    }
    expect(door.observed.filter(({ type }) => type === "request.refused")).toHaveLength(2);
  });
});

describe("errors", () => {
  test("a declared error carries its members, and cannot take the place of others", async () => {
    const error = new KeelsonError(
      "card_declined",
      { status: 402, title: "The card was declined" },
      { detail: "Try another card.", members: { retryable: true, status: 200, type: "x", requestId: "y" } },
    );
    door.outcome = { ok: false, error };
    const answer = await door.sendJson("POST", `${item}/pay`, {});
    expect(answer.status).toBe(402);
    expect(answer.json).toEqual({
      type: "https://keelson.dev/errors/card_declined",
      title: "The card was declined",
      status: 402,
      code: "card_declined",
      detail: "Try another card.",
      requestId: answer.headers["x-request-id"],
      retryable: true,
    });
  });

  test("nothing inside the server is told", async () => {
    for (const cause of [new Error("password=hunter2"), "hunter2"]) {
      door.outcome = () => Promise.reject(cause);
      const thrown = await door.send("GET", item);
      door.outcome = { ok: false, error: failure("internal", { detail: "hunter2", cause }) };
      const told = await door.send("GET", item);
      for (const answer of [thrown, told]) {
        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain("hunter2");
        expect(Object.keys(answer.json)).toEqual(["type", "title", "status", "code", "requestId"]);
      }
    }
  });

  test("401 says how to authenticate", async () => {
    door.outcome = { ok: false, error: failure("unauthenticated") };
    expect((await door.send("GET", item)).headers["www-authenticate"]).toBe("Bearer");
    door.outcome = { ok: false, error: failure("invalid_token") };
    expect((await door.send("GET", item)).headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    const headers = { "www-authenticate": 'Bearer error="invalid_token", scope="x"', "X-Other": "1" };
    door.outcome = { ok: false, error: failure("invalid_token", { headers }) };
    const own = await door.send("GET", item);
    expect(own.headers).toMatchObject({ "www-authenticate": headers["www-authenticate"], "x-other": "1" });
  });

  test.each([
    ["Bearer abc.def", { kind: "bearer", token: "abc.def" }],
    ["bearer   abc", { kind: "bearer", token: "abc" }],
    [undefined, { kind: "none" }],
  ])("Authorization: %s", async (authorization, credentials) => {
    await door.send("GET", item, { headers: authorization === undefined ? {} : { authorization } });
    expect(door.envelopes[0]?.credentials).toEqual(credentials);
  });

  test.each(["Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "abc", ""])(
    "Authorization: %s is refused",
    async (authorization) => {
      const answer = await door.send("GET", item, { headers: { authorization } });
      expect([answer.status, answer.json.code]).toEqual([401, "invalid_token"]);
      expect(answer.headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
      expect(door.envelopes).toHaveLength(0);
    },
  );
});
