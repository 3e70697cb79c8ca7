import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isUuid } from "../../src/base/id.ts";
import type { Envelope } from "../../src/operation/envelope.ts";
import type { Outcome } from "../../src/operation/outcome.ts";
import { type OpenDoor, openDoor, recordOutcome, someId } from "./open-door.ts";

let door: OpenDoor;
beforeAll(async () => {
  door = await openDoor({
    options: {
      headersTimeoutMs: 1_000,
      requestTimeoutMs: 1_000,
      maxBodyBytes: 5_000,
      corsOrigins: ["https://a.example"],
    },
  });
  door.outcome = outcomeOf;
});
afterAll(() => door.close());

/** What the pipeline would give for a call that it let through. */
function outcomeOf({ operation }: Envelope): Outcome {
  const json = JSON.stringify({ text: "é".repeat(1_500) });
  if (operation.kind === "list")
    return { ok: true, kind: "page", json: `[${json}]`, nextCursor: "n", prevCursor: "p" };
  if (operation.kind === "delete") return { ok: true, kind: "none" };
  return recordOutcome({ json, created: operation.kind === "create", composed: json.length % 2 === 0 });
}

const junk = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 30 }),
  fc.constantFrom(
    "",
    " ",
    "%",
    "%00",
    "%ff",
    "%2e%2e",
    "..",
    "\\",
    "\u0000",
    "\r",
    "\n",
    "\t",
    "*",
    ",",
    ";",
    "=",
    "[]",
    "__proto__",
    "constructor",
    "undefined",
    "-1",
    "1e999",
    "9".repeat(400),
    "a".repeat(3_000),
  ),
);
const word = (...words: readonly string[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: junk });

