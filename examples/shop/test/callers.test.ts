import { describe, expect, it } from "vitest";
import { gbp, openTestShop } from "./shop.ts";

const { t, manager, support, newCustomer, newProduct, stockOf } = await openTestShop();

const refused = (code: string) => expect.objectContaining({ code });
const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();

describe("anonymous", () => {
  it("reads active products and no others", async () => {
    const [active, hidden] = [await newProduct(), await newProduct({ active: false })];
    const seen = idsOf(await t.anonymous.product.list().all());
    expect(seen).toContain(active.id);
    expect(seen).not.toContain(hidden.id);
    await expect(t.anonymous.product.get(hidden.id)).rejects.toEqual(refused("not_found"));
    expect(await manager.product.get(hidden.id)).toMatchObject({ id: hidden.id });
  });

  it("is asked for a token everywhere else", async () => {
    for (const path of ["/customers", "/orders", "/order-lines"]) {
      const answer = await t.api.get(`/v1${path}`);
      expect(answer.status, path).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
    }
    const product = { sku: "FREE", name: "Free", category: "toys", price: gbp(0) } as const;
    await expect(t.anonymous.product.create(product)).rejects.toEqual(refused("unauthenticated"));
    const [{ id: customer }, { id }] = [await newCustomer(), await newProduct()];
    const order = { customer, lines: [{ product: id, quantity: 1 }] };
    await expect(t.anonymous.order.place(order)).rejects.toEqual(refused("unauthenticated"));
  });
});

describe("a customer", () => {
  it("registers, and sees only themselves", async () => {
    const [ada, bob] = [t.as({ id: "ada", roles: ["customer"] }), await newCustomer()];
    const { id } = await ada.customer.create({ name: "Ada", email: "ada@example.com", account: "ada" });
    expect(idsOf(await ada.customer.list().all())).toEqual([id]);
    await expect(ada.customer.get(bob.id)).rejects.toEqual(refused("not_found"));
    await expect(ada.customer.update(bob.id, { name: "Mallory" })).rejects.toEqual(refused("not_found"));
    await expect(ada.customer.delete(id)).rejects.toEqual(refused("forbidden"));
  });

  it("cannot register for another account, nor give the record away", async () => {
    const ada = await newCustomer();
    const other = { name: "Mallory", email: "mallory@example.com", account: "somebody-else" };
    await expect(ada.calls.customer.create(other)).rejects.toEqual(refused("forbidden"));
    await expect(ada.calls.customer.update(ada.id, { account: "somebody-else" })).rejects.toEqual(
      refused("forbidden"),
    );
    expect(await manager.customer.create(other)).toMatchObject({ account: "somebody-else" });
  });

  it("places and reads only their own orders, lines included", async () => {
    const [ada, bob, product] = [await newCustomer(), await newCustomer(), await newProduct()];
    const lines = [{ product: product.id, quantity: 2 }];
    const order = await ada.calls.order.place({ customer: ada.id, lines, note: "ring" });
    expect(order).toMatchObject({ status: "placed", total: gbp(2500), note: "ring" });
    expect(order.placedAt).toMatch(/Z$/);

    await expect(bob.calls.order.place({ customer: ada.id, lines })).rejects.toThrow();
    expect(await stockOf(product)).toBe(8);

    expect(idsOf(await ada.calls.order.list().all())).toEqual([order.id]);
    expect(await bob.calls.order.list().all()).toEqual([]);
    expect(await bob.calls.orderLine.list().all()).toEqual([]);
    await expect(bob.calls.order.get(order.id)).rejects.toEqual(refused("not_found"));
    await expect(bob.calls.order.pay(order.id, { reference: "x" })).rejects.toEqual(refused("not_found"));
    await expect(bob.calls.order.cancel(order.id)).rejects.toEqual(refused("not_found"));
    const expanded = await ada.calls.order.get(order.id, { expand: ["customer", "lines.product"] });
    expect(expanded.customer?.id).toBe(ada.id);
    expect(expanded.lines.data).toMatchObject([
      { quantity: 2, unitPrice: gbp(1250), product: { id: product.id } },
    ]);
  });

  it("does not write what the shop decides", async () => {
    const [ada, product] = [await newCustomer(), await newProduct()];
    const draft = { customer: ada.id, status: "paid" };
    await expect(ada.calls.order.create(draft)).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "#/status" }],
    });
    await expect(ada.calls.product.update(product.id, { stock: 1_000 })).rejects.toEqual(
      refused("forbidden"),
    );
    await expect(ada.calls.product.restock(product.id, { quantity: 5 })).rejects.toEqual(
      refused("forbidden"),
    );
    // Lines have no create of their own: only placing writes them.
    const line = { order: ada.id, product: product.id, quantity: 1, unitPrice: gbp(0) };
    expect((await t.api.post("/v1/order-lines", { as: ada.calls, json: line })).status).toBe(405);
  });
});

