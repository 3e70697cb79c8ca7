import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type OpenDoor, openDoor, recordOutcome, someId } from "../open-door.ts";

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({ openapi: () => '{"openapi":"3.1.2"}' });
});
afterAll(() => door.close());
beforeEach(() => {
  door.envelopes.length = 0;
  door.outcome = recordOutcome();
});

const item = `/v1/orders/${someId}`;

describe("If-None-Match on reads", () => {
  test.each(['"7"', 'W/"7"', '"1", "7"', '"1",,\t"7" ,', "*", " * ", '"7-gz"', 'W/"7-br"', '"7-zst"'])(
    "%s: the caller's copy is still good",
    async (tags) => {
      for (const method of ["GET", "HEAD"]) {
        const full = await door.send(method, item);
        const answer = await door.send(method, item, { headers: { "if-none-match": tags } });
        expect([answer.status, answer.text]).toEqual([304, ""]);
        for (const name of ["etag", "cache-control", "vary"])
          expect(answer.headers[name]).toBe(full.headers[name]);
        expect(answer.headers).not.toHaveProperty("content-type");
        expect(answer.headers).not.toHaveProperty("content-length");
      }
    },
  );

  test.each(['"6"', '"77"', '"7-x"', '"7-abcdefghijklmnop"', 'W/"70"', '""', '"*"'])(
    "%s: it is not",
    async (tags) => {
      const answer = await door.send("GET", item, { headers: { "if-none-match": tags } });
      expect(answer.status).toBe(200);
    },
  );

  test("several fields are one list", async () => {
    const answer = await door.send("GET", item, { headers: { "if-none-match": ['"1"', '"7"'] } });
    expect(answer.status).toBe(304);
  });

  test.each(["7", '"7', "W/7", 'w/"7"', '"7" "8"', "", ",", '*, "7"', `"a b"`, `"7"${" ".repeat(7_000)}x`])(
    "malformed: %#",
    async (tags) => {
      const answer = await door.send("GET", item, { headers: { "if-none-match": tags } });
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({
        code: "invalid_header",
        errors: [{ header: "If-None-Match", code: "syntax" }],
      });
    },
  );

  test("the tag of a composition is compared whole", async () => {
    door.outcome = recordOutcome({ composed: true });
    const { etag = "" } = (await door.send("GET", item)).headers;
    const ask = (tags: string) => door.send("GET", item, { headers: { "if-none-match": tags } });
    expect((await ask(etag)).status).toBe(304);
    expect((await ask('"7"')).status).toBe(200);
    door.outcome = recordOutcome({ composed: true, json: "{}" });
    expect((await ask(etag)).status).toBe(200);
  });

  test("refusals and lists have no copy to compare", async () => {
    const ask = (path: string) => door.send("GET", path, { headers: { "if-none-match": "*" } });
    expect((await ask("/v1/orders/nope")).status).toBe(404);
    door.outcome = { ok: true, kind: "page", json: "[]", nextCursor: null, prevCursor: null };
    expect((await ask("/v1/orders")).status).toBe(200);
  });

  test("documents too", async () => {
    const { etag = "" } = (await door.send("GET", "/openapi.json")).headers;
    expect((await door.send("GET", "/openapi.json", { headers: { "if-none-match": etag } })).status).toBe(
      304,
    );
  });
});

describe("If-Match on reads", () => {
  test.each([
    ['"7"', 200],
    ['"7-gz"', 200],
    ["*", 200],
    ['"1", "7"', 200],
    ['"6"', 412],
    ['W/"7"', 412],
    ['"foreign"', 412],
    ["7", 400],
  ])("%s: %i", async (tags, status) => {
    expect((await door.send("GET", item, { headers: { "if-match": tags } })).status).toBe(status);
  });

  test("comes before If-None-Match", async () => {
    const headers = { "if-match": '"6"', "if-none-match": '"7"' };
    expect((await door.send("GET", item, { headers })).status).toBe(412);
  });

  test("a list has no version", async () => {
    door.outcome = { ok: true, kind: "page", json: "[]", nextCursor: null, prevCursor: null };
    expect((await door.send("GET", "/v1/orders", { headers: { "if-match": '"1"' } })).status).toBe(412);
    expect((await door.send("GET", "/v1/orders", { headers: { "if-match": "*" } })).status).toBe(200);
  });
});

describe("conditions on changes go to the pipeline", () => {
  const change = (headers: Record<string, string>) => door.sendJson("PATCH", item, {}, headers);

  test.each<[string, readonly number[] | "*"]>([
    ['"7"', [7]],
    ['"7", "8"', [7, 8]],
    ["*", "*"],
    ['"7-gz"', [7]],
    ['"7-abcdefghij_-mnop"', [7]],
    ['"7-abcdefghij_-mnop-zst"', [7]],
    ['W/"7"', []],
    ['W/"7", "9"', [9]],
    ['"foreign"', []],
    ['"07"', []],
    ['"0"', [0]],
    ['"-7"', []],
    ['"7.0"', []],
    ['"2147483647"', [2147483647]],
    ['"4294967295"', [4294967295]],
    ['"4294967296"', []],
    ['"99999999999999999999"', []],
  ])("If-Match: %s", async (tags, ifMatch) => {
    await change({ "if-match": tags });
    expect(door.envelopes[0]?.preconditions).toEqual({ ifMatch });
  });

  test.each(["", "7", '"7', "W/", ",,"])("malformed If-Match: %j", async (tags) => {
    const answer = await change({ "if-match": tags });
    expect(answer.json).toMatchObject({ status: 400, errors: [{ header: "If-Match" }] });
    expect(door.envelopes).toHaveLength(0);
  });

  test("If-None-Match: * can never hold for a record that is changed; tags have no use", async () => {
    await change({ "if-none-match": "*" });
    expect(door.envelopes[0]?.preconditions).toEqual({ ifMatch: [] });
    await change({ "if-none-match": "*", "if-match": "*" });
    expect(door.envelopes[1]?.preconditions).toEqual({ ifMatch: [] });
    const answer = await change({ "if-none-match": '"7"' });
    expect(answer.json).toMatchObject({
      status: 400,
      errors: [{ header: "If-None-Match", code: "unsupported" }],
    });
  });

  test("deletions and commands on a row as well", async () => {
    door.outcome = { ok: true, kind: "none" };
    await door.send("DELETE", item, { headers: { "if-match": '"3"' } });
    await door.send("POST", `${item}/pay`, { headers: { "if-match": '"4"' } });
    expect(door.envelopes.map(({ preconditions }) => preconditions)).toEqual([
      { ifMatch: [3] },
      { ifMatch: [4] },
    ]);
  });

  test("what is on no record has no version, and fails before it has an effect", async () => {
    for (const path of ["/v1/orders/place-all", "/v1/rebuild-index"])
      expect((await door.send("POST", path, { headers: { "if-match": '"4"' } })).status).toBe(412);
    expect(door.envelopes).toHaveLength(0);
  });
});
