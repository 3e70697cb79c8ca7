import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { user } from "../../../src/base/caller.ts";
import { failure } from "../../../src/base/error.ts";
import { everyone } from "../../../src/declare/access.ts";
import { backend } from "../../../src/declare/backend.ts";
import { text } from "../../../src/declare/field.ts";
import { command } from "../../../src/declare/operation.ts";
import { resource } from "../../../src/declare/resource.ts";
import { newConcurrency } from "../../../src/limit/concurrency.ts";
import { newMemoryLimiter } from "../../../src/limit/memory-limiter.ts";
import type { App } from "../../../src/operation/call.ts";
import { newLimits } from "../../../src/operation/limits.ts";
import { newRefusalCount } from "../../../src/operation/refusal-count.ts";
import { newRunCall } from "../../../src/operation/run-call.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import type { HttpServer } from "../../../src/transport/http/http-server.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";

const note = resource("note", {
  fields: { text: text() },
  access: { read: everyone, create: everyone },
  limits: [{ requests: 2, window: "1h", on: ["create"] }],
  cost: { list: 3 },
});

/** What the handlers at work wait for. */
let release: () => void = () => {};
const waiting: (() => void)[] = [];

const wait = command("wait", {
  access: everyone,
  limits: [{ per: "tenant", concurrent: 2 }],
  run: () =>
    new Promise<void>((resolve) => {
      release = resolve;
      waiting.shift()?.();
    }),
});
const fail = command("fail", {
  access: everyone,
  limits: [{ concurrent: 1 }],
  run: () => {
    throw new Error("as planned");
  },
});
const free = command("free", { access: everyone, cost: 0, run: () => undefined });

const declared = backend({
  name: "notes",
  resources: [note],
  commands: [wait, fail, free],
  roles: ["robot"],
  limits: {
    anonymous: [{ requests: 6, window: "1m" }],
    signedIn: [{ requests: 12, window: "1m" }],
    roles: { robot: [] },
    failedCredentials: [{ requests: 3, window: "1m" }],
    tenantClaim: "org",
  },
});

let tested: TestBackend;
let server: HttpServer;
let nowMs = 0;
let isReady = true;

/** Tokens are `name` or `name/role`; every name ends in its tenant. */
function verify(token: string) {
  const [name = "", role] = token.split("/");
  if (!name.startsWith("good")) throw failure("invalid_token");
  return user(name, role === undefined ? [] : [role], { org: name.slice(-1) });
}

beforeAll(async () => {
  tested = await openTestBackend(declared);
});
afterAll(() => tested.close());

/** Everybody's counts begin anew. */
beforeEach(async () => {
  nowMs = 1_000;
  const clock = { now: () => nowMs, monotonicMs: () => nowMs };
  const limits = newLimits({
    model: tested.model.limits,
    limiter: newMemoryLimiter(clock),
    concurrency: newConcurrency(),
    clock,
    factor: 1,
  });
  const countRefusal = newRefusalCount(limits);
  const app: App = {
    ...tested.app,
    verifyToken: verify,
    limits,
    run: (envelope) => run(envelope),
  };
  const run = newRunCall(app);
  server = createHttpServer({
    model: tested.model,
    run,
    observe: () => {},
    ready: () => isReady,
    options: { maxBodyBytes: 500 },
    ...(countRefusal ? { countRefusal } : {}),
    proxies: { trust: ["127.0.0.1"], header: "x-forwarded-for" },
  });
});

interface From {
  readonly token?: string;
  readonly address?: string;
  readonly body?: object;
}

async function send(method: "GET" | "POST", url: string, { token, address = "192.0.2.1", body }: From = {}) {
  const answer = await server.inject({
    method,
    url,
    headers: {
      "x-forwarded-for": address,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body ? { "content-type": "application/json" } : {}),
    },
    ...(body ? { payload: JSON.stringify(body) } : {}),
  });
  return { status: answer.statusCode, headers: answer.headers, json: () => answer.json() };
}

const statuses = async (count: number, call: () => Promise<{ readonly status: number }>) => {
  const answers = await Promise.all(Array.from({ length: count }, call));
  return Object.groupBy(
    answers.map(({ status }) => status),
    String,
  );
};

const someNote = `/v1/notes/0190c5a2-7b2c-7d3e-8f4a-1b2c3d4e5f60`;

