import { choice, many, money, or, type RowOf, reference, resource, text, timestamp } from "keelson";
import { customer, isStaff, owns } from "./customer.ts";
import type { orderLine } from "./order-line.ts";

/** Names the type of the related rows: two resources that contain each other cannot be inferred. */
interface Line extends RowOf<typeof orderLine> {}

/**
 * draft → placed → paid → shipped, and on the way: draft, placed → cancelled; paid, shipped → refunded.
 * Only the commands move an order, so status, total and times are read-only.
 */
export const order = resource("order", {
  description: "What a customer buys.",
  fields: {
    customer: reference(() => customer).immutable(),
    status: choice("draft", "placed", "paid", "shipped", "cancelled", "refunded").default("draft").readOnly(),
    total: money({ currency: "GBP", min: 0 }).default({ amount: 0, currency: "GBP" }).readOnly(),
    note: text({ max: 2000 }).optional(),
    placedAt: timestamp().optional().readOnly(),
    lines: many<Line>("orderLine", { via: "order", embedLimit: 100 }),
  },
  access: {
    read: (row, caller) => or(isStaff(caller), owns(row.customer.account, caller)),
    create: (row, caller) => or(caller.is("manager"), owns(row.customer.account, caller)),
    update: (_row, caller) => caller.is("manager"),
  },
  list: {
    filter: ["status", "customer", "customer.email", "total.amount", "placedAt", "createdAt"],
    sort: ["createdAt", "placedAt", "total.amount"],
  },
  indexes: [{ on: ["status", "createdAt", "id"] }, { on: ["customer", "createdAt", "id"] }],
});