const method = word(
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "QUERY",
  "TRACE",
  "CONNECT",
  "PROPFIND",
  "M-SEARCH",
);
const segment = word(
  "v1",
  "orders",
  "customers",
  "complaints",
  someId,
  "query",
  "pay",
  "place-all",
  "summary",
  "latest",
  "rebuild-index",
  "livez",
  "readyz",
);
const paths = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "/v1/orders",
      `/v1/orders/${someId}`,
      `/v1/orders/${someId}/pay`,
      "/v1/orders/query",
      "/v1/orders/summary",
      `/v1/orders/${someId}/latest`,
      "/v1/rebuild-index",
      "/livez",
      "*",
    ),
  },
  { weight: 2, arbitrary: fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`) },
  { weight: 1, arbitrary: junk },
);
const parameterName = word(
  "limit",
  "cursor",
  "sort",
  "fields",
  "expand",
  "status",
  "status[in]",
  "total.amount[gte]",
  "days",
  "tags",
  "price",
  "status[",
  "[eq]",
  "a[b][c]",
);
const query = fc
  .array(fc.tuple(parameterName, word("5", "a,b", "-createdAt", "paid", "true")), { maxLength: 6 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("&"));
const field = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.tuple(
      fc.constantFrom(
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Content-Type",
        "Content-Encoding",
        "If-Match",
        "If-None-Match",
        "Prefer",
        "Origin",
        "X-Request-Id",
        "Expect",
        "Host",
        "Upgrade",
        "Range",
        "Access-Control-Request-Method",
        "Cookie",
      ),
      word(
        "*/*",
        "application/json",
        "application/merge-patch+json; charset=utf-8",
        "gzip",
        "br;q=0.5, zstd",
        "Bearer abc",
        '"7"',
        'W/"7", "8-gz"',
        "*",
        "return=minimal",
        "https://a.example",
        "100-continue",
        "websocket",
      ),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(junk, junk) },
);
const body = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    "{}",
    "[]",
    '{"filter":{"status":"paid"}}',
    '{"a":1,"a":2}',
    '{"__proto__":{}}',
    "[".repeat(4_000),
    "x".repeat(6_000),
    "\u001f\u008b\u0008",
  ),
  junk,
);
const framing = fc.oneof(
  { weight: 9, arbitrary: fc.constant("length") },
  { weight: 2, arbitrary: fc.constantFrom("chunked", "short", "long", "both", "none") },
);

/** Good requests, of which parts are replaced. */
const json: readonly [string, string] = ["Content-Type", "application/json"];
const good = fc.constantFrom(
  { method: "GET", path: `/v1/orders/${someId}`, query: "fields=id", fields: [], body: undefined },
  { method: "GET", path: "/v1/orders", query: "limit=5&status=paid", fields: [], body: undefined },
  { method: "QUERY", path: "/v1/orders", query: "", fields: [json], body: '{"limit":5}' },
  { method: "POST", path: "/v1/orders", query: "", fields: [json], body: '{"note":"x"}' },
  { method: "PATCH", path: `/v1/orders/${someId}`, query: "", fields: [json], body: '{"note":null}' },
  { method: "DELETE", path: `/v1/orders/${someId}`, query: "", fields: [], body: undefined },
  { method: "POST", path: `/v1/orders/${someId}/pay`, query: "", fields: [json], body: "{}" },
  { method: "GET", path: "/v1/orders/summary", query: "days=5&tags=a,b", fields: [], body: undefined },
);
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

interface Hostile {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly body: string | undefined;
  readonly framing: string;
}

const request: fc.Arbitrary<Hostile> = fc
  .record({
    base: good,
    method: seldom(method),
    path: seldom(paths),
    query: seldom(query),
    more: seldom(fc.array(field, { maxLength: 4 })),
    body: seldom(body),
    framing,
  })
  .map(({ base, more = [], framing, ...changes }) => ({
    method: changes.method ?? base.method,
    path: changes.path ?? base.path,
    query: changes.query ?? base.query,
    fields: [...base.fields, ...more],
    body: changes.body ?? base.body,
    framing,
  }));

function bytesOf(given: Hostile): Buffer {
  const content = Buffer.from(given.body ?? "");
  const length = {
    length: content.length,
    short: content.length >> 1,
    long: content.length + 5,
    both: content.length,
  }[given.framing as string];
  const target = given.query === "" ? given.path : `${given.path}?${given.query}`;
  const lines = [
    `${given.method} ${target} HTTP/1.1`,
    "Host: x",
    "Connection: close",
    ...given.fields.map(([name, value]) => `${name}: ${value}`),
    ...(given.body !== undefined && length !== undefined ? [`Content-Length: ${length}`] : []),
    ...(given.framing === "chunked" || given.framing === "both" ? ["Transfer-Encoding: chunked"] : []),
  ];
  const payload =
    given.framing === "chunked" || given.framing === "both"
      ? Buffer.concat([
          Buffer.from(`${content.length.toString(16)}\r\n`),
          content,
          Buffer.from(content.length > 0 ? "\r\n0\r\n\r\n" : "\r\n"),
        ])
      : content;
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), payload]);
}

function converse(bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(door.port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    socket.end(bytes);
  });
}

test("whatever is sent, the answer is well-formed, never an error of ours, and the server lives", async () => {
  const requests = fc.sample(request, { numRuns: 4_000, seed: 20_261_121 });
  const statuses = new Map<string, number>();
  for (let start = 0; start < requests.length; start += 50) {
    await Promise.all(
      requests.slice(start, start + 50).map(async (given) => {
        const received = await converse(bytesOf(given));
        const [, status = "none"] =
          /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (\d{3}) /.exec(received) ?? [];
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const context = JSON.stringify({ given, received: received.slice(0, 600) }).slice(0, 3_000);
        if (received !== "") expect(status, context).toMatch(/^(?:[24]\d\d|304|501)$/);
        if (/^[45]/.test(status) && given.method !== "HEAD")
          expect(received, context).toMatch(/content-type: application\/problem\+json/i);
      }),
    );
  }
  expect(
    door.observed.filter((one) => one.type === "request.refused" && one.error.code === "internal"),
  ).toEqual([]);
  for (const { id, requestId } of door.envelopes) {
    if (id !== undefined) expect(isUuid(id)).toBe(true);
    expect(requestId).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  }
  // The mixture reaches the pipeline, and all kinds of refusals, often enough to mean something.
  expect(door.envelopes.length).toBeGreaterThan(1_000);
  expect([...statuses.keys()]).toEqual(
    expect.arrayContaining(["200", "400", "404", "405", "412", "413", "415", "422", "501"]),
  );
  expect((await door.send("GET", "/livez")).status).toBe(200);
}, 60_000);
