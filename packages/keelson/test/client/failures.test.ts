import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type shop from "../../../../examples/shop/backend.ts";
import {
  attempt,
  createClient,
  createDescribedClient,
  NetworkError,
  TimeoutError,
  UnexpectedAnswerError,
} from "../../src/client/index.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** What the server does with each request in turn; the last of them again and again. */
let script: readonly Answer[] = [];
let requests: { method: string | undefined; key: string | undefined }[] = [];
const server = createServer((request, response) => {
  requests.push({ method: request.method, key: request.headers["idempotency-key"] as string | undefined });
  script[Math.min(requests.length, script.length) - 1]?.(response, request);
});
let baseUrl = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
});

const ok: Answer = (response) =>
  response.writeHead(200, { "content-type": "application/json; charset=utf-8" }).end('{"id":"1"}');
const gone: Answer = (response) => response.writeHead(204).end();
const cut: Answer = (response) => response.destroy();
const silent: Answer = () => {};
const problem =
  (status: number, code: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { "content-type": "application/problem+json", ...headers }).end(
      JSON.stringify({
        type: `https://keelson.dev/errors/${code}`,
        title: code,
        status,
        code,
        requestId: "r",
      }),
    );
const busy = problem(503, "overloaded", { "retry-after": "0" });

const client = (options: { retries?: number; timeoutMs?: number } = {}) =>
  createClient<typeof shop>({ baseUrl, ...options });
type Free = { on: "nothing"; input: object; output: { id: string }; answers: never; errors: never };
type CountApi = { resources: Record<never, never>; operations: { count: Free; tidy: Free } };
const newThing = { sku: "A", name: "A", category: "toys", price: { amount: 1, currency: "GBP" } } as const;

describe("what passes is tried again", () => {
  test.each([
    ["busy", busy],
    ["limited", problem(429, "rate_limited", { "retry-after": new Date(0).toUTCString() })],
    ["a broken connection", cut],
    ["a gateway without an answer", ((response) => response.writeHead(502).end("<html>")) satisfies Answer],
  ])("for reads: %s", async (_what, failing) => {
    script = [failing, failing, ok];
    expect(await client().product.get("1")).toEqual({ id: "1" });
    expect(requests.map(({ method }) => method)).toEqual(["GET", "GET", "GET"]);
  });

  test("for reads whose query is in a body", async () => {
    script = [busy, ok];
    await client().order.list({ filter: { not: { status: "paid" } } });
    expect(requests.map(({ method }) => method)).toEqual(["POST", "POST"]);
  });

  test("for queries, where the description tells them from commands", async () => {
    const described = createDescribedClient<CountApi>(
      {
        resources: {},
        operations: { count: { path: "count", effect: "read" }, tidy: { path: "tidy", effect: "write" } },
      },
      { baseUrl },
    );
    script = [busy, ok];
    expect(await described.count({})).toEqual({ id: "1" });
    expect(requests).toEqual([
      { method: "POST", key: undefined },
      { method: "POST", key: undefined },
    ]);
    script = [busy, ok];
    requests = [];
    await described.tidy({});
    expect(requests).toEqual(Array(2).fill({ method: "POST", key: expect.stringMatching(/^".+"$/) }));
  });

  test("for deletions, of which the first may have gone through", async () => {
    script = [cut, problem(404, "not_found")];
    expect(await client().product.delete("1")).toBeUndefined();
    const [first, second] = requests;
    expect(first?.key).toBeDefined();
    expect(second).toEqual(first);
    script = [problem(404, "not_found")];
    requests = [];
    expect(await attempt(client().product.delete("1"))).toMatchObject({ error: { code: "not_found" } });
    script = [busy, gone];
    requests = [];
    expect(await client().product.delete("1")).toBeUndefined();
  });

  test("for all other changes with the key of the first try, so that they happen once", async () => {
    const again = { "retry-after": "0" };
    const passing = [
      busy,
      cut,
      problem(409, "idempotency_in_progress", again),
      problem(409, "conflict", again),
    ];
    for (const failing of passing) {
      for (const call of [
        () => client().product.create(newThing),
        () => client().product.update("1", { stock: 1 }),
        () => client().order.pay("1", { reference: "r" }),
      ]) {
        script = [failing, ok];
        requests = [];
        expect(await call()).toEqual({ id: "1" });
        const [first, second] = requests;
        expect(requests).toHaveLength(2);
        expect(first?.key).toBeDefined();
        expect(second).toEqual(first);
      }
    }
  });

  test("but no other conflict", async () => {
    for (const code of ["conflict", "unique_violation", "idempotency_answer_too_large"]) {
      script = [problem(409, code), ok];
      requests = [];
      expect(await attempt(client().product.update("1", { stock: 1 }))).toMatchObject({ ok: false });
      expect(requests).toHaveLength(1);
    }
  });

  test("in the version of the first try, with the key that was given", async () => {
    const sent: Headers[] = [];
    const pinned = createClient<typeof shop>({
      baseUrl,
      version: "2026-06-01",
      fetch: (url, init) => {
        sent.push(new Headers(init.headers));
        return fetch(url, init);
      },
    });
    script = [busy, cut, ok];
    await pinned.product.update("1", { stock: 1 }, { idempotencyKey: "mine" });
    expect(sent.map((headers) => [headers.get("api-version"), headers.get("idempotency-key")])).toEqual(
      Array(3).fill(["2026-06-01", '"mine"']),
    );
  });

  test("only so often, and as often as is said", async () => {
    script = [busy];
    expect(await attempt(client({ retries: 2 }).product.get("1"))).toMatchObject({ error: { status: 503 } });
    expect(requests).toHaveLength(3);
    requests = [];
    expect(await attempt(client().product.get("1", { retries: 0 }))).toMatchObject({ ok: false });
    expect(requests).toHaveLength(1);
  });

  test("not when the server asks for more patience than there is", async () => {
    script = [problem(503, "overloaded", { "retry-after": "3600" })];
    expect(await attempt(client().product.get("1"))).toMatchObject({
      error: { code: "overloaded", retryAfterMs: 3_600_000 },
    });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ["a limit of which nothing is left", { ratelimit: '"a, \\"b";r=0;t=3600' }, 3_600_000],
    [
      "the longest of several",
      { ratelimit: '"a";r=0;t=60, "b";pk=:eA==:; r=0; t=3600, "c";r=5;t=9000' },
      3_600_000,
    ],
    ["one of which something is left", { ratelimit: '"a";r=1;t=3600' }, undefined],
    ["one without a time", { ratelimit: '"a";r=0' }, undefined],
    ["what is no list", { ratelimit: "limit=0, reset=3600" }, undefined],
    ["Retry-After, which wins", { ratelimit: '"a";r=0;t=60', "retry-after": "3600" }, 3_600_000],
  ])("waits as long as it is asked to by RateLimit: %s", async (_what, headers, retryAfterMs) => {
    script = [problem(429, "rate_limited", headers as Record<string, string>), ok];
    const read = await attempt(client().product.get("1"));
    if (retryAfterMs === undefined) expect(read).toMatchObject({ ok: true });
    else expect(read).toMatchObject({ error: { code: "rate_limited", retryAfterMs } });
    expect(requests).toHaveLength(retryAfterMs === undefined ? 2 : 1);
  });

  test("not what will not pass", async () => {
    script = [problem(500, "internal")];
    await attempt(client().product.get("1"));
    expect(requests).toHaveLength(1);
  });
});

