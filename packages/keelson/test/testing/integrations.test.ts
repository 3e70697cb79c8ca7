import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  backend,
  command,
  everyone,
  IntegrationError,
  integer,
  integration,
  job,
  query,
  resource,
  text,
} from "../../src/index.ts";
import { type TestBackend, testBackend } from "../../src/testing/index.ts";
import { json, upstreamServer } from "../support/upstream-server.ts";

const payments = integration("payments", {
  baseUrl: { env: "TEST_PAYMENTS_URL" },
  auth: { bearer: { env: "TEST_PAYMENTS_KEY" } },
  breaker: { minimum: 4, open: "30s" },
  operations: {
    charge: {
      method: "POST",
      path: "/charges",
      idempotent: true,
      input: { amount: integer(), token: text() },
      output: { id: text(), note: text().optional() },
      errors: { cardDeclined: { status: 402 }, tooMuch: { status: 422 } },
    },
    find: { method: "GET", path: "/charges/{id}", input: { id: text() }, output: { id: text() } },
  },
});

/** Long enough for more than the patience that a transaction usually has. */
const slow = integration("slow", {
  baseUrl: "http://slow.example.com",
  timeout: { total: "20s" },
  operations: { ask: { method: "GET", path: "/", inTransaction: true, output: { patience: text() } } },
});

const bill = resource("bill", {
  fields: { amount: integer(), charge: text().optional() },
  access: { read: everyone, create: everyone, update: everyone },
});

let races = 0;
let lastError: unknown;

const pay = command(bill, "pay", {
  input: { token: text() },
  output: bill,
  errors: { declined: { status: 402, title: "The card was declined" } },
  access: everyone,
  async run({ row, input, use, db, fail }) {
    const charged = await use(payments).charge(
      { amount: row.amount, token: input.token },
      { on: { cardDeclined: () => fail("declined") } },
    );
    const updated = await db.update(bill, row.id, { charge: charged.id });
    if (races > 0) {
      races -= 1;
      await db.asSystem("lose a race").sql({ bill }).selectFrom("bill").select(lost).execute();
    }
    return updated;
  },
});

const lost = () => {
  throw Object.assign(new Error("could not serialize"), { code: "40001" });
};

const twice = command("twice", {
  access: everyone,
  async run({ use }) {
    await use(payments).charge({ amount: 1, token: "a" });
    await use(payments).charge({ amount: 1, token: "a" });
    await use(payments).charge({ amount: 2, token: "a" });
    await use(payments).charge({ amount: 2, token: "a" }, { idempotencyKey: "own" });
  },
});

const sees = query("sees", {
  output: { error: text() },
  access: everyone,
  async run({ use }) {
    const found = await use(payments)
      .charge({ amount: 1, token: "a" })
      .catch((error: unknown) => {
        lastError = error;
        if (error instanceof IntegrationError) return { id: `${error.fault} ${error.error}` };
        throw error;
      });
    return { error: found.id };
  },
});

const wrongly = command("wrongly", {
  access: everyone,
  async run({ use }) {
    await use(payments).charge({ amount: 1.5, token: "a" });
  },
});

const elsewhere = command("elsewhere", {
  access: everyone,
  async run({ use }) {
    await use(integration("other", { baseUrl: "http://x.example.com", operations: {} }));
  },
});

const patient = command("patient", {
  output: { idle: text() },
  access: everyone,
  async run({ use, db }) {
    await use(slow).ask();
    const { rows } = await db
      .asSystem("look at the setting")
      .sql({ bill })
      .selectNoFrom((e) =>
        e.fn<string>("current_setting", [e.val("idle_in_transaction_session_timeout")]).as("idle"),
      )
      .execute()
      .then((rows) => ({ rows }));
    return { idle: rows[0]?.idle ?? "" };
  },
});

