import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { failure } from "../../../src/base/error.ts";
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

const page = (part: object = {}) =>
  ({ ok: true, kind: "page", json: '[{"id":1}]', nextCursor: null, prevCursor: null, ...part }) as const;

describe("one record", () => {
  test("the text of the pipeline goes through, with the version as its tag", async () => {
    const answer = await door.send("GET", `/v1/orders/${someId}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(`{"id":"${someId}","note":"ü"}`);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": String(answer.bytes.length),
      etag: '"7"',
      "cache-control": "private, no-cache",
      vary: "Accept, Accept-Encoding, Authorization",
      "x-content-type-options": "nosniff",
    });
    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers).not.toHaveProperty("server");
    expect(answer.headers).not.toHaveProperty("x-powered-by");
    expect(door.envelopes[0]).toMatchObject({
      door: "rest",
      id: someId,
      credentials: { kind: "none" },
      requestId: answer.headers["x-request-id"],
    });
    expect(door.envelopes[0]?.operation.name).toBe("order.get");
    expect(door.envelopes[0]).not.toHaveProperty("read");
  });

  test("HEAD is GET without content", async () => {
    const get = await door.send("GET", `/v1/orders/${someId}`);
    const head = await door.send("HEAD", `/v1/orders/${someId}`);
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    for (const name of ["content-length", "content-type", "etag", "cache-control", "vary"])
      expect(head.headers[name]).toBe(get.headers[name]);
  });

  test("fields and expand, separated or repeated", async () => {
    await door.send(
      "GET",
      `/v1/orders/${someId}?fields=id,total&expand=customer&expand=lines.product%2Ctags`,
    );
    expect(door.envelopes[0]?.read).toEqual({
      fields: ["id", "total"],
      expand: ["customer", "lines.product", "tags"],
    });
    expect(door.envelopes[0]?.readOrigin?.textual).toBe(true);
  });

  test.each([
    ["feilds=id", "feilds", "unknown", "fields"],
    ["status=paid", "status", "unknown", ""],
    ["limit=5", "limit", "unknown", ""],
    ["fields=", "fields", "type", ""],
    ["fields=id,,total", "fields", "type", ""],
    ["=x", "", "unknown", ""],
    ["fields=%ff", "fields", "encoding", ""],
    ["fields=%ED%A0%80", "fields", "encoding", ""],
    ["%zz=1", "%zz", "encoding", ""],
  ])("a wrong parameter: ?%s", async (query, parameter, code, hint) => {
    const answer = await door.send("GET", `/v1/orders/${someId}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: "invalid_parameter", errors: [{ parameter, code }] });
    expect(JSON.stringify(answer.json.errors)).toContain(hint);
    expect(door.envelopes).toHaveLength(0);
  });

  test.each(["1", someId.toUpperCase(), `${someId}0`, someId.replaceAll("-", ""), "query.json", "-", "~"])(
    "what is no id names no record: %s",
    async (id) => {
      for (const method of ["GET", "DELETE"]) {
        const answer = await door.send(method, `/v1/orders/${id}`);
        expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
      }
      expect(door.envelopes).toHaveLength(0);
    },
  );

  test("refusals of the pipeline are told as they are", async () => {
    door.outcome = { ok: false, error: failure("not_found") };
    const answer = await door.send("GET", `/v1/orders/${someId}`);
    expect(answer.status).toBe(404);
    expect(answer.headers).toMatchObject({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
    });
    expect(answer.json).toEqual({
      type: "https://keelson.dev/errors/not_found",
      title: "Not found",
      status: 404,
      code: "not_found",
      requestId: answer.headers["x-request-id"],
    });
  });

  test("a composed record has a tag of its content as well", async () => {
    door.outcome = recordOutcome({ composed: true });
    const first = await door.send("GET", `/v1/orders/${someId}?expand=customer`);
    expect(first.headers.etag).toMatch(/^"7-[\w-]{16}"$/);
    door.outcome = recordOutcome({ composed: true, json: '{"other":1}' });
    const second = await door.send("GET", `/v1/orders/${someId}?expand=customer`);
    expect(second.headers.etag).toMatch(/^"7-[\w-]{16}"$/);
    expect(second.headers.etag).not.toBe(first.headers.etag);
  });
});