describe("an answer", () => {
  it("says what holds and what is left", async () => {
    const { status, headers } = await send("GET", "/v1/notes");
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      "ratelimit-policy": '"anonymous";q=6;w=60',
      ratelimit: '"anonymous";r=3;t=10',
    });
    expect(headers).not.toHaveProperty("retry-after");
  });

  it("to what is wrong says it too", async () => {
    const { status, headers } = await send("GET", someNote);
    expect(status).toBe(404);
    expect(headers["ratelimit"]).toBe('"anonymous";r=5;t=10');
  });

  it("names the nearest of several policies", async () => {
    const { status, headers } = await send("POST", "/v1/notes", { token: "good-a", body: { text: "x" } });
    expect(status).toBe(201);
    expect(headers).toMatchObject({
      "ratelimit-policy": '"signed-in";q=12;w=60, "note.create";q=2;w=3600',
      ratelimit: '"note.create";r=1;t=3600',
    });
  });

  it("where nothing is limited says nothing", async () => {
    const robot = await send("GET", "/v1/notes", { token: "good-r/robot" });
    expect(robot.status).toBe(200);
    expect(robot.headers).not.toHaveProperty("ratelimit");
    for (const path of ["/livez", "/readyz"])
      expect((await send("GET", path)).headers).not.toHaveProperty("ratelimit");
  });
});

describe("too many requests", () => {
  it("are refused with a problem that says which policy and how long to wait", async () => {
    expect(await statuses(60, () => send("GET", someNote))).toMatchObject({
      404: { length: 6 },
      429: { length: 54 },
    });
    const refused = await send("GET", someNote);
    expect(refused.json()).toMatchObject({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "Too many requests",
      status: 429,
      code: "rate_limited",
      "violated-policies": ["anonymous"],
    });
    expect(refused.headers["ratelimit"]).toBe('"anonymous";r=0;t=10');
    const wait = Number(refused.headers["retry-after"]);
    expect(wait).toBeGreaterThanOrEqual(10);
    nowMs += wait * 1_000;
    expect((await send("GET", someNote)).status).toBe(404);
  });

  it("are counted by caller, wherever from; without credentials by address", async () => {
    await statuses(12, () => send("GET", someNote, { token: "good-a" }));
    expect((await send("GET", someNote, { token: "good-a", address: "192.0.2.9" })).status).toBe(429);
    expect((await send("GET", someNote, { token: "good-b" })).status).toBe(404);
    await statuses(6, () => send("GET", someNote));
    expect((await send("GET", someNote)).status).toBe(429);
    expect((await send("GET", someNote, { address: "192.0.2.2" })).status).toBe(404);
  });

  it("from one IPv6 network are those of one address, and what a client says of itself changes nothing", async () => {
    for (let host = 1; host <= 6; host += 1)
      await send("GET", someNote, { address: `2001:db8:1:2::${host}` });
    expect((await send("GET", someNote, { address: "2001:db8:1:2:ffff::1" })).status).toBe(429);
    expect((await send("GET", someNote, { address: "198.51.100.7, 2001:db8:1:2::9" })).status).toBe(429);
    expect((await send("GET", someNote, { address: "2001:db8:1:3::1" })).status).toBe(404);
  });

  it("of one operation are counted for it, and cost what it costs", async () => {
    const create = () => send("POST", "/v1/notes", { token: "good-a", body: { text: "x" } });
    expect([(await create()).status, (await create()).status, (await create()).status]).toEqual([
      201, 201, 429,
    ]);
    // 12 in all, 2 created, 3 each.
    const list = () => send("GET", "/v1/notes", { token: "good-a" });
    expect([(await list()).status, (await list()).status, (await list()).status]).toEqual([200, 200, 200]);
    expect((await list()).json()).toMatchObject({ "violated-policies": ["signed-in"] });
    expect((await send("POST", "/v1/free", { token: "good-a" })).status).toBe(204);
  });
});

describe("calls at the same time", () => {
  const begin = async (token: string) => {
    const began = new Promise<void>((resolve) => void waiting.push(resolve));
    const answer = send("POST", "/v1/wait", { token });
    await began;
    return { answer, finish: release };
  };

  it("are limited for a tenant, and make room when they end", async () => {
    const first = await begin("good-1x");
    const second = await begin("good-2x");
    const third = await send("POST", "/v1/wait", { token: "good-3x" });
    expect(third.status).toBe(429);
    expect(third.headers["ratelimit-policy"]).toContain('"wait-concurrent";q=2;qu="concurrent-requests"');
    expect(third.json()).toMatchObject({ "violated-policies": ["wait-concurrent"] });
    const other = await begin("good-1y");
    first.finish();
    expect((await first.answer).status).toBe(204);
    const fourth = await begin("good-3x");
    for (const each of [second, other, fourth]) each.finish();
    for (const each of [second, other, fourth]) expect((await each.answer).status).toBe(204);
  });

  it("make room when they fail, too", async () => {
    for (let call = 0; call < 3; call += 1)
      expect((await send("POST", "/v1/fail", { token: "good-a" })).status).toBe(500);
  });
});

