import { command, integer, list, object, reference, type SystemDb, text } from "keelson";
import { customer } from "../customer.ts";
import { cancelUnpaid } from "../jobs/cancel-unpaid.ts";
import { order } from "../order.ts";
import { orderLine } from "../order-line.ts";
import { product } from "../product.ts";

interface Wanted {
  readonly product: string;
  readonly quantity: number;
}

export const placeOrder = command(order, "place", {
  on: "collection",
  description: "Orders products: takes them from stock at today's price, all or nothing.",
  // A second order by accident would take stock and be charged.
  idempotency: "required",
  input: {
    customer: reference(() => customer),
    lines: list(object({ product: reference(() => product), quantity: integer({ min: 1, max: 1_000 }) }), {
      min: 1,
      max: 50,
    }),
    note: text({ max: 2000 }).optional(),
  },
  output: order,
  errors: {
    outOfStock: { status: 409, title: "There is not enough of a product in stock" },
    productUnavailable: { status: 409, title: "A product is not for sale" },
  },
  access: (caller) => caller.is("customer", "manager"),
  async run({ input, db, now, fail, enqueue }) {
    // As the caller: places only for customers whom the caller may place for.
    const draft = await db.create(order, { customer: input.customer, note: input.note ?? null });
    // Before anything is taken: others wait for the products from then on.
    await enqueue(cancelUnpaid, { order: draft.id }, { delay: "1d" });
    const shop = db.asSystem("place order: take products from stock");
    const lines = sumByProduct(input.lines);
    let amount = 0;
    for (const line of lines) {
      const item = await db
        .get(product, line.product)
        .catch(() => fail("productUnavailable", { members: { product: line.product } }));
      if (!item.active) fail("productUnavailable", { members: { product: line.product } });
      if (!(await takeFromStock(shop, line))) fail("outOfStock", { members: { product: line.product } });
      await shop.create(orderLine, {
        order: draft.id,
        product: line.product,
        quantity: line.quantity,
        unitPrice: item.price,
      });
      amount += item.price.amount * line.quantity;
    }
    return shop.update(order, draft.id, {
      status: "placed",
      placedAt: now(),
      total: { amount, currency: "GBP" },
    });
  },
});

/** One statement decides and takes, so that nothing is sold twice however many ask at once. */
async function takeFromStock(shop: SystemDb, line: Wanted): Promise<boolean> {
  const result = await shop
    .sql({ product })
    .updateTable("product")
    .set((expr) => ({
      stock: expr("stock", "-", line.quantity),
      version: expr("version", "+", 1),
      updatedAt: expr.fn<Date>("now"),
    }))
    .where("id", "=", line.product)
    .where("stock", ">=", line.quantity)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** One line a product, in the order of ids: everyone locks stock in the same order, so nobody deadlocks. */
function sumByProduct(lines: readonly Wanted[]): readonly Wanted[] {
  const quantities = new Map<string, number>();
  for (const line of lines) quantities.set(line.product, (quantities.get(line.product) ?? 0) + line.quantity);
  return [...quantities]
    .map(([id, quantity]) => ({ product: id, quantity }))
    .sort((a, b) => (a.product < b.product ? -1 : 1));
}
