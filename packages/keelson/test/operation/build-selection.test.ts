import { describe, expect, test } from "vitest";
import { anonymous, type Caller, system, user } from "../../src/base/caller.ts";
import type { Fault } from "../../src/base/error.ts";
import { newCursorCodec } from "../../src/data/plan/cursor.ts";
import type { FilterNode, SelectionNode } from "../../src/data/plan/selection.ts";
import { policyViews } from "../../src/model/policy-view.ts";
import {
  buildListSelection,
  buildRecordSelection,
  readFailure,
} from "../../src/operation/build-selection.ts";
import { plainNodes } from "../../src/operation/default-nodes.ts";
import type { ReadContext } from "../../src/operation/read-context.ts";
import { bodyOrigin, queryOrigin } from "../../src/operation/read-origins.ts";
import type { ReadRequest } from "../../src/operation/read-request.ts";
import { market } from "../market/market-model.ts";

const viewOf = policyViews(market);
const cursors = newCursorCodec({
  keys: [{ id: "k", secret: new Uint8Array(32) }],
  clock: { now: () => 0 },
});
const buyer = user("ada");
const support = user("bob", ["support"]);
const manager = user("eve", ["manager"]);
const id = "019a0b3c-0000-7000-8000-000000000001";

interface Options {
  readonly caller?: Caller;
  readonly trusted?: boolean;
  readonly body?: boolean;
}

function contextFor(
  name: string,
  { caller = manager, trusted = false, body = false }: Options = {},
): ReadContext {
  const resource = market.resources.get(name);
  if (!resource) throw new Error(`no resource ${name}`);
  const origin = body || trusted ? bodyOrigin : queryOrigin;
  return { model: market, resource, view: viewOf(caller), origin, cursors, trusted };
}

function list(name: string, request: ReadRequest, options?: Options) {
  const built = buildListSelection(request, contextFor(name, options));
  if (!built.ok) throw new Error(JSON.stringify(built.error));
  return built.value;
}

function faults(name: string, request: ReadRequest, options?: Options): readonly Fault[] {
  const built = buildListSelection(request, contextFor(name, options));
  if (built.ok) throw new Error(`accepted ${JSON.stringify(built.value)}`);
  return built.error;
}

function fault(name: string, request: ReadRequest, options?: Options): Fault {
  const found = faults(name, request, options);
  expect(found).toHaveLength(1);
  return found[0] as Fault;
}

/** Nodes as people write them: `id customer{id name}`. */
const printed = (nodes: readonly SelectionNode[]): string =>
  nodes.map((node) => (node.kind === "field" ? node.as : `${node.as}{${printed(node.nodes)}}`)).join(" ");

/** A filter as one line. */
function shown(node: FilterNode | undefined): string {
  if (!node) return "";
  if ("args" in node) return `(${node.args.map(shown).join(` ${node.op} `)})`;
  if ("arg" in node) return `not ${shown(node.arg)}`;
  return `${node.path.text} ${node.op} ${JSON.stringify("values" in node ? node.values : node.value)}`;
}

