import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { json } from "../support/upstream-server.ts";
import { openPayments, times } from "./open-payments.ts";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function payments(...given: Parameters<typeof openPayments>) {
  const opened = await openPayments(...given);
  open.push(opened);
  return opened;
}

const charged = { id: "ch_1", amount: 5 };

describe("a call", () => {
  test("sends its input as JSON and gives what was declared of the answer", async () => {
    const { charge, server } = await payments((_request, response) =>
      json(response, 201, { ...charged, parts: [{ name: "a", more: 1 }], unknown: { much: true } }),
    );
    expect(await charge({ headers: { traceparent: "00-1-2-01" } })).toEqual({
      kind: "output",
      output: { id: "ch_1", amount: 5, note: null, parts: [{ name: "a" }] },
    });
    expect(server.requests).toMatchObject([
      {
        method: "POST",
        target: "/charges",
        body: '{"amount":5,"token":"tok"}',
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "accept-encoding": "identity",
          "idempotency-key": "key-1",
          "x-request-id": "request-1",
          traceparent: "00-1-2-01",
        },
      },
    ]);
  });

  test("puts members into the path, encoded, and the others into the query", async () => {
    const { call, server } = await payments(
      (_request, response) => json(response, 200, { id: "x" }),
      {},
      { path: "/api/v2/" },
    );
    await call("get", { id: "a/b?c#d ü%", full: "y&z" });
    expect(server.requests).toMatchObject([
      { method: "GET", target: "/api/v2/charges/a%2Fb%3Fc%23d%20%C3%BC%25?full=y%26z", body: "" },
    ]);
    expect(server.requests[0]?.headers["idempotency-key"]).toBeUndefined();
  });

  test.each([".", "..", ""])("never has %j as a part of its path", async (id) => {
    const { call, server } = await payments((_request, response) => json(response, 200, {}));
    await expect(call("get", { id })).rejects.toThrow(TypeError);
    expect(server.requests).toEqual([]);
  });

  test.each([
    ["bearer", { bearer: { env: "KEY" } }, { authorization: "Bearer s3cret" }],
    [
      "basic",
      { basic: { user: "shop", password: { env: "KEY" } } },
      { authorization: "Basic c2hvcDpzM2NyZXQ=" },
    ],
    ["header", { header: "X-Api-Key", value: { env: "KEY" } }, { "x-api-key": "s3cret" }],
    ["a function", async () => ({ Authorization: "Own s3cret" }), { authorization: "Own s3cret" }],
  ] as const)("says who calls by %s", async (_how, auth, headers) => {
    const { charge, server } = await payments(
      (_request, response) => json(response, 200, charged),
      { auth },
      { env: { KEY: "s3cret" } },
    );
    await charge();
    expect(server.requests[0]?.headers).toMatchObject(headers);
  });

  test("needs no answer where none was declared", async () => {
    const { call } = await payments((_request, response) => {
      response.writeHead(204).end();
    });
    expect(await call("cancel", { id: "x" })).toEqual({ kind: "output", output: undefined });
  });

  test("is observed with what it took", async () => {
    const { charge, of } = await payments((_request, response) => json(response, 200, charged));
    await charge();
    expect(of("integration.called")).toEqual([
      {
        type: "integration.called",
        integration: "payments",
        operation: "charge",
        requestId: "request-1",
        attempts: 1,
        status: 200,
        tookMs: 0,
      },
    ]);
  });
});

describe("a declared error", () => {
  test.each([
    ["what its function recognises", 402, { code: "declined" }, "cardDeclined"],
    ["the one without a function otherwise", 402, { code: "other" }, "paymentRequired"],
    ["also where the function finds nothing to look at", 402, null, "paymentRequired"],
    ["one whose status would be tried again", 503, { code: "closed" }, "closed"],
  ])("is %s", async (_what, status, body, error) => {
    const { charge, server, of } = await payments((_request, response) => json(response, status, body));
    expect(await charge()).toMatchObject({ kind: "declared", error, refusal: { status, body }, attempts: 1 });
    expect(server.requests).toHaveLength(1);
    expect(of("integration.called")).toMatchObject([{ fault: "declared", error, status }]);
  });
});

