import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type shop from "../../../../examples/shop/backend.ts";
import { openShop, type ShopPlace, type ShopServer } from "../../../../examples/shop/test/open-shop.ts";
import { systemClock } from "../../src/base/clock.ts";
import { ApiError, attempt, createClient } from "../../src/client/index.ts";
import { openDevelopmentKey } from "../../src/identity/development-key.ts";

let place: ShopPlace;
let server: ShopServer;
let token = "";
/** What the manager's client sent. */
const sent: { method: string; path: string; headers: Headers }[] = [];

const connect = (role: string) =>
  createClient<typeof shop>({
    baseUrl: server.url,
    token: async () => {
      const key = await openDevelopmentKey(place.stateDir, "shop", systemClock);
      return key.mint({ subject: role, roles: [role] });
    },
  });
const connectManager = () =>
  createClient<typeof shop>({
    baseUrl: `${server.url}/`,
    token: () => token,
    fetch: (url, init) => {
      const { pathname, search } = new URL(url);
      sent.push({
        method: init.method ?? "",
        path: decodeURIComponent(pathname + search),
        headers: new Headers(init.headers),
      });
      return fetch(url, init);
    },
  });
let manager: ReturnType<typeof connectManager>;
const lastSent = () => sent.at(-1) as (typeof sent)[number];

beforeAll(async () => {
  place = await openShop();
  server = await place.start();
  const key = await openDevelopmentKey(place.stateDir, "shop", systemClock);
  token = await key.mint({ subject: "manager", roles: ["manager"] });
  manager = connectManager();
});
afterAll(() => place[Symbol.asyncDispose]());

const gbp = (amount: number) => ({ amount, currency: "GBP" });
let made = 0;
const newProduct = (more: { name?: string; stock?: number; active?: boolean } = {}) => {
  made += 1;
  return manager.product.create({
    sku: `C-${made}`,
    name: `Thing ${made}`,
    category: "toys",
    price: gbp(100 * made),
    ...more,
  });
};
const newCustomer = () => {
  made += 1;
  return manager.customer.create({
    name: "Ada",
    email: `ada-${made}@example.com`,
    account: `account-${made}`,
  });
};

describe("records", () => {
  test("are created, read, changed and deleted", async () => {
    const made = await newProduct({ stock: 3 });
    expect(made).toMatchObject({ version: 1, stock: 3 });
    expect(await manager.product.get(made.id)).toEqual(made);
    const changed = await manager.product.update(
      made.id,
      { stock: 4 },
      { ifMatch: made.version, fields: ["stock"] },
    );
    expect(changed).toEqual({ stock: 4 });
    expect(lastSent().headers.get("if-match")).toBe('"1"');
    expect(await manager.product.delete(made.id, { ifMatch: '"2"' })).toBeUndefined();
    await expect(manager.product.get(made.id)).rejects.toMatchObject({ code: "not_found", status: 404 });
  });

  test("are not changed by who has an old version", async () => {
    const { id } = await newProduct();
    await manager.product.update(id, { stock: 1 });
    const late = await attempt(manager.product.update(id, { stock: 2 }, { ifMatch: 1 }));
    expect(late).toMatchObject({ ok: false, error: { code: "precondition_failed", status: 412 } });
    expect((await manager.product.get(id)).stock).toBe(1);
  });

  test("with faults are refused, each with its place", async () => {
    const made = manager.product.create({ sku: "a b", name: "", category: "toys", price: gbp(-1) });
    const error = await made.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ApiError);
    const { code, errors, message, operation, requestId } = error as ApiError;
    expect({ code, operation }).toEqual({ code: "validation_failed", operation: "product.create" });
    expect(errors.map(({ pointer }) => pointer).toSorted()).toEqual(["#/name", "#/price/amount", "#/sku"]);
    expect(message).toContain("#/price/amount");
    expect(requestId).toMatch(/^[\w-]+$/);
  });

  test("carry a key with every change and with no read", async () => {
    const { id } = await newProduct();
    expect(lastSent().headers.get("idempotency-key")).toMatch(/^"[0-9a-f]{32}"$/);
    await manager.product.update(id, { stock: 1 }, { idempotencyKey: "mine" });
    expect(lastSent().headers.get("idempotency-key")).toBe('"mine"');
    await manager.product.get(id);
    expect(lastSent().headers.get("idempotency-key")).toBeNull();
  });

  test("have ids that cannot leave their place in the path", async () => {
    const error = await attempt(manager.product.get("../orders"));
    expect(error).toMatchObject({ ok: false, error: { code: "not_found" } });
    // @ts-expect-error: an id is a text
    await expect(manager.product.get(undefined)).rejects.toThrow("named by its id");
  });
});