describe("calls that end without an answer of the API", () => {
  test("time out", async () => {
    script = [silent];
    const error = await client({ timeoutMs: 50 })
      .product.get("1")
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ code: "timed_out", operation: "product.get" });
  });

  test("are aborted with the caller's reason, before and while they are sent", async () => {
    script = [silent];
    const controller = new AbortController();
    const call = client().product.get("1", { signal: controller.signal });
    const why = new Error("not needed any more");
    controller.abort(why);
    await expect(call).rejects.toBe(why);
    requests = [];
    await expect(client().product.get("1", { signal: controller.signal })).rejects.toBe(why);
    await expect(attempt(client().product.get("1", { signal: controller.signal }))).rejects.toBe(why);
    expect(requests).toEqual([]);
  });

  test("are aborted while they wait for the next try", async () => {
    const controller = new AbortController();
    script = [problem(503, "overloaded", { "retry-after": "20" })];
    const call = client().product.get("1", { signal: controller.signal });
    await expect.poll(() => requests.length).toBe(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  test("tell that nobody answered", async () => {
    script = [cut];
    const error = await client({ retries: 0 })
      .product.get("1")
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ code: "network_failed", cause: expect.anything() });
  });

  test.each([
    ["a page", 200, { "content-type": "text/html" }, "<html>"],
    ["JSON that is cut off", 200, { "content-type": "application/json" }, '{"id"'],
    ["another API's error", 400, { "content-type": "application/json" }, '{"error":"x"}'],
    ["a problem without a code", 404, { "content-type": "application/problem+json" }, '{"title":"x"}'],
  ])("tell that something else answered: %s", async (_what, status, headers, body) => {
    script = [(response) => response.writeHead(status, headers).end(body)];
    const error = await client()
      .product.get("1")
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UnexpectedAnswerError);
    expect(error).toMatchObject({ code: "unexpected_answer", status });
    expect(String(error)).toContain("baseUrl");
  });

  test("pass on what the token's function throws", async () => {
    const why = new Error("signed out");
    const broken = createClient<typeof shop>({ baseUrl, token: () => Promise.reject(why) });
    await expect(broken.product.get("1")).rejects.toBe(why);
  });
});

test.each([
  ["api.example.com", "absolute URL"],
  ["https://api.example.com/v1", "without /v1"],
  ["https://api.example.com?a=b", "plain address"],
  ["https://user:secret@api.example.com", "plain address"],
])("a wrong baseUrl is refused at once: %s", (baseUrl, message) => {
  expect(() => createClient<typeof shop>({ baseUrl })).toThrow(message);
});
