import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { KeelsonError } from "../../../src/base/error.ts";
import type { Outcome } from "../../../src/operation/outcome.ts";
import { type Answer, type OpenDoor, openDoor, recordOutcome, someId } from "../open-door.ts";

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());
beforeEach(() => {
  door.envelopes.length = 0;
  door.outcome = recordOutcome();
});

const create = (key: string | readonly string[]): Promise<Answer> =>
  door.sendJson("POST", "/v1/orders", {}, { "idempotency-key": key });

describe("the header", () => {
  test.each([
    ["in quotes", '"8e03978e-40d5"', "8e03978e-40d5"],
    ["without quotes", "8e03978e-40d5", "8e03978e-40d5"],
    ["with spaces and a comma in quotes", '"order 1, try"', "order 1, try"],
    ["with escapes", '"a\\"b\\\\c"', 'a"b\\c'],
  ])("%s is the key", async (_what, header, key) => {
    await create(header);
    expect(door.envelopes[0]?.idempotencyKey).toBe(key);
  });

  test.each([
    ["empty", ""],
    ["empty in quotes", '""'],
    ["two words", "a b"],
    ["a quote that does not end", '"a'],
    ["a stray escape", '"a\\b"'],
    ["beyond ASCII", "schl\u00fcssel"],
    ["two keys", ["a", "b"]],
    ["the same key twice", ['"a"', '"a"']],
    ["parameters", '"a";b=c'],
  ])("%s is refused before anything is called", async (_what, header) => {
    const answer = await create(header);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ code: "idempotency_key_invalid", detail: expect.any(String) });
    expect(door.envelopes).toEqual([]);
  });

  test("belongs to every write and to no read", async () => {
    const headers = { "idempotency-key": "k" };
    await door.sendJson("PATCH", `/v1/orders/${someId}`, {}, headers);
    await door.send("DELETE", `/v1/orders/${someId}`, { headers });
    await door.send("GET", `/v1/orders/${someId}`, { headers });
    expect(door.envelopes.map(({ idempotencyKey }) => idempotencyKey)).toEqual(["k", "k", undefined]);
  });
});

describe("an answer that was given before", () => {
  const replayed = { replayed: { requestId: "first" } };

  test.each<[string, Outcome, number]>([
    ["a record", recordOutcome({ created: true }), 201],
    ["nothing", { ok: true, kind: "none" }, 204],
    ["an error", { ok: false, error: new KeelsonError("sold_out", { status: 409, title: "Sold out" }) }, 409],
  ])("is the same and says so: %s", async (_what, outcome, status) => {
    door.outcome = outcome;
    const sent = { "idempotency-key": "k", "x-request-id": "first" };
    const first = await door.sendJson("POST", "/v1/orders", {}, sent);
    expect(first.headers).not.toHaveProperty("idempotent-replayed");
    door.outcome = { ...outcome, ...replayed };
    const again = await door.sendJson("POST", "/v1/orders", {}, { ...sent, "x-request-id": "second" });
    expect(again.status).toBe(status);
    expect(again.headers).toMatchObject({ "idempotent-replayed": "true", "x-request-id": "second" });
    expect(again.text).toBe(first.text);
    for (const name of ["etag", "location", "content-location", "content-type"])
      expect(again.headers[name]).toBe(first.headers[name]);
  });
});