describe("fields and expand", () => {
  test("without them: what the caller may read, the same array every time", () => {
    const view = viewOf(support);
    const order = contextFor("order").resource;
    const { nodes } = list("order", {}, { caller: support });
    expect(nodes).toBe(plainNodes(order, view));
    expect(printed(nodes)).toBe("id customer status total note placedAt createdAt updatedAt version");
    expect(list("order", { fields: [], expand: [] }, { caller: support }).nodes).toBe(nodes);
  });

  test("come in the model's order, whatever the request's", () => {
    const request = { fields: ["note", "id"], expand: ["lines.product", "customer"] };
    expect(printed(list("order", { ...request, limit: 5 }, { caller: support }).nodes)).toBe(
      `id customer{${printed(plain("customer", support))}} note lines{id order product{${printed(plain("product", support))}} quantity unitPrice createdAt updatedAt version}`,
    );
  });

  test("name single fields of expanded relations", () => {
    const request = { fields: ["customer.name"], expand: ["customer"] };
    expect(printed(list("order", request, { caller: support }).nodes)).toBe("customer{name}");
    const more = { fields: ["id", "lines.quantity", "lines.product.sku"], expand: ["lines.product"] };
    expect(printed(list("order", more, { caller: support }).nodes)).toBe("id lines{product{sku} quantity}");
  });

  test("equal requests give the same nodes", () => {
    const nodes = () =>
      list("order", { fields: ["id", "customer.name"], expand: ["customer"] }, { caller: support }).nodes;
    expect(nodes()).toBe(nodes());
  });

  test.each([
    [{ fields: ["nmae"] }, "fields", "unknown", 'Did you mean "name"'],
    [{ fields: ["cost"] }, "fields", "unknown", '"product" has no field "cost"'],
    [{ fields: ["tags"] }, "fields", "not_expanded", "expand"],
    [{ fields: ["price.amount"] }, "fields", "unknown", "no fields of its own"],
    [{ fields: ["tags.label"] }, "fields", "not_expanded", "must be expanded"],
    [{ fields: [""] }, "fields", "unknown", ""],
    [{ fields: ["constructor"] }, "fields", "unknown", ""],
    [{ fields: Array.from({ length: 201 }, () => "id") }, "fields", "budget", "200"],
    [{ expand: ["tag"] }, "expand", "unknown", 'Did you mean "tags"'],
    [{ expand: ["name"] }, "expand", "unknown", ""],
    [{ expand: ["audit"] }, "expand", "unknown", ""],
    [{ expand: ["__proto__"] }, "expand", "unknown", ""],
    [{ expand: ["tags.a.b.c"] }, "expand", "budget", "3 levels"],
  ] as const)("%j is refused", (request, parameter, code, words) => {
    const found = fault("product", request, { caller: buyer });
    expect(found).toMatchObject({ parameter, code });
    expect(found.detail).toContain(words);
  });

  test("a relation whose records are unreadable looks like no relation", () => {
    const unreadable = fault("product", { expand: ["audit"] }, { caller: manager });
    const missing = fault("product", { expand: ["audix"] }, { caller: manager });
    expect(unreadable.detail.replaceAll("audit", "audix")).toBe(missing.detail);
  });

  test("reads that could grow out of bounds are refused before they begin", () => {
    const expand = ["lines", "lines.order", "lines.order.lines"];
    expect(fault("order", { expand, limit: 200 }, { caller: support })).toMatchObject({ code: "budget" });
    expect(list("order", { expand, limit: 50 }, { caller: support }).page.limit).toBe(50);
  });

  test("of one record take nothing that is for lists", () => {
    const built = buildRecordSelection({ sort: "name", limit: 3 }, contextFor("product"));
    expect(built.ok ? [] : built.error.map((found) => [found.parameter, found.code])).toEqual([
      ["sort", "unknown"],
      ["limit", "unknown"],
    ]);
    expect(buildRecordSelection({ fields: ["id"] }, contextFor("product"))).toMatchObject({
      ok: true,
      value: { resource: "product", nodes: [{ as: "id" }] },
    });
  });
});

function plain(name: string, caller: Caller): readonly SelectionNode[] {
  return plainNodes(contextFor(name).resource, viewOf(caller));
}