describe("support", () => {
  it("reads every customer and order, and cancels", async () => {
    const [ada, product] = [await newCustomer(), await newProduct()];
    const lines = [{ product: product.id, quantity: 3 }];
    const order = await ada.calls.order.place({ customer: ada.id, lines });
    expect(await support.customer.get(ada.id)).toMatchObject({ id: ada.id });
    expect(await support.order.get(order.id)).toMatchObject({ id: order.id });
    expect(await support.order.cancel(order.id)).toMatchObject({ status: "cancelled" });
    expect(await stockOf(product)).toBe(10);
  });

  it("neither places, pays, ships, refunds nor edits", async () => {
    const [ada, product] = [await newCustomer(), await newProduct()];
    const lines = [{ product: product.id, quantity: 1 }];
    const order = await ada.calls.order.place({ customer: ada.id, lines });
    for (const attempt of [
      () => support.order.place({ customer: ada.id, lines }),
      () => support.order.pay(order.id, { reference: "x" }),
      () => support.order.ship(order.id),
      () => support.order.refund(order.id),
      () => support.order.update(order.id, { note: "x" }),
      () => support.customer.update(ada.id, { name: "x" }),
    ])
      await expect(attempt()).rejects.toEqual(refused("forbidden"));
  });
});

describe("a manager", () => {
  it("writes products, and only the version that was read", async () => {
    const { id } = await newProduct();
    const path = `/v1/products/${id}`;
    const etag = (await t.api.get(path, { as: manager })).headers.get("etag") ?? "";
    expect(etag).not.toBe("");
    const unchanged = await t.api.get(path, { as: manager, headers: { "if-none-match": etag } });
    expect(unchanged.status).toBe(304);
    const change = { as: manager, json: { price: gbp(900) }, headers: { "if-match": etag } };
    const changed = await t.api.patch(path, change);
    expect(changed.status).toBe(200);
    expect(changed.headers.get("etag")).not.toBe(etag);
    expect(await (await t.api.patch(path, change)).json()).toMatchObject({ code: "precondition_failed" });
    await expect(manager.product.delete(id, { ifMatch: 1 })).rejects.toEqual(refused("precondition_failed"));
    await manager.product.delete(id, { ifMatch: 2 });
    await expect(manager.product.get(id)).rejects.toEqual(refused("not_found"));
  });

  it("cannot change a sku, delete what was sold, or fill the stock beyond its bound", async () => {
    const [ada, { id }] = [await newCustomer(), await newProduct()];
    await ada.calls.order.place({ customer: ada.id, lines: [{ product: id, quantity: 1 }] });
    // @ts-expect-error: it stays as it is
    const renamed = manager.product.update(id, { sku: "OTHER" });
    await expect(renamed).rejects.toEqual(refused("validation_failed"));
    await expect(manager.product.delete(id)).rejects.toEqual(refused("still_referenced"));
    expect(await manager.product.restock(id, { quantity: 91 })).toMatchObject({ stock: 100 });
    for (let n = 0; n < 9; n += 1) await manager.product.restock(id, { quantity: 100_000 });
    await expect(manager.product.restock(id, { quantity: 100_000 })).rejects.toEqual(refused("stock_full"));
    expect(await stockOf({ id })).toBe(900_100);
  });

  it("places for any customer", async () => {
    const [ada, product] = [await newCustomer(), await newProduct()];
    const lines = [{ product: product.id, quantity: 1 }];
    const order = await manager.order.place({ customer: ada.id, lines });
    expect(await ada.calls.order.get(order.id)).toMatchObject({ id: order.id });
  });
});