describe("a list", () => {
  test("data and the next cursor; links both ways with the same parameters", async () => {
    door.outcome = page({ nextCursor: "n.1", prevCursor: "p-1" });
    const answer = await door.send("GET", "/v1/orders?limit=2&cursor=old&status=paid&sort=-createdAt");
    expect(answer.text).toBe('{"data":[{"id":1}],"nextCursor":"n.1"}');
    const target = "/v1/orders?limit=2&status=paid&sort=-createdAt&cursor=";
    expect(answer.headers.link).toBe(`<${target}n.1>; rel="next", <${target}p-1>; rel="prev"`);
    expect(answer.headers).not.toHaveProperty("etag");
  });

  test("links without other parameters, and none at the end", async () => {
    door.outcome = page({ nextCursor: "n" });
    expect((await door.send("GET", "/v1/orders")).headers.link).toBe('</v1/orders?cursor=n>; rel="next"');
    expect((await door.send("GET", "/v1/orders?%63ursor=x")).headers.link).toBe(
      '</v1/orders?cursor=n>; rel="next"',
    );
    expect((await door.send("GET", "/v1/orders?status=%3E%22a%22>b")).headers.link).toBe(
      '</v1/orders?status=%3E%22a%22%3Eb&cursor=n>; rel="next"',
    );
    door.outcome = page();
    const answer = await door.send("GET", "/v1/orders");
    expect(answer.headers).not.toHaveProperty("link");
    expect(answer.text).toBe('{"data":[{"id":1}],"nextCursor":null}');
  });

  test.each<[string, object]>([
    ["", {}],
    ["limit=5&cursor=abc&sort=-createdAt,id", { limit: 5, cursor: "abc", sort: "-createdAt,id" }],
    ["limit=-5", { limit: -5 }],
    ["limit=100000000000", { limit: 100000000000 }],
    ["status=paid", { filter: { status: "paid" } }],
    ["status=", { filter: { status: "" } }],
    ["status", { filter: { status: "" } }],
    ["status=a+b%2Bc", { filter: { status: "a b+c" } }],
    ["status=p%C3%A9", { filter: { status: "pé" } }],
    [
      "total.amount[gte]=100&total.amount%5Blt%5D=200",
      { filter: { "total.amount": { gte: "100", lt: "200" } } },
    ],
    ["status=paid&status[ne]=draft", { filter: { status: { eq: "paid", ne: "draft" } } }],
    ["status[in]=a,b&status[in]=c", { filter: { status: { in: ["a", "b", "c"] } } }],
    ["status[isNull]=true", { filter: { status: { isNull: "true" } } }],
    ["status[nope]=1", { filter: { status: { nope: "1" } } }],
    ["anything=1", { filter: { anything: "1" } }],
    ["and=1", { filter: { and: "1" } }],
    ["__proto__=1&constructor[eq]=2", { filter: { ["__proto__"]: "1", constructor: { eq: "2" } } }],
    ["status[__proto__]=1", { filter: { status: { ["__proto__"]: "1" } } }],
    ["&status=paid&&", { filter: { status: "paid" } }],
  ])("parameters become a read request: ?%s", async (query, read) => {
    door.outcome = page();
    const answer = await door.send("GET", `/v1/orders${query === "" ? "" : `?${query}`}`);
    expect(answer.status).toBe(200);
    expect(JSON.stringify(door.envelopes[0]?.read)).toBe(JSON.stringify(read));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("filters have no prototype", async () => {
    door.outcome = page();
    await door.send("GET", "/v1/orders?status[gte]=1");
    const { filter } = door.envelopes[0]?.read ?? {};
    expect(Object.getPrototypeOf(filter)).toBeNull();
    expect(Object.getPrototypeOf(filter?.status)).toBeNull();
  });

  test.each([
    ["limt=5", "limt", "unknown"],
    ["crsor=5", "crsor", "unknown"],
    ["limit=five", "limit", "type"],
    ["limit=1.5", "limit", "type"],
    ["limit=1e3", "limit", "type"],
    ["limit=", "limit", "type"],
    ["limit=1&limit=2", "limit", "duplicate"],
    ["cursor=1&cursor=2", "cursor", "duplicate"],
    ["sort=a&sort=b", "sort", "duplicate"],
    ["status=a&status=b", "status", "duplicate"],
    ["status[gt]=a&status[gt]=b", "status[gt]", "duplicate"],
    ["status=a&status[eq]=b", "status[eq]", "duplicate"],
    ["expand=a,", "expand", "type"],
    ["status=%C3", "status", "encoding"],
  ])("a wrong parameter: ?%s", async (query, parameter, code) => {
    const answer = await door.send("GET", `/v1/orders?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: "invalid_parameter", errors: [{ parameter, code }] });
    expect(door.envelopes).toHaveLength(0);
  });

  test("all faults are told at once", async () => {
    const answer = await door.send("GET", "/v1/orders?limit=x&sort=a&sort=b&fields=");
    expect(answer.json.errors).toHaveLength(3);
  });

  test("too many parameters", async () => {
    door.outcome = page();
    const many = (count: number) => Array.from({ length: count }, (_, at) => `f${at}=1`).join("&");
    expect((await door.send("GET", `/v1/orders?${many(100)}`)).status).toBe(200);
    expect((await door.send("GET", `/v1/orders?${many(101)}`)).status).toBe(400);
  });
});

describe("a query in the body", () => {
  const body = {
    filter: { or: [{ status: "paid" }, { "total.amount": { gte: 5 } }] },
    sort: ["-createdAt", "id"],
    fields: ["id"],
    expand: ["customer"],
    limit: 5,
    cursor: "c",
  };

  test.each([
    ["QUERY", "/v1/orders"],
    ["POST", "/v1/orders/query"],
  ])("%s %s", async (method, path) => {
    door.outcome = page({ nextCursor: "n" });
    const answer = await door.sendJson(method, path, body);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe('{"data":[{"id":1}],"nextCursor":"n"}');
    expect(answer.headers).not.toHaveProperty("link");
    expect(JSON.stringify(door.envelopes[0]?.read)).toBe(JSON.stringify({ ...body, sort: "-createdAt,id" }));
    expect(door.envelopes[0]?.readOrigin?.textual).toBe(false);
    expect(door.envelopes[0]?.operation.name).toBe("order.list");
  });

  test.each<[string, unknown, object]>([
    ["no object", [], { pointer: "#", code: "type" }],
    ["null", null, { pointer: "#", code: "type" }],
    [
      "an unknown member",
      { filtr: {} },
      { pointer: "#/filtr", code: "unknown", detail: 'is not a member of a query. Did you mean "filter"?' },
    ],
    ["a limit as text", { limit: "5" }, { pointer: "#/limit", code: "type" }],
    ["a negative limit", { limit: -1 }, { pointer: "#/limit", code: "type" }],
    ["fields as text", { fields: "id" }, { pointer: "#/fields", code: "type" }],
    ["a cursor that is no text", { cursor: 5 }, { pointer: "#/cursor", code: "type" }],
    ["a sort that is no text", { sort: [1] }, { pointer: "#/sort", code: "type" }],
  ])("%s is unprocessable", async (_name, value, fault) => {
    const answer = await door.sendJson("QUERY", "/v1/orders", value);
    expect(answer.status).toBe(422);
    expect(answer.json).toMatchObject({ code: "validation_failed", errors: [fault] });
  });

  test("QUERY without content or its type fails", async () => {
    expect((await door.send("QUERY", "/v1/orders")).status).toBe(400);
    const untyped = await door.send("QUERY", "/v1/orders", { body: "{}" });
    expect(untyped.status).toBe(415);
    expect(untyped.headers["accept-query"]).toBe("application/json");
    const wrong = await door.send("QUERY", "/v1/orders", {
      body: "a",
      headers: { "content-type": "text/plain" },
    });
    expect([wrong.status, wrong.headers["accept-query"]]).toEqual([415, "application/json"]);
  });

  test("the URI of a query takes no parameters", async () => {
    const answer = await door.sendJson("QUERY", "/v1/orders?limit=5", {});
    expect(answer.json).toMatchObject({ status: 400, errors: [{ parameter: "limit", code: "unknown" }] });
  });
});