describe("filters in a query string", () => {
  test.each([
    [{ name: "Mug" }, 'name eq "Mug"'],
    [{ stock: "5" }, "stock eq 5"],
    [{ stock: { gte: "1", lt: "10" } }, "(stock gte 1 and stock lt 10)"],
    [{ active: "true" }, "active eq true"],
    [{ rating: "4.5" }, "rating eq 4.5"],
    [{ weight: { lte: "1.250" } }, 'weight lte "1.250"'],
    [{ views: "9007199254740993" }, 'views eq "9007199254740993"'],
    [{ "price.amount": { gte: "100" } }, "price.amount gte 100"],
    [{ "cost.currency": "USD" }, 'cost.currency eq "USD"'],
    [{ availableFrom: "2024-02-29" }, 'availableFrom eq "2024-02-29"'],
    [{ createdAt: { gt: "2026-01-01T01:00:00+01:00" } }, 'createdAt gt "2026-01-01T00:00:00Z"'],
    [{ batch: id.toUpperCase() }, `batch eq ${JSON.stringify(id)}`],
    [{ sku: { in: "A,B" } }, 'sku in ["A","B"]'],
    [{ sku: { nin: ["A", "B,C"] } }, 'sku nin ["A","B,C"]'],
    [{ name: { contains: "mu", startsWith: "M" } }, '(name contains "mu" and name startsWith "M")'],
    [{ rating: { isNull: "true" } }, "rating isNull true"],
    [{ stock: "1", active: "false", name: "x" }, '(active eq false and name eq "x" and stock eq 1)'],
  ] as const)("%j", (filter, expected) => {
    expect(shown(list("product", { filter }).filter)).toBe(expected);
  });

  test.each([
    [{ stok: "1" }, "stok", "unknown", 'Did you mean "stock"'],
    [{ labels: "a" }, "labels", "unknown", ""],
    [{ id }, "id", "unknown", ""],
    [{ or: "x" }, "or", "unknown", ""],
    [{ price: "1" }, "price", "unknown", '"price.amount"'],
    [{ stock: "05" }, "stock", "type", '"05"'],
    [{ stock: "+5" }, "stock", "type", ""],
    [{ stock: "1.0" }, "stock", "type", ""],
    [{ stock: "" }, "stock", "type", ""],
    [{ stock: "2147483648" }, "stock", "range", ""],
    [{ stock: ["1", "2"] }, "stock", "type", "a list"],
    [{ active: "yes" }, "active", "type", ""],
    [{ rating: "NaN" }, "rating", "type", ""],
    [{ rating: "1e999" }, "rating", "range", ""],
    [{ weight: "1e3" }, "weight", "type", ""],
    [{ weight: "1.2345" }, "weight", "range", ""],
    [{ views: "9223372036854775808" }, "views", "type", ""],
    [{ "price.amount": "9007199254740992" }, "price.amount", "range", ""],
    [{ "price.currency": "GBP" }, "price.currency", "unknown", ""],
    [{ "cost.currency": "usd" }, "cost.currency", "type", ""],
    [{ availableFrom: "2023-02-29" }, "availableFrom", "type", ""],
    [{ createdAt: "yesterday" }, "createdAt", "type", ""],
    [{ batch: "1" }, "batch", "type", ""],
    [{ name: "\u0000" }, "name", "nul", ""],
    [{ name: "\ud800" }, "name", "surrogate", ""],
    [{ name: "x".repeat(10_001) }, "name", "range", ""],
    [{ name: { gt: "a" } }, "name[gt]", "operator", '"startsWith"'],
    [{ stock: { contains: "1" } }, "stock[contains]", "operator", ""],
    [{ stock: { eqq: "1" } }, "stock[eqq]", "operator", 'Did you mean "eq"'],
    [{ active: { in: "true" } }, "active[in]", "operator", ""],
    [{ rating: { isNull: "1" } }, "rating[isNull]", "type", ""],
    [{ stock: {} }, "stock", "operator", ""],
    [{ stock: { in: Array.from({ length: 101 }, (_, i) => `${i}`).join() } }, "stock[in]", "budget", "100"],
  ] as const)("%j is refused", (filter, parameter, code, words) => {
    const found = fault("product", { filter: filter as never });
    expect(found).toMatchObject({ parameter, code });
    expect(found.detail).toContain(words);
  });

  test("what the caller may not read does not exist", () => {
    const own = (request: ReadRequest) => fault("product", request, { caller: buyer });
    for (const filter of [{ "cost.amount": "1" }, { "cxst.amount": "1" }]) {
      expect(own({ filter })).toMatchObject({ code: "unknown" });
    }
    const hidden = own({ filter: { "cost.amount": "1" } }).detail;
    expect(hidden.replaceAll("cost.", "cxst.")).toBe(own({ filter: { "cxst.amount": "1" } }).detail);
    expect(own({ sort: "cost.amount" }).detail.replaceAll("cost.", "cxst.")).toBe(
      own({ sort: "cxst.amount" }).detail,
    );
    expect(hidden).not.toMatch(/"cost\.[^"]*"[^"]*Did|one of.*"cost/);
  });

  test("nor along relations", () => {
    const filter = { "customer.email": "a@example.org" };
    expect(shown(list("order", { filter }, { caller: buyer }).filter)).toContain("customer.email");
    // Nobody without an account can read customers, so their e-mail addresses cannot be probed.
    expect(fault("order", { filter }, { caller: anonymous })).toMatchObject({ code: "unknown" });
  });
});