describe("an answer that is not what was declared", () => {
  test.each([
    ["not JSON by its type", "text/html", "<p>hello", "content type"],
    ["JSON by no type", "", "{}", "content type is missing"],
    ["JSON that is cut", "application/json", '{"id":', "not JSON"],
    ["not UTF-8", "application/json", Buffer.from([0x22, 0xff, 0x22]), "not JSON in UTF-8"],
    ["nothing", "application/json", "", "no body"],
    ["a list", "application/json", "[]", "#"],
    ["null", "application/json", "null", "#"],
    ["without a member", "application/json", '{"id":"a"}', "#/amount is required"],
    ["with a member of another type", "application/json", '{"id":"a","amount":"5"}', "#/amount must be"],
    ["out of bounds", "application/json", '{"id":"a","amount":-1}', "#/amount must be at least 0"],
    [
      "wrong deep inside",
      "application/json",
      '{"id":"a","amount":1,"parts":[{"name":"a"},{}]}',
      "#/parts/1/name is required",
    ],
  ])("fails and says where: %s", async (_what, type, body, says) => {
    const { charge, server, of } = await payments((_request, response) => {
      response.writeHead(200, type === "" ? {} : { "content-type": type });
      response.end(body);
    });
    const error = await charge().catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "upstream_failed", status: 502, fault: "wrongAnswer", attempts: 1 });
    expect(error.cause.message).toContain(says);
    expect(server.requests).toHaveLength(1);
    expect(of("integration.called")).toMatchObject([{ fault: "wrongAnswer" }]);
  });

  test("is a redirect, which is not followed", async () => {
    const { charge, server } = await payments((_request, response) => {
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    await expect(charge()).rejects.toMatchObject({ code: "upstream_failed", fault: "wrongAnswer" });
    expect(server.requests).toHaveLength(1);
  });

  test("is too large", async () => {
    const { charge } = await payments(
      (_request, response) => json(response, 200, { ...charged, id: "x".repeat(100) }),
      {
        maxAnswerBytes: 100,
      },
    );
    await expect(charge()).rejects.toMatchObject({ code: "upstream_failed", fault: "tooLarge", attempts: 1 });
  });

  test("is compressed although nobody asked", async () => {
    const { charge } = await payments((_request, response) =>
      json(response, 200, charged, { "content-encoding": "gzip" }),
    );
    await expect(charge()).rejects.toMatchObject({ fault: "wrongAnswer" });
  });
});

describe("time", () => {
  test.each([
    ["no answer comes", () => {}],
    [
      "headers come, and no body",
      (response: import("node:http").ServerResponse) => response.writeHead(200).flushHeaders(),
    ],
    ["a body comes in part", (response: import("node:http").ServerResponse) => response.write("{")],
  ])("is over for an attempt: %s", async (_what, begin) => {
    let first = true;
    const { charge, server, timers } = await payments((_request, response) => {
      if (!first) return json(response, 200, charged);
      first = false;
      begin(response);
    });
    const calling = charge();
    await server.received(1);
    await timers.fire(times.attempt);
    expect(await calling).toMatchObject({ kind: "output" });
    expect(server.requests).toHaveLength(2);
    expect(timers.running()).toEqual([]);
  });

  test("is over for all attempts together, whatever is tried", async () => {
    const { charge, server, timers, of } = await payments(() => {});
    const failed = expect(charge()).rejects.toMatchObject({
      code: "upstream_timeout",
      status: 504,
      fault: "timeout",
      attempts: 1,
    });
    await server.received(1);
    await timers.fire(times.total);
    await failed;
    expect(timers.running()).toEqual([]);
    expect(of("integration.called")).toMatchObject([{ attempts: 1, status: null, fault: "timeout" }]);
  });

  test("is the caller's: who goes is not kept, and nothing is tried for them", async () => {
    const { charge, server, timers, of } = await payments(() => {});
    const caller = new AbortController();
    const failed = expect(charge({ signal: caller.signal })).rejects.toThrow("gone");
    await server.received(1);
    caller.abort(new Error("gone"));
    await failed;
    expect(server.requests).toHaveLength(1);
    expect(timers.running()).toEqual([]);
    expect(of("integration.called")).toMatchObject([{ fault: "aborted" }]);
  });

  test("is over before it began", async () => {
    const { charge, server } = await payments(() => {});
    await expect(charge({ signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow("gone");
    expect(server.connections()).toBe(0);
  });

  test("counts while an auth function takes its own", async () => {
    const { charge, timers } = await payments(() => {}, { auth: () => new Promise(() => {}), retry: false });
    const failed = expect(charge()).rejects.toMatchObject({ code: "upstream_timeout" });
    await timers.fire(times.attempt);
    await failed;
  });
});

describe("an error", () => {
  test("says nothing about what was sent or answered, to callers and to loggers", async () => {
    const secrets = { env: { KEY: "s3cret" } };
    const { charge } = await payments(
      (_request, response) => json(response, 500, { internal: "stack trace of theirs" }),
      { auth: { bearer: { env: "KEY" } }, retry: false },
      secrets,
    );
    const error = await charge().catch((thrown) => thrown);
    expect(error.body).toEqual({ internal: "stack trace of theirs" });
    const shown =
      inspect(error, { depth: 10 }) + JSON.stringify(error) + JSON.stringify(Object.entries(error));
    expect(shown).not.toMatch(/s3cret|theirs|tok\b/);
    expect(error.detail).toBeUndefined();
  });

  test("of an auth function is one of the service, and tried again", async () => {
    let asked = 0;
    const { charge, server } = await payments((_request, response) => json(response, 200, charged), {
      auth: () => {
        asked += 1;
        if (asked === 1) throw new Error("no token");
        return { authorization: "Bearer x" };
      },
    });
    await charge();
    expect(server.requests).toHaveLength(1);
  });
});
