import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { everyone } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import { choice, integer, many, money, reference, text, timestamp } from "../../src/declare/field.ts";
import { query } from "../../src/declare/operation.ts";
import { resource } from "../../src/declare/resource.ts";
import { createHttpServer } from "../../src/transport/create-http-server.ts";
import type { HttpServer } from "../../src/transport/http/http-server.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";

const rules = { read: everyone, create: everyone, update: everyone };
const customer = resource("customer", {
  fields: { name: text(), orders: many("order", { via: "customer" }) },
  access: rules,
});
const order = resource("order", {
  fields: {
    customer: reference(() => customer),
    status: choice("draft", "paid").default("draft"),
    total: money().optional(),
    note: text().optional(),
    placedAt: timestamp().optional(),
  },
  access: rules,
  list: {
    filter: ["status", "total.amount", "total.currency", "customer", "note", "placedAt"],
    sort: ["createdAt", "total.amount"],
  },
});
const count = query(order, "count", {
  on: "collection",
  input: { days: integer().optional() },
  output: { days: integer() },
  access: everyone,
  run: ({ input }) => ({ days: input.days ?? 0 }),
});

let kept: TestBackend;
let server: HttpServer;
let customerId: string;
let orderId: string;
beforeAll(async () => {
  kept = await openTestBackend(backend({ name: "hostile", resources: [customer, order], queries: [count] }));
  server = createHttpServer({ model: kept.model, run: kept.app.run, observe: () => {} });
  customerId = (await kept.trusted().create(customer, { name: "Ada" })).id;
  orderId = (await kept.trusted().create(order, { customer: customerId })).id;
});
afterAll(async () => {
  await server.close();
  await kept.close();
});

/** Texts at the edges of what numbers, dates, ids, patterns and encodings can say. */
const edges = [
  ...[
    "",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "\u0000",
    "a\u0000b",
    "null",
    "true",
    "draft",
    "paid",
    "GBP",
    "x".repeat(9_000),
  ],
  ...["0", "-1", "5", "1e308", "2147483648", "-2147483649", "9007199254740992", "99999999999999999999"],
  ...["2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-02-30T00:00:00Z"],
  ...[
    "infinity",
    "-infinity",
    "now",
    "epoch",
    "-createdAt",
    "customer",
    "orders",
    "customer.orders.customer",
  ],
];

function hostileRequests(): fc.Arbitrary<{ method: string; path: string; query: string; body: unknown }> {
  const ids = [customerId, orderId, customerId.toUpperCase()];
  const value = fc.oneof(fc.constantFrom(...edges, ...ids), fc.string({ unit: "binary", maxLength: 12 }));
  const fields = [
    "status",
    "total.amount",
    "total.currency",
    "total",
    "customer",
    "customer.name",
    "note",
    "placedAt",
    "id",
    "createdAt",
  ];
  const name = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.constantFrom("limit", "cursor", "sort", "fields", "expand", "days", ...fields),
    },
    { weight: 1, arbitrary: value },
  );
  const operators = ["eq", "ne", "gt", "lte", "in", "nin", "contains", "startsWith", "isNull", "and", "nope"];
  const encode = (part: string) => encodeURIComponent(part.toWellFormed());
  const parameter = fc
    .tuple(name, fc.constantFrom("", ...operators.map((operator) => `[${operator}]`)), value)
    .map(([left, operator, right]) => `${encode(left)}${operator}=${encode(right)}`);
  const member = fc.oneof(
    value,
    fc.integer(),
    fc.double(),
    fc.jsonValue({ maxDepth: 2 }),
    fc.record({
      amount: fc.oneof(fc.integer(), fc.double(), value),
      currency: fc.oneof(fc.constant("GBP"), value),
    }),
  );
  const comparison = fc.dictionary(
    fc.constantFrom(...operators),
    fc.oneof(member, fc.array(member, { maxLength: 3 })),
    { maxKeys: 2 },
  );
  const { filter } = fc.letrec((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      fc.dictionary(name, fc.oneof(member, comparison), { maxKeys: 2 }),
      fc.record({ or: fc.array(tie("filter"), { maxLength: 2 }) }),
      fc.record({ not: tie("filter") }),
      member,
    ),
  }));
  const body = fc.oneof(
    fc.record(
      { filter, limit: member, sort: member, expand: fc.array(value, { maxLength: 2 }) },
      { requiredKeys: [] },
    ),
    fc.record(
      {
        customer: fc.oneof(fc.constant(customerId), member),
        status: member,
        total: member,
        note: member,
        placedAt: member,
      },
      { requiredKeys: [] },
    ),
    fc.dictionary(name, member, { maxKeys: 3 }),
    member,
  );
  const places = [
    "/v1/orders",
    "/v1/orders/query",
    "/v1/orders/count",
    "/v1/customers",
    `/v1/orders/${orderId}`,
    `/v1/customers/${customerId}`,
  ];
  return fc.record({
    method: fc.constantFrom("GET", "GET", "QUERY", "POST", "PATCH"),
    path: fc.constantFrom(...places),
    query: fc.oneof(
      fc.constant(""),
      fc.array(parameter, { maxLength: 3 }).map((parts) => `?${parts.join("&")}`),
    ),
    body,
  });
}

test("no value that can be sent makes an error of ours, down to the database", async () => {
  const statuses = new Set<number>();
  for (const { method, path, query, body } of fc.sample(hostileRequests(), { numRuns: 3_000, seed: 2_026 })) {
    const answer = await server.inject({
      method: method as "GET",
      url: `${path}${query}`,
      ...(method === "GET"
        ? {}
        : { payload: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    statuses.add(answer.statusCode);
    const ended = kept.observed.findLast((one) => one.type === "call.ended");
    const context = () => `${JSON.stringify({ method, path, query, body })}\n${ended?.error?.cause}`;
    if (answer.statusCode >= 500) expect.fail(context());
  }
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 405, 422]));
}, 60_000);
