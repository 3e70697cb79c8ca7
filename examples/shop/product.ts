import { boolean, choice, eq, integer, money, or, resource, text } from "keelson";

export const product = resource("product", {
  description: "Something that the shop sells.",
  fields: {
    sku: text({ min: 1, max: 40, pattern: "[A-Z0-9-]+" }).unique().immutable().example("MUG-0001"),
    name: text({ min: 1, max: 200 }).example("Stoneware mug"),
    description: text({ max: 4000 }).default(""),
    category: choice("kitchen", "garden", "office", "books", "toys", "outdoor"),
    price: money({ currency: "GBP", min: 0 }).example({ amount: 1250, currency: "GBP" }),
    stock: integer({ min: 0, max: 1_000_000 }).default(0),
    active: boolean().default(true),
  },
  access: {
    read: (row, caller) => or(eq(row.active, true), caller.is("support", "manager")),
    create: (_row, caller) => caller.is("manager"),
    update: (_row, caller) => caller.is("manager"),
    delete: (_row, caller) => caller.is("manager"),
  },
  list: {
    filter: ["category", "name", "price.amount", "stock", "active", "sku"],
    sort: ["name", "price.amount", "createdAt"],
    defaultSort: "name",
  },
  // The catalogue comes from, and goes to, files of any size.
  transfers: ["import", "export"],
  // Visitors and CDNs may show a price for half a minute; whoever is signed in always sees the last word.
  cache: { ttl: "30s", scope: "public", staleWhileRevalidate: "1m" },
});