const chargeLater = job("chargeLater", {
  input: { amount: integer(), first: text().optional() },
  transaction: "each",
  async run({ input, use, job: { attempt } }) {
    // A later run has done this part already.
    if (attempt === 1) await use(payments).charge({ amount: 1, token: "before" });
    await use(payments).charge({ amount: input.amount, token: "job" });
  },
});

const app = backend({
  name: "bills",
  resources: [bill],
  commands: [pay, twice, wrongly, elsewhere, patient],
  queries: [sees],
  jobs: [chargeLater],
  integrations: [payments, slow],
});

let t: TestBackend<typeof app>;
beforeAll(async () => {
  t = await testBackend(app);
});
afterEach(async () => {
  races = 0;
  await t.reset();
});
afterAll(() => t.close());

const keys = () => t.integrations.payments.requests.map(({ headers }) => headers["idempotency-key"]);

describe("an answer that a test gives", () => {
  test("is the call's, checked like any other", async () => {
    t.integrations.payments.respond("charge", ({ body }) => ({
      id: `ch_${(body as { amount: number }).amount}`,
      note: null,
    }));
    const { id } = await t.make.bill({ amount: 7 });
    expect(await t.anonymous.bill.pay(id, { token: "tok" })).toMatchObject({ charge: "ch_7" });
    expect(t.integrations.payments.requests).toMatchObject([
      { operation: "charge", method: "POST", target: "/charges", body: { amount: 7, token: "tok" } },
    ]);
    // Nobody reads a secret in the output of a test.
    expect(t.integrations.payments.requests[0]?.headers["authorization"]).toBe("(set)");
    t.integrations.payments.respond("charge", { id: 5 } as never);
    await expect(t.anonymous.bill.pay(id, { token: "tok" })).rejects.toMatchObject({
      code: "upstream_failed",
    });
  });

  test("may be a declared error, which the handler tells apart", async () => {
    t.integrations.payments.refuse("charge", "cardDeclined", { code: "insufficient_funds" });
    const { id } = await t.make.bill({ amount: 7 });
    await expect(t.anonymous.bill.pay(id, { token: "tok" })).rejects.toMatchObject({
      code: "declined",
      status: 402,
    });
    expect((await t.anonymous.bill.get(id)).charge).toBeNull();
    expect(t.observations("integration.called")).toMatchObject([
      { fault: "declared", error: "cardDeclined" },
    ]);
  });

  test("may be one that nobody catches", async () => {
    t.integrations.payments.refuse("charge", "tooMuch", { limit: 5 });
    expect(await t.anonymous.sees()).toEqual({ error: "declared tooMuch" });
    expect(lastError).toMatchObject({ code: "upstream_failed", upstreamStatus: 422, body: { limit: 5 } });
  });

  test("is missing: nothing leaves the process, and the reason says what to write", async () => {
    const { id } = await t.make.bill({ amount: 7 });
    await expect(t.anonymous.bill.pay(id, { token: "tok" })).rejects.toMatchObject({
      code: "internal",
      cause: { message: expect.stringContaining('t.integrations.payments.respond("charge", …)') },
    });
  });

  test("is the server's own where it is connected", async () => {
    const server = await upstreamServer((_request, response) =>
      json(response, 200, { id: "real", note: "x" }),
    );
    try {
      t.integrations.payments.connect(`${server.url.href}api`);
      const { id } = await t.make.bill({ amount: 7 });
      expect(await t.anonymous.bill.pay(id, { token: "tok" })).toMatchObject({ charge: "real" });
      expect(server.requests).toMatchObject([{ method: "POST", target: "/api/charges" }]);
    } finally {
      t.integrations.payments.reset();
      await server.close();
    }
  });
});

