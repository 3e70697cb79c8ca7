import { describe, expect, it } from "vitest";
import { gbp, openTestShop } from "./shop.ts";

const { manager, newCustomer, newProduct, stockOf } = await openTestShop();

const moves = {
  pay: { from: ["placed"], to: "paid" },
  ship: { from: ["paid"], to: "shipped" },
  cancel: { from: ["draft", "placed"], to: "cancelled" },
  refund: { from: ["paid", "shipped"], to: "refunded" },
} as const;
type Move = keyof typeof moves;

const make = (id: string, move: Move) =>
  move === "pay" ? manager.order.pay(id, { reference: "charge-1" }) : manager.order[move](id);

/** How an order comes into each status; a draft has no lines, since only placing writes them. */
const ways: Readonly<Record<string, readonly Move[]>> = {
  draft: [],
  placed: [],
  paid: ["pay"],
  shipped: ["pay", "ship"],
  cancelled: ["cancel"],
  refunded: ["pay", "refund"],
};

async function orderThatIs(status: string) {
  const [{ id: customer, calls }, product] = [await newCustomer(), await newProduct()];
  const { id } =
    status === "draft"
      ? await calls.order.create({ customer })
      : await calls.order.place({ customer, lines: [{ product: product.id, quantity: 4 }] });
  for (const move of ways[status] ?? []) await make(id, move);
  return { id, product };
}

const read = (id: string) => manager.order.get(id, { expand: ["lines"] });

describe("an order", () => {
  for (const status of Object.keys(ways))
    for (const move of Object.keys(moves) as Move[]) {
      const { from, to } = moves[move];
      const allowed = (from as readonly string[]).includes(status);
      it(`that is ${status} ${allowed ? `becomes ${to} by` : "refuses to"} ${move}`, async () => {
        const { id, product } = await orderThatIs(status);
        const [before, stock] = [await read(id), await stockOf(product)];
        if (allowed) {
          expect(await make(id, move)).toMatchObject({ id, status: to });
          const returned = status !== "draft" && (move === "cancel" || move === "refund") ? 4 : 0;
          expect(await stockOf(product)).toBe(stock + returned);
        } else {
          await expect(make(id, move)).rejects.toMatchObject({
            code: "wrong_status",
            status: 409,
            members: { orderStatus: status, allowedFrom: from },
          });
          expect(await read(id)).toEqual(before);
          expect(await stockOf(product)).toBe(stock);
        }
      });
    }

  it("moves once, however many ask at the same time", async () => {
    const { id, product } = await orderThatIs("placed");
    const asked = await Promise.allSettled(Array.from({ length: 12 }, () => make(id, "cancel")));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await stockOf(product)).toBe(10);
  });
});

describe("placing", () => {
  it("refuses more than there is, and leaves no trace", async () => {
    const { id: customer, calls } = await newCustomer();
    const [plenty, scarce] = [await newProduct(), await newProduct({ stock: 2 })];
    const lines = [
      { product: plenty.id, quantity: 1 },
      { product: scarce.id, quantity: 3 },
    ];
    await expect(calls.order.place({ customer, lines })).rejects.toMatchObject({
      code: "out_of_stock",
      members: { product: scarce.id },
    });
    expect([await stockOf(plenty), await stockOf(scarce)]).toEqual([10, 2]);
    expect(await calls.order.list().all()).toEqual([]);
    expect(await calls.orderLine.list().all()).toEqual([]);
  });

  it("adds up lines for the same product before it decides", async () => {
    const [{ id: customer, calls }, product] = [await newCustomer(), await newProduct({ stock: 5 })];
    const line = { product: product.id, quantity: 3 };
    await expect(calls.order.place({ customer, lines: [line, line] })).rejects.toMatchObject({
      code: "out_of_stock",
    });
    const order = await calls.order.place({ customer, lines: [line, { ...line, quantity: 2 }] });
    expect(order.total).toEqual(gbp(5 * 1250));
    expect(await stockOf(product)).toBe(0);
  });

  it("refuses what is not for sale, to managers too", async () => {
    const [{ id: customer, calls }, hidden] = [await newCustomer(), await newProduct({ active: false })];
    const lines = [{ product: hidden.id, quantity: 1 }];
    for (const caller of [calls, manager])
      await expect(caller.order.place({ customer, lines })).rejects.toMatchObject({
        code: "product_unavailable",
        members: { product: hidden.id },
      });
    expect(await stockOf(hidden)).toBe(10);
  });

  it.each([
    ["no lines", [], "#/lines"],
    ["a quantity of nothing", [{ quantity: 0 }], "#/lines/0/quantity"],
    ["a member that is not declared", [{ quantity: 1, price: 1 }], "#/lines/0/price"],
  ])("refuses %s and says where", async (_name, wrong, pointer) => {
    const [{ id: customer, calls }, product] = [await newCustomer(), await newProduct()];
    const lines = wrong.map((line) => ({ ...line, product: product.id }));
    await expect(calls.order.place({ customer, lines })).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer }],
    });
  });
});