describe("refused tokens", () => {
  it("bar their address from trying more, even good ones, and nobody else", async () => {
    const guess = (token: string, address?: string) =>
      send("GET", someNote, { token, ...(address ? { address } : {}) });
    expect([
      (await guess("bad1")).status,
      (await guess("bad2")).status,
      (await guess("bad3")).status,
    ]).toEqual([401, 401, 401]);
    const barred = await guess("bad4");
    expect(barred.status).toBe(429);
    expect(barred.json()).toMatchObject({
      code: "rate_limited",
      "violated-policies": ["failed-credentials"],
    });
    expect(Number(barred.headers["retry-after"])).toBeGreaterThan(0);
    expect((await guess("good-a")).status).toBe(429);
    expect((await send("GET", someNote)).status).toBe(404);
    expect((await guess("good-a", "192.0.2.2")).status).toBe(404);
    nowMs += 21_000;
    expect((await guess("good-a")).status).toBe(404);
  });
});

describe("what is refused at the door", () => {
  const address = "192.0.2.1";
  const raw = async (method: string, url: string, headers: object = {}, payload?: string) => {
    const answer = await server.inject({
      method: method as "GET",
      url,
      headers: { "x-forwarded-for": address, ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return answer.statusCode;
  };
  const json = { "content-type": "application/json" };

  it.each<[string, number, () => Promise<number>]>([
    ["an unknown route", 404, () => raw("GET", "/v1/nothing")],
    ["a method that is not offered", 405, () => raw("DELETE", "/v1/notes")],
    ["a body that is no JSON", 400, () => raw("POST", "/v1/notes", json, '{"text":')],
    ["a body that is too large", 413, () => raw("POST", "/v1/notes", json, `"${"x".repeat(600)}"`)],
    ["a type that is not taken", 415, () => raw("POST", "/v1/notes", { "content-type": "text/csv" }, "a")],
    ["credentials of another kind", 401, () => raw("GET", "/v1/notes", { authorization: "Basic eA==" })],
    ["a path that is not well-formed", 400, () => raw("GET", "/v1/notes/%zz")],
  ])("counts for its address: %s", async (_what, status, refused) => {
    const seen: number[] = [];
    for (let n = 0; n < 6; n += 1) seen.push(await refused());
    expect(seen).toEqual(Array.from({ length: 6 }, () => status));
    expect(await refused()).toBe(429);
    // The same count as that of calls.
    expect((await send("GET", someNote)).status).toBe(429);
    expect((await send("GET", someNote, { address: "192.0.2.2" })).status).toBe(404);
    expect((await send("GET", someNote, { token: "good-a" })).status).toBe(404);
    nowMs += 60_000;
    expect(await refused()).toBe(status);
  });

  it("is answered with how long to wait once there is too much of it, at the same time as well", async () => {
    expect(await statuses(50, () => send("GET", "/v1/nothing"))).toMatchObject({
      404: { length: 6 },
      429: { length: 44 },
    });
    const refused = await send("GET", "/v1/nothing");
    expect(refused.json()).toMatchObject({ code: "rate_limited", "violated-policies": ["anonymous"] });
    expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(10);
  });

  it("takes calls and refusals from the same count, each of them once", async () => {
    await send("GET", someNote);
    await send("GET", "/v1/nothing");
    expect((await send("GET", someNote)).headers["ratelimit"]).toBe('"anonymous";r=3;t=10');
  });

  it("is never health, which answers as ever", async () => {
    await statuses(20, () => send("GET", "/v1/nothing"));
    isReady = false;
    expect([(await send("GET", "/livez")).status, (await send("GET", "/readyz")).status]).toEqual([200, 503]);
    isReady = true;
    expect(await statuses(50, () => send("GET", "/readyz"))).toMatchObject({ 200: { length: 50 } });
    nowMs += 60_000;
    await statuses(50, () => send("GET", "/livez"));
    expect((await send("GET", someNote)).headers["ratelimit"]).toBe('"anonymous";r=5;t=10');
  });
});
