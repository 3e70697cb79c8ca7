import { afterAll, beforeAll, expect, test } from "vitest";
import { user } from "../../../src/base/caller.ts";
import { everyone } from "../../../src/declare/access.ts";
import { backend } from "../../../src/declare/backend.ts";
import { integer, text } from "../../../src/declare/field.ts";
import { resource } from "../../../src/declare/resource.ts";
import { newConcurrency } from "../../../src/limit/concurrency.ts";
import { newMemoryLimiter } from "../../../src/limit/memory-limiter.ts";
import { newLimits } from "../../../src/operation/limits.ts";
import { newRunCall } from "../../../src/operation/run-call.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";

const access = { read: everyone, create: everyone, update: everyone, delete: everyone };
const stone = resource("stone", {
  fields: { name: text(), weight: integer().default(1) },
  access,
  batch: { maxItems: 8 },
  limits: [{ requests: 4, window: "1h", on: ["create"] }],
  cost: { update: 3 },
});
const pebble = resource("pebble", { fields: { name: text() }, access, batch: false });

let tested: TestBackend;

beforeAll(async () => {
  const limits = { signedIn: [{ requests: 20, window: "1h" }] } as const;
  tested = await openTestBackend(backend({ name: "quarry", resources: [stone, pebble], limits }));
});
afterAll(() => tested.close());

/** Counts that begin anew, and a caller who has used up some of them. */
function counted() {
  const clock = { now: () => 0, monotonicMs: () => 0 };
  const run = newRunCall({
    ...tested.app,
    limits: newLimits({
      model: tested.model.limits,
      limiter: newMemoryLimiter(clock),
      concurrency: newConcurrency(),
      clock,
      factor: 1,
    }),
  });
  const operation = tested.model.operations.get("stone.batch");
  if (!operation) throw new Error("the stones have no batch");
  return async (items: unknown, atomic = false) => {
    const outcome = await run({
      door: "test",
      operation,
      requestId: "r",
      credentials: { kind: "caller", caller: user("ann") },
      input: { items },
      atomic,
    });
    return outcome.ok ? outcome.limits?.decision.remaining : outcome.error.code;
  };
}

const create = { operation: "create", data: { name: "x" } };
const change = { operation: "delete", id: "x" };
const update = { operation: "update", id: "y", data: {} };

test("a batch counts as its items would", async () => {
  const send = counted();
  expect(await send([change, update])).toBe(16);
  expect(await send([change, change].map((item, at) => ({ ...item, id: `${at}` })))).toBe(14);
  expect(await send("nonsense")).toBe("validation_failed");
  expect(await send([change])).toBe(12);
});

test("a limit of one kind counts the items of that kind", async () => {
  const send = counted();
  expect(await send([create, create, create, change])).toBe(16);
  expect(await send([create, change])).toBe(14);
  expect(await send([create])).toBe("rate_limited");
  expect(await send([change])).toBe(13);
});

test("more than the resource allows is refused, and a resource may have no batches", async () => {
  const items = Array.from({ length: 9 }, () => create);
  const outcome = await tested.call(user("ann"), "stone.batch", { input: { items } });
  expect(!outcome.ok && outcome.error.errors).toEqual([
    { pointer: "#/items", code: "maxItems", detail: "must have at most 8 items, not 9." },
  ]);
  expect(tested.model.operations.has("pebble.batch")).toBe(false);
  const server = createHttpServer({ model: tested.model, run: tested.app.run, observe: () => {} });
  const payload = JSON.stringify({ items });
  const headers = { "content-type": "application/json" };
  const answer = await server.inject({ method: "POST", url: "/v1/pebbles/batch", headers, payload });
  expect(answer.statusCode).toBe(405);
});

test("handlers may batch what the doors do not offer, and more of it", async () => {
  const data = { name: "p" };
  const items = Array.from({ length: 200 }, () => ({ operation: "create", data }) as const);
  expect(await tested.trusted().batch(pebble, items)).toHaveLength(200);
});