describe("a fault that a test wants", () => {
  test.each([
    ["unreachable", "upstream_unavailable", 503, 3],
    ["broken", "upstream_unavailable", 503, 3],
    ["timeout", "upstream_timeout", 504, 3],
    [{ status: 500 }, "upstream_failed", 502, 3],
    [{ status: 503 }, "upstream_unavailable", 503, 3],
    [{ status: 504 }, "upstream_timeout", 504, 3],
    [{ status: 400 }, "upstream_failed", 502, 1],
  ] as const)(
    "%j is %s for the caller, and says nothing of theirs",
    async (fault, code, status, attempts) => {
      t.integrations.payments.fail(fault);
      const { id } = await t.make.bill({ amount: 7 });
      const answer = await t.api.fetch(`/v1/bills/${id}/pay`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: "tok" }),
      });
      expect(answer.status).toBe(status);
      const problem = await answer.text();
      expect(JSON.parse(problem)).toMatchObject({ code, status });
      expect(problem).not.toContain("payments");
      expect(answer.headers.get("retry-after")).toBe(code === "upstream_failed" ? null : "1");
      expect(t.integrations.payments.requests).toHaveLength(attempts);
      // All attempts are the same request.
      expect(new Set(keys()).size).toBe(1);
    },
  );

  test("comes as often as it says, of the operation that it says", async () => {
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    t.integrations.payments.fail("unreachable", { on: "find" });
    t.integrations.payments.fail({ status: 503, retryAfter: 2 }, { times: 2 });
    const { id } = await t.make.bill({ amount: 7 });
    expect(await t.anonymous.bill.pay(id, { token: "tok" })).toMatchObject({ charge: "ch_1" });
    expect(t.integrations.payments.requests).toHaveLength(3);
  });

  test("opens the breaker, which readiness notes; the clock closes it", async () => {
    t.clock.set("2026-11-21T10:00:00Z");
    t.integrations.payments.fail("unreachable", { times: 6 });
    for (let n = 0; n < 2; n += 1) await t.anonymous.twice().catch(() => {});
    expect(t.observations("breaker.opened")).toMatchObject([{ integration: "payments" }]);
    const ready = await t.api.fetch("/readyz");
    expect(ready.status).toBe(200);
    expect(await ready.text()).toContain("integration payments: calls are refused");
    const before = t.integrations.payments.requests.length;
    await expect(t.anonymous.twice()).rejects.toMatchObject({
      code: "upstream_unavailable",
      headers: { "retry-after": "30" },
    });
    expect(t.integrations.payments.requests).toHaveLength(before);
    t.clock.advance({ seconds: 30 });
    t.integrations.payments.reset();
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    await t.anonymous.twice();
    expect(await (await t.api.fetch("/readyz")).text()).not.toContain("payments");
  });
});

