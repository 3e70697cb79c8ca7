import { and, eq, everyone, or } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import {
  bigint,
  boolean,
  choice,
  date,
  decimal,
  email,
  integer,
  json,
  list,
  many,
  manyToMany,
  money,
  number,
  object,
  reference,
  text,
  timestamp,
  url,
  uuid,
} from "../../src/declare/field.ts";
import { command, query } from "../../src/declare/operation.ts";
import { resource } from "../../src/declare/resource.ts";
import { linkModel } from "../../src/model/link-model.ts";

/** A small shop with every kind of field, for tests of what is derived from a model. */
const customer = resource("customer", {
  description: "Who buys.",
  fields: {
    name: text({ min: 1, max: 200 }).example("Ada Lovelace"),
    email: email().unique(),
    website: url().optional(),
    account: text({ max: 100 }).immutable(),
    secret: text({ max: 50 }).optional().writeOnly(),
    creditNote: text({ max: 500 }).optional(),
    address: object({
      street: text({ max: 200 }),
      city: text({ max: 100 }),
      country: text({ min: 2, max: 2, pattern: "[A-Z]{2}" }).default("GB"),
      geo: object({ latitude: number({ min: -90, max: 90 }), longitude: number() }).optional(),
    }).optional(),
    settings: json({
      type: "object",
      properties: { theme: { enum: ["dark", "light"] }, limits: { $ref: "#/$defs/limits" } },
      required: ["theme"],
      additionalProperties: false,
      $defs: { limits: { type: "object", additionalProperties: { type: "integer" } } },
    }).optional(),
  },
  access: {
    read: (row, caller) => or(caller.is("support"), eq(row.account, caller.id)),
    create: (row, caller) => eq(row.account, caller.id),
    update: (row, caller) => eq(row.account, caller.id),
    fields: { creditNote: { read: (_row, caller) => caller.is("support") } },
  },
  list: { filter: ["email", "creditNote"], sort: ["name", "creditNote"] },
});

const tag = resource("tag", {
  fields: { label: text({ max: 40 }).unique() },
  access: { read: everyone, create: (_row, caller) => caller.is("manager") },
});

/** Nobody but the system sees these. */
const audit = resource("audit", { fields: { entry: text() } });

const product = resource("product", {
  fields: {
    sku: text({ max: 40, pattern: "[A-Z0-9-]+" }).unique().immutable().example("MUG-01"),
    name: text({ max: 200 }),
    price: money({ currency: "GBP", min: 0 }),
    cost: money().optional(),
    stock: integer({ min: 0 }).default(0),
    weight: decimal({ precision: 8, scale: 3, min: "0" }).optional(),
    views: bigint().default("0").readOnly(),
    rating: number({ min: 0, max: 5 }).optional(),
    active: boolean().default(true),
    availableFrom: date({ min: "2020-01-01" }).optional(),
    batch: uuid().optional(),
    labels: list(text({ max: 20 }), { max: 5 }).default([]),
    tags: manyToMany(() => tag),
    audit: reference(() => audit).optional(),
    oldCode: text({ max: 20 }).optional().deprecated("use `sku`"),
  },
  access: {
    read: (row, caller) => or(caller.is("manager"), eq(row.active, true)),
    create: (_row, caller) => caller.is("manager"),
    update: (_row, caller) => caller.is("manager"),
    delete: (_row, caller) => caller.is("manager"),
    fields: { cost: { read: (_row, caller) => caller.is("manager") } },
  },
  list: {
    filter: [
      "sku",
      "name",
      "price.amount",
      "cost.amount",
      "cost.currency",
      "stock",
      "weight",
      "views",
      "rating",
      "active",
      "availableFrom",
      "batch",
      "createdAt",
    ],
    sort: ["name", "price.amount", "cost.amount", "createdAt"],
    maxLimit: 100,
  },
  requireIfMatch: true,
});

const order = resource("order", {
  description: "What a customer wants.",
  fields: {
    customer: reference(() => customer),
    status: choice("draft", "placed", "paid").default("draft").readOnly(),
    total: money().readOnly().optional(),
    note: text({ max: 2000 }).optional(),
    placedAt: timestamp().optional(),
    lines: many("orderLine", { via: "order", embedLimit: 25 }),
  },
  access: {
    read: (row, caller) => or(caller.is("support"), eq(row.customer.account, caller.id)),
    create: (row, caller) => eq(row.customer.account, caller.id),
    update: (row, caller) => and(caller.is("support"), eq(row.status, "draft")),
    fields: { note: { read: (row, caller) => eq(row.customer.account, caller.id) } },
  },
  list: {
    filter: ["status", "customer", "customer.email", "createdAt", "placedAt", "total.amount", "note"],
    sort: ["createdAt", "total.amount", "placedAt"],
  },
});

const orderLine = resource("orderLine", {
  fields: {
    order: reference(() => order, { onDelete: "cascade" }).immutable(),
    product: reference(() => product),
    quantity: integer({ min: 1, max: 1000 }),
    unitPrice: money().readOnly().optional(),
  },
  access: {
    read: (row, caller) => or(caller.is("support"), eq(row.order.customer.account, caller.id)),
  },
  list: { filter: ["order", "product"], sort: ["createdAt"] },
});

const placeOrder = command(order, "place", {
  on: "collection",
  description: "Places an order.",
  input: {
    customer: uuid(),
    lines: list(object({ product: uuid(), quantity: integer({ min: 1 }).default(1) }), { min: 1, max: 100 }),
    note: text({ max: 2000 }).optional(),
    express: boolean().default(false),
    dueAt: timestamp().optional(),
  },
  output: order,
  errors: { outOfStock: { status: 409, title: "Not enough in stock" } },
  access: (caller) => caller.signedIn,
  run: () => ({ id: "" }),
});

const payOrder = command(order, "pay", {
  input: { token: text({ max: 200 }) },
  output: order,
  errors: { cardDeclined: { status: 402, title: "The card was declined" } },
  access: (row, caller) => eq(row.customer.account, caller.id),
  run: () => ({ id: "" }),
});

const rebuildIndex = command("rebuildIndex", {
  access: (caller) => caller.is("manager"),
  run: () => {},
});

const searchStock = query("searchStock", {
  description: "How much there is of what.",
  input: { from: integer({ min: 0 }), active: boolean().default(true), word: text({ max: 40 }).optional() },
  output: { total: bigint(), words: list(text()) },
  access: everyone,
  run: () => ({ total: "0", words: [] }),
});

export const market = linkModel(
  backend({
    name: "market",
    title: "Market",
    description: "A small shop.",
    roles: ["support", "manager"],
    resources: [customer, tag, audit, product, order, orderLine],
    commands: [placeOrder, payOrder, rebuildIndex],
    queries: [searchStock],
  }),
);
