import { command, or, type RowOf, text } from "keelson";
import { isStaff, owns } from "../customer.ts";
import { order } from "../order.ts";
import { payments } from "../payments.ts";
import { returnToStock } from "./return-to-stock.ts";

type Status = RowOf<typeof order>["status"];

const errors = {
  wrongStatus: { status: 409, title: "The order's status does not allow this" },
} as const;

/** Says which step is not allowed, and from where it would be. */
const refusal = (now: Status, verb: string, from: readonly Status[]) => ({
  detail: `An order that is ${now} cannot be ${verb}; it must be ${from.join(" or ")}.`,
  members: { orderStatus: now, allowedFrom: from },
});

export const payOrder = command(order, "pay", {
  description: "Pays a placed order.",
  input: { reference: text({ min: 1, max: 200 }).description("The payment's reference at the provider.") },
  output: order,
  errors: { ...errors, cardDeclined: { status: 402, title: "The card was declined" } },
  access: (row, caller) => or(caller.is("manager"), owns(row.customer.account, caller)),
  async run({ row, input, use, db, fail }) {
    if (row.status !== "placed") fail("wrongStatus", refusal(row.status, "paid", ["placed"]));
    const { amount, currency } = row.total;
    // The key that goes along makes it one charge, however often this is run again.
    if (amount > 0)
      await use(payments).charge(
        { card: input.reference, amount, currency, order: row.id },
        { on: { cardDeclined: () => fail("cardDeclined") } },
      );
    return db.asSystem("pay order").update(order, row.id, { status: "paid" });
  },
});

export const shipOrder = command(order, "ship", {
  description: "Sends a paid order on its way.",
  output: order,
  errors,
  access: (_row, caller) => caller.is("manager"),
  async run({ row, db, fail }) {
    if (row.status !== "paid") fail("wrongStatus", refusal(row.status, "shipped", ["paid"]));
    return db.asSystem("ship order").update(order, row.id, { status: "shipped" });
  },
});

export const cancelOrder = command(order, "cancel", {
  description: "Cancels an order that is not paid yet, and puts its products back into stock.",
  output: order,
  errors,
  access: (row, caller) => or(isStaff(caller), owns(row.customer.account, caller)),
  async run({ row, db, fail }) {
    if (row.status !== "draft" && row.status !== "placed")
      fail("wrongStatus", refusal(row.status, "cancelled", ["draft", "placed"]));
    const shop = db.asSystem("cancel order: restock");
    await returnToStock(shop, row.id);
    return shop.update(order, row.id, { status: "cancelled" });
  },
});

export const refundOrder = command(order, "refund", {
  description: "Gives the money of a paid or shipped order back, and puts its products back into stock.",
  output: order,
  errors,
  access: (_row, caller) => caller.is("manager"),
  async run({ row, db, fail }) {
    if (row.status !== "paid" && row.status !== "shipped")
      fail("wrongStatus", refusal(row.status, "refunded", ["paid", "shipped"]));
    const shop = db.asSystem("refund order: restock");
    await returnToStock(shop, row.id);
    return shop.update(order, row.id, { status: "refunded" });
  },
});