describe("filters in a body", () => {
  const options = { body: true };
  test("nest", () => {
    const filter = {
      or: [{ stock: 1 }, { and: [{ active: true }, { not: { name: "x" } }] }],
      rating: { gt: 1 },
    };
    expect(shown(list("product", { filter }, options).filter)).toBe(
      '(((active eq true and not name eq "x") or stock eq 1) and rating gt 1)',
    );
  });

  test("are the same in another order", () => {
    const shapes = [
      { stock: 1, or: [{ name: "a" }, { active: true }] },
      { or: [{ active: true }, { name: "a" }], stock: 1 },
    ].map((filter) => shown(list("product", { filter: filter as never }, options).filter));
    expect(shapes[0]).toBe(shapes[1]);
  });

  test("that ask nothing are none", () => {
    expect(list("product", { filter: {} }, options).filter).toBeUndefined();
  });

  test.each([
    [{ stock: "1" }, "#/filter/stock", "type"],
    [{ active: "true" }, "#/filter/active", "type"],
    [{ stock: 1.5 }, "#/filter/stock", "type"],
    [{ stock: null }, "#/filter/stock", "type"],
    [{ stock: undefined }, "#/filter/stock", "type"],
    [{ views: 5 }, "#/filter/views", "type"],
    [{ stock: { in: "1,2" } }, "#/filter/stock/in", "type"],
    [{ stock: { in: [1, "2"] } }, "#/filter/stock/in/1", "type"],
    [{ "a/b~c": 1 }, "#/filter/a~1b~0c", "unknown"],
    [{ or: { stock: 1 } }, "#/filter/or", "type"],
    [{ or: [] }, "#/filter/or", "type"],
    [{ or: [{ stock: 1 }, {}] }, "#/filter/or/1", "type"],
    [{ not: {} }, "#/filter/not", "type"],
    [{ not: [] }, "#/filter/not", "type"],
    [{ or: [{ stock: 1 }, { and: [{ stok: 1 }] }] }, "#/filter/or/1/and/0/stok", "unknown"],
    [[], "#/filter", "type"],
    ["stock", "#/filter", "type"],
    [{ not: { not: { not: { not: { not: { stock: 1 } } } } } }, "#/filter/not/not/not/not/not", "budget"],
    [{ or: Array.from({ length: 51 }, () => ({ stock: 1 })) }, "#/filter/or", "budget"],
    [{ and: Array.from({ length: 26 }, () => ({ stock: { gt: 1, lt: 2 } })) }, "#/filter", "budget"],
  ] as const)("%j is refused", (filter, pointer, code) => {
    expect(fault("product", { filter: filter as never }, options)).toMatchObject({ pointer, code });
  });
});

describe("sort", () => {
  const keys = (name: string, request: ReadRequest, options?: Options) =>
    list(name, request, options).order.map((key) => (key.descending ? "-" : "") + key.path.text);

  test("takes declared fields and the id", () => {
    expect(keys("product", { sort: "-price.amount,name,id" })).toEqual(["-price.amount", "name", "id"]);
    expect(keys("product", {})).toEqual(["-createdAt"]);
  });
  test.each([
    ["stock", "unknown"],
    ["", "unknown"],
    ["name,", "unknown"],
    ["--name", "unknown"],
    ["name,-name", "unknown"],
    ["name,name,name,name,name,name", "budget"],
    [",".repeat(1_000_000), "budget"],
  ])("%.20s is refused", (sort, code) => {
    expect(faults("product", { sort })[0]).toMatchObject({ parameter: "sort", code });
  });
  test("a default order does not show what the caller may not read", () => {
    const context = contextFor("product", { caller: buyer });
    const [cost] = list("product", { sort: "cost.amount" }).order;
    const resource = {
      ...context.resource,
      list: { ...context.resource.list, defaultSort: cost ? [cost] : [] },
    };
    const built = buildListSelection({}, { ...context, view: policyViews(market)(buyer), resource });
    expect(built).toMatchObject({ ok: true, value: { order: [] } });
  });
});

