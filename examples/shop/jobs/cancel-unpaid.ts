import { job, reference } from "keelson";
import { returnToStock } from "../commands/return-to-stock.ts";
import { order } from "../order.ts";

/** Enqueued with every order, for a day later. */
export const cancelUnpaid = job("cancelUnpaid", {
  description: "Cancels an order that has not been paid for a day, and puts its products back into stock.",
  input: { order: reference(() => order) },
  async run({ input, db }) {
    const shop = db.asSystem("cancel an order that was not paid in time");
    const found = await shop.get(order, input.order, { lock: true });
    if (found.status !== "placed") return;
    await returnToStock(shop, found.id);
    await shop.update(order, found.id, { status: "cancelled" });
  },
});