describe("lists", () => {
  test("give a page, every page, or every record", async () => {
    const name = "Paged";
    for (let n = 0; n < 7; n += 1) await newProduct({ name });
    const filter = { name };
    const page = await manager.product.list({ filter, limit: 3, sort: "createdAt" });
    expect(page.data).toHaveLength(3);
    expect(page.nextCursor).not.toBeNull();
    const options = { filter, limit: 3, sort: "createdAt", fields: ["id"] } as const;
    const all = await manager.product.list(options).all();
    expect(new Set(all.map(({ id }) => id)).size).toBe(7);
    const sizes: number[] = [];
    for await (const { data } of manager.product.list(options).pages()) sizes.push(data.length);
    expect(sizes).toEqual([3, 3, 1]);
    const rest = await manager.product.list({ ...options, cursor: page.nextCursor ?? "" }).all();
    expect(rest).toEqual(all.slice(3));
    expect(await manager.product.list(options).all({ max: 4 })).toEqual(all.slice(0, 4));
  });

  test("stop reading when the reader does, and send nothing before", async () => {
    const list = manager.product.list({ filter: { name: "Paged" }, limit: 2 });
    const before = sent.length;
    for await (const _row of list) break;
    expect(sent.length - before).toBe(1);
    const again = await list;
    expect(again.data).toHaveLength(2);
    expect(sent.length - before).toBe(1);
  });

  test("are filtered in the address, and in a body where an address cannot say it", async () => {
    const odd = await newProduct({ name: "Salt, pepper & 50 %", stock: 7 });
    const byName = await manager.product.list({ filter: { name: "Salt, pepper & 50 %", stock: { gte: 7 } } });
    expect(byName.data.map(({ id }) => id)).toEqual([odd.id]);
    expect(lastSent()).toMatchObject({ method: "GET", path: expect.stringContaining("stock[gte]=7") });
    for (const filter of [
      { name: { in: ["Salt, pepper & 50 %", "other"] } },
      { or: [{ name: "nothing" }, { name: { startsWith: "Salt," } }] },
    ]) {
      expect((await manager.product.list({ filter })).data.map(({ id }) => id)).toEqual([odd.id]);
      expect(lastSent()).toMatchObject({ method: "POST", path: "/v1/products/query" });
    }
    const many = Array.from({ length: 100 }, () => odd.id.repeat(1));
    const bySku = await manager.product
      .list({ filter: { sku: { in: [odd.sku, ...many] } }, fields: ["sku"] })
      .catch((error: unknown) => error);
    expect(bySku).toMatchObject({ errors: [{ pointer: expect.stringContaining("#/filter") }] });
  });

  test("of a long query are read page by page too", async () => {
    const filter = { or: [{ name: "Paged" }, { name: "none" }] };
    const rows = await manager.product.list({ filter, limit: 3, sort: ["createdAt"] }).all();
    expect(rows).toHaveLength(7);
  });
});

describe("commands", () => {
  test("on the collection and on a record answer what was expanded", async () => {
    const [{ id: customer }, { id: product }] = [await newCustomer(), await newProduct({ stock: 5 })];
    const placed = await manager.order.place(
      { customer, lines: [{ product, quantity: 2 }] },
      { expand: ["lines.product"], fields: ["id", "status", "lines.product.stock"] },
    );
    expect(placed).toEqual({
      id: placed.id,
      status: "placed",
      lines: { data: [{ product: { stock: 3 } }], hasMore: false },
    });
    const paid = await manager.order
      .pay(placed.id, { reference: "r" }, { expand: ["customer"], ifMatch: 1 })
      .catch(() => manager.order.pay(placed.id, { reference: "r" }, { expand: ["customer"] }));
    expect(paid).toMatchObject({ status: "paid", customer: { id: customer } });
    expect((await manager.order.ship(placed.id)).status).toBe("shipped");
  });

  test("end with the errors that they declare, members included", async () => {
    const [{ id: customer }, { id: product }] = [await newCustomer(), await newProduct({ stock: 1 })];
    const placed = await attempt(manager.order.place({ customer, lines: [{ product, quantity: 2 }] }));
    expect(placed).toMatchObject({
      ok: false,
      error: { code: "out_of_stock", status: 409, members: { product }, operation: "order.place" },
    });
  });
});

describe("callers", () => {
  test("have a token of their own, or none", async () => {
    const anonymous = createClient<typeof shop>({ baseUrl: server.url });
    expect((await anonymous.product.list({ limit: 1 })).data).toHaveLength(1);
    const refused = await attempt(
      anonymous.product.create({ sku: "X", name: "X", category: "toys", price: gbp(1) }),
    );
    expect(refused).toMatchObject({ ok: false, error: { code: "unauthenticated" } });
    const customer = connect("customer");
    expect(await attempt(customer.product.delete("0190c5a2-7b2c-7d3e-8f4a-1b2c3d4e5f60"))).toMatchObject({
      error: { code: "forbidden" },
    });
    const wrong = createClient<typeof shop>({ baseUrl: server.url, token: "x" });
    expect(await attempt(wrong.product.list())).toMatchObject({
      error: { code: "invalid_token", status: 401 },
    });
  });
});