describe("limit and cursor", () => {
  test("a limit over the maximum is lowered, others are refused", () => {
    expect(list("product", {}).page).toEqual({ limit: 50, direction: "forward" });
    expect(list("product", { limit: 7 }).page.limit).toBe(7);
    expect(list("product", { limit: 1_000_000 }).page.limit).toBe(100);
    for (const [limit, code] of [
      [0, "range"],
      [-1, "range"],
      [1.5, "type"],
      [Number.NaN, "type"],
    ] as const) {
      expect(fault("product", { limit })).toMatchObject({ parameter: "limit", code });
    }
  });

  test("a cursor goes on where it says, and only with what it was made for", () => {
    const request: ReadRequest = { filter: { stock: "1", active: "true" }, sort: "name" };
    const first = list("product", request);
    const binding = { ...first, view: viewOf(manager).signature };
    const place = { direction: "backward", position: ["Mug", id] } as const;
    const cursor = cursors.encode(place, binding);
    expect(list("product", { ...request, cursor, limit: 3 }).page).toEqual({ limit: 3, ...place });
    const reordered = { filter: { active: "true", stock: "1" }, sort: "name", cursor };
    expect(list("product", reordered).page.position).toEqual(place.position);
    for (const other of [
      { ...request, cursor, sort: "-name" },
      { ...request, cursor, filter: { stock: "2", active: "true" } },
      { cursor },
      { ...request, cursor: `${cursor}A` },
      { ...request, cursor: "" },
    ]) {
      const found = faults("product", other);
      expect(readFailure(found, queryOrigin)).toMatchObject({ code: "invalid_cursor", status: 400 });
    }
    expect(faults("product", { ...request, cursor }, { caller: support })).toHaveLength(1);
  });
});

test("everything wrong is told at once, at most fifty times", () => {
  const request = { fields: ["x1"], expand: ["x2"], filter: { x3: "1" }, sort: "x4", limit: 0 };
  const found = faults("product", request);
  expect(found.map(({ parameter }) => parameter)).toEqual(["expand", "fields", "x3", "sort", "limit"]);
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, i) => [`f${i}`, "1"]));
  expect(faults("product", { ...request, filter: many })).toHaveLength(50);
});

test("faults of a query string are 400, of a body 422", () => {
  const found = faults("product", { limit: 0 });
  expect(readFailure(found, queryOrigin)).toMatchObject({ code: "invalid_parameter", status: 400 });
  expect(readFailure(found, bodyOrigin)).toMatchObject({ code: "validation_failed", status: 422 });
});

describe("handlers", () => {
  const options = { caller: buyer, trusted: true };
  test("may filter and sort by any field, with JSON values", () => {
    const request = { filter: { batch: null as never }, sort: "sku" };
    expect(fault("product", request, options)).toMatchObject({ code: "type" });
    const found = list(
      "product",
      { filter: { id: { in: [id] }, "audit.entry": "x" }, sort: "-sku" },
      options,
    );
    expect(shown(found.filter)).toBe(`(audit.entry eq "x" and id in ["${id}"])`);
    expect(found.order[0]?.path.text).toBe("sku");
  });
  test("may name what their caller cannot read: the planner makes it missing", () => {
    const found = list("product", { filter: { "cost.amount": 1 }, expand: ["audit"] }, options);
    expect(shown(found.filter)).toBe("cost.amount eq 1");
    expect(printed(found.nodes)).not.toContain("cost");
    expect(printed(found.nodes)).toContain("audit{");
  });
  test("are told of typing errors", () => {
    expect(fault("product", { filter: { stok: 1 } }, options)).toMatchObject({
      pointer: "#/filter/stok",
      code: "unknown",
    });
  });
});

test("the system sees everything", () => {
  const found = list("audit", { expand: [] }, { caller: system("test") });
  expect(printed(found.nodes)).toBe("id entry createdAt updatedAt version");
});
