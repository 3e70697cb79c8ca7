import { integer, money, or, reference, resource } from "keelson";
import { isStaff, owns } from "./customer.ts";
import { order } from "./order.ts";
import { product } from "./product.ts";

/** One product of an order, with the price as it was. Written by `place` alone. */
export const orderLine = resource("orderLine", {
  description: "One product of an order, at the price at which it was ordered.",
  fields: {
    order: reference(() => order, { onDelete: "cascade" }).immutable(),
    product: reference(() => product).immutable(),
    quantity: integer({ min: 1, max: 10_000 }).immutable(),
    unitPrice: money({ currency: "GBP", min: 0 }).immutable(),
  },
  access: {
    read: (row, caller) => or(isStaff(caller), owns(row.order.customer.account, caller)),
  },
  list: { filter: ["order", "product"], sort: ["createdAt"] },
});
