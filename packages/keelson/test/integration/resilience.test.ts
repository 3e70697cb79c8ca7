import { afterEach, describe, expect, test } from "vitest";
import { retryAfterMs, retryPauseMs } from "../../src/integration/retry-pause.ts";
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
type Handle = Parameters<typeof openPayments>[0];

/** Answers as the script says, one step a request, the last one for good. */
const scripted = (...steps: Handle[]): Handle => {
  let step = 0;
  return (request, response, socket) => {
    const handle = steps[Math.min(step, steps.length - 1)];
    step += 1;
    handle?.(request, response, socket);
  };
};

const ok: Handle = (_request, response) => json(response, 200, charged);
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Handle =>
  (_request, response) =>
    json(response, code, { message: "no" }, headers);
const reset: Handle = (_request, _response, socket) => socket.resetAndDestroy();

describe("what is tried again", () => {
  test.each([408, 429, 500, 502, 503, 504])("a %i", async (code) => {
    const { charge, server, of } = await payments(scripted(status(code), status(code), ok));
    expect(await charge()).toMatchObject({ kind: "output" });
    expect(server.requests).toHaveLength(3);
    // All of them are the same request.
    expect(new Set(server.requests.map(({ headers }) => headers["idempotency-key"]))).toEqual(
      new Set(["key-1"]),
    );
    expect(of("integration.called")).toMatchObject([{ attempts: 3, status: 200 }]);
  });

  test("a lost connection", async () => {
    const { charge, server } = await payments(scripted(reset, ok));
    expect(await charge()).toMatchObject({ kind: "output" });
    expect(server.requests).toHaveLength(2);
  });

  test("what did not arrive, also where it may not come twice", async () => {
    const { call, server, of } = await payments(ok);
    await server.close();
    await expect(call("notify", { text: "hello" })).rejects.toMatchObject({
      code: "upstream_unavailable",
      fault: "unreachable",
      attempts: 3,
      headers: { "retry-after": "1" },
    });
    expect(of("integration.called")).toMatchObject([{ attempts: 3, status: null, fault: "unreachable" }]);
  });

  test("as often as the limit says, and no more", async () => {
    const { charge, server } = await payments(status(500), { retry: { limit: 4 } });
    await expect(charge()).rejects.toMatchObject({
      code: "upstream_failed",
      upstreamStatus: 500,
      attempts: 5,
    });
    expect(server.requests).toHaveLength(5);
  });

  test("only with the statuses that are declared", async () => {
    const { charge, server } = await payments(scripted(status(500), ok), { retry: { statuses: [503] } });
    await expect(charge()).rejects.toMatchObject({ upstreamStatus: 500, attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });
});

describe("what is not tried again", () => {
  test.each([400, 401, 403, 404, 409, 422, 501])("a %i", async (code) => {
    const { charge, server } = await payments(scripted(status(code), ok));
    await expect(charge()).rejects.toMatchObject({
      code: "upstream_failed",
      upstreamStatus: code,
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["a 500", status(500)],
    ["a lost connection", reset],
  ])("%s of what may not come twice", async (_what, handle) => {
    const { call, server } = await payments(scripted(handle, ok));
    await expect(call("notify", { text: "hello" })).rejects.toMatchObject({ attempts: 1 });
    expect(server.requests).toHaveLength(1);
  });

  test("a timeout of what may not come twice", async () => {
    const { call, server, timers } = await payments(() => {});
    const failed = expect(call("notify", { text: "hello" })).rejects.toMatchObject({
      code: "upstream_timeout",
      attempts: 1,
    });
    await server.received(1);
    await timers.fire(times.attempt);
    await failed;
  });

  test("anything where that is off", async () => {
    const { charge, server } = await payments(status(503), { retry: false });
    await expect(charge()).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("pauses", () => {
  test("are anything up to a bound that doubles, and is capped", async () => {
    const { charge, pauses } = await payments(status(500), {
      retry: { limit: 5, from: "100ms", to: "400ms" },
    });
    await charge().catch(() => {});
    expect(pauses).toEqual([100, 200, 400, 400, 400]);
    const bounds = [1, 2, 3, 4].map((n) => retryPauseMs({ fromMs: 100, toMs: 400 }, n, undefined, () => 0));
    expect(bounds).toEqual([0, 0, 0, 0]);
  });

  test("are at least what the service asks for", async () => {
    const { charge, pauses } = await payments(
      scripted(
        status(429, { "retry-after": "3" }),
        status(503, { "retry-after": "Sat, 21 Nov 2026 10:00:08 GMT" }),
        ok,
      ),
    );
    expect(await charge()).toMatchObject({ kind: "output" });
    // The first one took three of the eight seconds.
    expect(pauses).toEqual([3_000, 5_000]);
  });

  test("are not made where they would outlast the call: whoever called is told when to come", async () => {
    const { charge, pauses, server } = await payments(status(503, { "retry-after": "60" }));
    await expect(charge()).rejects.toMatchObject({
      code: "upstream_unavailable",
      attempts: 1,
      headers: { "retry-after": "60" },
    });
    expect(pauses).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ["5", 5_000],
    ["0", 0],
    ["Sat, 21 Nov 2026 10:00:05 GMT", 5_000],
    ["Sat, 21 Nov 2026 09:00:00 GMT", 0],
    ["soon", undefined],
    ["-1", undefined],
    ["1.5", undefined],
    ["2026-11-21T10:00:05Z", undefined],
    [undefined, undefined],
  ])("Retry-After: %s", (text, ms) => {
    expect(retryAfterMs(text, Date.parse("2026-11-21T10:00:00Z"))).toBe(ms);
  });
});

test("the budget bounds what repetitions add, however much fails", async () => {
  const { charge, server } = await payments(status(500), {
    breaker: false,
    retry: { limit: 2, budget: 0.2 },
  });
  const calls = 100;
  for (let n = 0; n < calls; n += 1) await charge().catch(() => {});
  const repetitions = server.requests.length - calls;
  expect(repetitions).toBeGreaterThan(20);
  expect(repetitions).toBeLessThanOrEqual(10 + 0.2 * calls);
});

describe("the breaker", () => {
  const breaker = { ratio: 0.5, window: "10s", minimum: 4, open: "5s", probes: 2 } as const;
  const options = { breaker, retry: false } as const;

  test("opens when most of enough attempts failed, refuses at once, tries again, and closes", async () => {
    let well = false;
    const {
      charge,
      server,
      open: payment,
      advance,
      of,
    } = await payments(
      (request, response, socket) => (well ? ok : status(500))(request, response, socket),
      options,
    );
    for (let n = 0; n < 3; n += 1) await expect(charge()).rejects.toMatchObject({ fault: "status" });
    expect(payment.standing).toBe("closed");
    await expect(charge()).rejects.toMatchObject({ fault: "status" });
    expect(payment.standing).toBe("open");
    advance(2_000);
    await expect(charge()).rejects.toMatchObject({
      code: "upstream_unavailable",
      fault: "breakerOpen",
      attempts: 0,
      headers: { "retry-after": "3" },
    });
    expect(server.requests).toHaveLength(4);
    advance(3_000);
    well = true;
    await charge();
    expect(payment.standing).toBe("halfOpen");
    await charge();
    expect(payment.standing).toBe("closed");
    expect(of("breaker.opened")).toHaveLength(1);
    expect(of("breaker.halfOpen")).toHaveLength(1);
    expect(of("breaker.closed")).toHaveLength(1);
    expect(of("integration.called").map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 0, 1, 1]);
    // What failed before counts no longer.
    well = false;
    await expect(charge()).rejects.toMatchObject({ fault: "status" });
    expect(payment.standing).toBe("closed");
  });

  test("opens again with the first probe that fails, for as long again", async () => {
    const { charge, open: payment, advance, server } = await payments(status(500), options);
    for (let n = 0; n < 4; n += 1) await charge().catch(() => {});
    advance(5_000);
    await expect(charge()).rejects.toMatchObject({ fault: "status" });
    expect(payment.standing).toBe("open");
    advance(4_999);
    await expect(charge()).rejects.toMatchObject({ fault: "breakerOpen" });
    advance(1);
    await expect(charge()).rejects.toMatchObject({ fault: "status" });
    expect(server.requests).toHaveLength(6);
  });

  test("lets no more than the probes through, and keeps nobody waiting for them", async () => {
    let hold = false;
    const held: (() => void)[] = [];
    const {
      charge,
      advance,
      server,
      open: payment,
    } = await payments((request, response, socket) => {
      if (!hold) return status(500)(request, response, socket);
      held.push(() => ok(request, response, socket));
    }, options);
    for (let n = 0; n < 4; n += 1) await charge().catch(() => {});
    advance(5_000);
    hold = true;
    const probes = [charge(), charge()];
    await server.received(6);
    await expect(charge()).rejects.toMatchObject({ fault: "breakerOpen", attempts: 0 });
    for (const answer of held) answer();
    await Promise.all(probes);
    expect(payment.standing).toBe("closed");
  });

  test("takes a probe whose caller went away for a failure", async () => {
    let hang = false;
    const {
      charge,
      advance,
      server,
      open: payment,
    } = await payments(
      (request, response, socket) => (hang ? undefined : status(500)(request, response, socket)),
      options,
    );
    for (let n = 0; n < 4; n += 1) await charge().catch(() => {});
    advance(5_000);
    hang = true;
    const caller = new AbortController();
    const failed = expect(charge({ signal: caller.signal })).rejects.toThrow("gone");
    await server.received(5);
    caller.abort(new Error("gone"));
    await failed;
    expect(payment.standing).toBe("open");
  });

  test.each([
    ["refusals", status(422)],
    ["wrong answers", ((_request, response) => json(response, 200, {})) as Handle],
    ["declared errors", status(402)],
  ])("does not count %s", async (_what, handle) => {
    const { charge, open: payment, server } = await payments(handle, options);
    for (let n = 0; n < 8; n += 1) await charge().catch(() => {});
    expect(payment.standing).toBe("closed");
    expect(server.requests).toHaveLength(8);
  });

  test("forgets what is longer ago than its window", async () => {
    const { charge, open: payment, advance } = await payments(status(500), options);
    for (let n = 0; n < 3; n += 1) await charge().catch(() => {});
    advance(10_000);
    for (let n = 0; n < 3; n += 1) await charge().catch(() => {});
    expect(payment.standing).toBe("closed");
    await charge().catch(() => {});
    expect(payment.standing).toBe("open");
  });

  test("stays closed while fewer than the part fail", async () => {
    const { charge, open: payment } = await payments(
      scripted(...[0, 1, 2, 3, 4].flatMap(() => [ok, ok, status(500)]), ok),
      options,
    );
    for (let n = 0; n < 15; n += 1) await charge().catch(() => {});
    expect(payment.standing).toBe("closed");
  });

  test("stops repetitions too", async () => {
    const { charge, server } = await payments(status(500), { breaker, retry: { limit: 10 } });
    await expect(charge()).rejects.toMatchObject({ fault: "breakerOpen", attempts: 4 });
    expect(server.requests).toHaveLength(4);
  });
});

describe("the bulkhead", () => {
  test("bounds what is under way, lets some wait in turn, and refuses the rest", async () => {
    const held: (() => void)[] = [];
    const { charge, server } = await payments(
      (request, response, socket) => void held.push(() => ok(request, response, socket)),
      { bulkhead: { concurrent: 2, queue: 1 } },
    );
    const first = [charge(), charge()];
    const waiting = charge();
    await expect(charge()).rejects.toMatchObject({
      code: "upstream_unavailable",
      fault: "bulkheadFull",
      attempts: 0,
      headers: { "retry-after": "1" },
    });
    await server.received(2);
    expect(server.requests).toHaveLength(2);
    held.shift()?.();
    await server.received(3);
    for (const answer of held) answer();
    await Promise.all([...first, waiting]);
    expect(server.requests).toHaveLength(3);
  });

  test("does not keep whoever stops waiting, and does not call for them", async () => {
    const held: (() => void)[] = [];
    const { charge, server } = await payments(
      (request, response, socket) => void held.push(() => ok(request, response, socket)),
      { bulkhead: { concurrent: 1, queue: 1 } },
    );
    const first = charge();
    await server.received(1);
    const caller = new AbortController();
    const failed = expect(charge({ signal: caller.signal })).rejects.toThrow("gone");
    caller.abort(new Error("gone"));
    await failed;
    held.shift()?.();
    await first;
    const next = charge();
    await server.received(2);
    held.shift()?.();
    await next;
    expect(server.requests).toHaveLength(2);
  });

  test("a full one speaks for no fault of the service", async () => {
    const {
      charge,
      open: payment,
      server,
    } = await payments(() => {}, {
      bulkhead: { concurrent: 1, queue: 0 },
      breaker: { minimum: 1 },
      retry: false,
    });
    const caller = new AbortController();
    const first = charge({ signal: caller.signal }).catch(() => {});
    await server.received(1);
    for (let n = 0; n < 5; n += 1) await expect(charge()).rejects.toMatchObject({ fault: "bulkheadFull" });
    expect(payment.standing).toBe("closed");
    caller.abort(new Error("gone"));
    await first;
  });
});