describe("idempotency keys", () => {
  test("are told apart by what is asked for and by their number, and may be given", async () => {
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    await t.anonymous.twice();
    const first = keys();
    expect(new Set(first).size).toBe(4);
    expect(first[3]).toBe("own");
    expect(first[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    // Another request is another intention.
    await t.anonymous.twice();
    expect(new Set(keys()).size).toBe(7);
  });

  test("are others for another request, also where its caller gives it the same request id", async () => {
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    const { id } = await t.make.bill({ amount: 7 });
    for (let n = 0; n < 2; n += 1) await payOverHttp(id, { "x-request-id": "mine" });
    expect(new Set(keys()).size).toBe(2);
    expect(t.integrations.payments.requests.map(({ headers }) => headers["x-request-id"])).toEqual([
      "mine",
      "mine",
    ]);
  });

  test("are the same when a caller repeats a request under their own key after a failure", async () => {
    const { id } = await t.make.bill({ amount: 7 });
    const key = { "idempotency-key": "0190f1c0-7a3e-7000-8000-000000000001" };
    t.integrations.payments.fail("timeout", { times: 3 });
    expect((await payOverHttp(id, key)).status).toBe(504);
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    expect((await payOverHttp(id, key)).status).toBe(200);
    expect(keys()).toHaveLength(4);
    expect(new Set(keys()).size).toBe(1);
    // And then the answer is kept: nothing is called any more.
    expect((await payOverHttp(id, key)).status).toBe(200);
    expect(keys()).toHaveLength(4);
  });

  test("are the same when a transaction that lost a race is run again", async () => {
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    const { id } = await t.make.bill({ amount: 7 });
    races = 1;
    expect(await t.anonymous.bill.pay(id, { token: "tok" })).toMatchObject({ charge: "ch_1" });
    expect(keys()).toHaveLength(2);
    expect(new Set(keys()).size).toBe(1);
  });

  test("are the same when a job runs again, also where it has done a part before", async () => {
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    await t.enqueue(t.anonymous, chargeLater, { amount: 9 });
    t.clock.set("2099-01-01T00:00:00Z");
    // The first charge succeeds, the second one does not.
    t.integrations.payments.respond("charge", ({ body }) =>
      (body as { token: string }).token === "before" ? { id: "ch_0", note: null } : ({} as never),
    );
    // Whoever looks after jobs is told what it was.
    expect(await t.runJobs()).toMatchObject([
      {
        type: "job.failed",
        code: "upstream_failed",
        message: expect.stringMatching(/payments\.charge: .*no body|payments\.charge: #\/id/),
      },
    ]);
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    t.clock.advance({ hours: 1 });
    expect(await t.runJobs()).toMatchObject([{ type: "job.finished", attempt: 2 }]);
    expect(keys()).toHaveLength(3);
    expect(keys()[1]).toBe(keys()[2]);
    expect(keys()[0]).not.toBe(keys()[1]);
  });
});

const payOverHttp = (id: string, headers: Readonly<Record<string, string>>) =>
  t.api.fetch(`/v1/bills/${id}/pay`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ token: "tok" }),
  });

describe("a handler", () => {
  test("passes the trace on", async () => {
    t.integrations.payments.respond("charge", { id: "ch_1", note: null });
    const { id } = await t.make.bill({ amount: 7 });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await payOverHttp(id, { traceparent, tracestate: "a=b" });
    await payOverHttp(id, { traceparent: `00-${"0".repeat(32)}-b7ad6b7169203331-01`, tracestate: "a=b" });
    const [first, second] = t.integrations.payments.requests;
    expect(first?.headers).toMatchObject({ traceparent, tracestate: "a=b" });
    expect(second?.headers["traceparent"]).toBeUndefined();
  });

  test("that gives wrong input is told so, and nothing is sent", async () => {
    await expect(t.anonymous.wrongly()).rejects.toMatchObject({
      code: "internal",
      cause: { message: expect.stringContaining("#/amount") },
    });
    expect(t.integrations.payments.requests).toEqual([]);
  });

  test("cannot use what is not the back end's", async () => {
    await expect(t.anonymous.elsewhere()).rejects.toMatchObject({
      code: "internal",
      cause: { message: expect.stringContaining("backend({ integrations })") },
    });
  });

  test("that waits for long tells PostgreSQL to have patience", async () => {
    t.integrations.slow.respond("ask", { patience: "x" });
    expect(await t.anonymous.patient()).toEqual({ idle: "25s" });
  });

  test("undoes what it has written when the call fails", async () => {
    t.integrations.payments.fail("timeout");
    const { id } = await t.make.bill({ amount: 7, charge: "none" });
    await expect(t.anonymous.bill.pay(id, { token: "tok" })).rejects.toMatchObject({
      code: "upstream_timeout",
    });
    expect(await t.anonymous.bill.get(id)).toMatchObject({ charge: "none" });
  });
});

test("a test that names what is not there is told so", () => {
  expect(() => t.integrations.payments.respond("chrge" as never, {} as never)).toThrow(
    'no operation "chrge"',
  );
  expect(() => t.integrations.payments.refuse("charge", "declined" as never)).toThrow('no error "declined"');
  expect(() => t.integrations.payments.fail("timeout", { on: "x" as never })).toThrow('no operation "x"');
});
