import type { SeedBatch, SeedContext } from "keelson";
import { customer } from "./customer.ts";
import { order } from "./order.ts";
import { orderLine } from "./order-line.ts";
import { product } from "./product.ts";

const firstNames = [
  "Ada",
  "Alan",
  "Grace",
  "Edsger",
  "Barbara",
  "Donald",
  "Frances",
  "Niklaus",
  "Radia",
  "Tim",
  "Hedy",
  "Ken",
  "Margaret",
  "Dennis",
  "Joan",
  "Leslie",
  "Shafi",
  "Robin",
  "Adele",
  "Tony",
];
const lastNames = [
  "Ashford",
  "Brook",
  "Carter",
  "Dale",
  "Easton",
  "Fielding",
  "Grove",
  "Hale",
  "Irving",
  "Jarvis",
  "Kirby",
  "Langley",
  "Marsh",
  "Norris",
  "Orchard",
  "Paget",
  "Quick",
  "Rowe",
  "Stone",
  "Thorne",
  "Underhill",
  "Vance",
  "Wells",
  "Yates",
];
const cities = [
  "London",
  "Leeds",
  "Bristol",
  "Glasgow",
  "Cardiff",
  "Belfast",
  "York",
  "Bath",
  "Norwich",
  "Exeter",
];
const things = {
  kitchen: ["mug", "teapot", "skillet", "cutting board"],
  garden: ["trowel", "watering can", "planter", "secateurs"],
  office: ["notebook", "fountain pen", "desk lamp", "stapler"],
  books: ["atlas", "cookbook", "novel", "field guide"],
  toys: ["kite", "wooden train", "puzzle", "yo-yo"],
  outdoor: ["tent", "flask", "compass", "lantern"],
} as const;
const qualities = [
  "Plain",
  "Sturdy",
  "Blue",
  "Small",
  "Large",
  "Classic",
  "Folding",
  "Handmade",
  "Light",
  "Travel",
];
const statuses = [
  "placed",
  "paid",
  "paid",
  "shipped",
  "shipped",
  "shipped",
  "shipped",
  "cancelled",
  "refunded",
  "draft",
] as const;
const dayMs = 86_400_000;
const batchSize = 2_000;

/** 1,000 customers, 200 products and 10,000 orders with their lines, times `scale`; the same ones every time. */
export function* seedShop(context: SeedContext): Generator<SeedBatch> {
  const amounts = {
    customers: Math.round(1_000 * context.scale),
    products: Math.max(20, Math.round(200 * Math.sqrt(context.scale))),
    orders: Math.round(10_000 * context.scale),
  };
  const customers: string[] = [];
  const products: { id: string; price: number }[] = [];
  yield* inBatches(customer, amounts.customers, (n) => {
    const row = customerRow(context, n, amounts.customers);
    customers.push(row.id);
    return [row];
  });
  yield* inBatches(product, amounts.products, (n) => {
    const row = productRow(context, n);
    products.push({ id: row.id, price: row.price.amount });
    return [row];
  });
  yield* orders(context, amounts.orders, customers, products);
}

function* inBatches<Row extends Readonly<Record<string, unknown>>>(
  resource: SeedBatch["resource"],
  total: number,
  make: (n: number) => Row[],
): Generator<SeedBatch> {
  for (let start = 0; start < total; start += batchSize) {
    const rows: Row[] = [];
    for (let n = start; n < Math.min(start + batchSize, total); n += 1) rows.push(...make(n));
    yield { resource, rows, total };
  }
}

function customerRow(context: SeedContext, n: number, total: number) {
  const at = new Date(context.epoch.getTime() - 400 * dayMs + Math.floor((n / total) * 30 * dayMs));
  const name = `${pick(context, firstNames)} ${pick(context, lastNames)}`;
  const account = n === 0 ? "alice" : n === 1 ? "bob" : `user-${n}`;
  return {
    id: context.id(at),
    name,
    email: `${name.toLowerCase().replace(" ", ".")}.${n}@example.com`,
    phone: context.random() < 0.6 ? `+44 20 7946 ${String(1000 + (n % 9000))}` : null,
    address:
      context.random() < 0.8
        ? {
            line1: `${1 + Math.floor(context.random() * 200)} ${pick(context, lastNames)} Street`,
            line2: null,
            city: pick(context, cities),
            postcode: `AB${1 + (n % 90)} ${1 + (n % 9)}CD`,
            country: "GB",
          }
        : null,
    account,
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
  };
}

function productRow(context: SeedContext, n: number) {
  const at = new Date(context.epoch.getTime() - 420 * dayMs + n * 1000);
  const category = pick(context, Object.keys(things) as (keyof typeof things)[]);
  const thing = pick(context, things[category]);
  return {
    id: context.id(at),
    sku: `${category.slice(0, 3).toUpperCase()}-${String(n + 1).padStart(4, "0")}`,
    name: `${pick(context, qualities)} ${thing}`,
    description: `For every day: ${thing}. Ships within two working days.`,
    category,
    price: { amount: 199 + Math.floor(context.random() * 9_800), currency: "GBP" },
    stock: Math.floor(context.random() * 500),
    active: n < 10 || context.random() < 0.95,
    createdAt: at.toISOString(),
    updatedAt: at.toISOString(),
  };
}

function* orders(
  context: SeedContext,
  total: number,
  customers: readonly string[],
  products: readonly { id: string; price: number }[],
): Generator<SeedBatch> {
  for (let start = 0; start < total; start += batchSize) {
    const rows: Record<string, unknown>[] = [];
    const lines: Record<string, unknown>[] = [];
    for (let n = start; n < Math.min(start + batchSize, total); n += 1) {
      const at = new Date(context.epoch.getTime() - 365 * dayMs + Math.floor((n / total) * 365 * dayMs));
      const made = orderRows(context, at, pick(context, customers), products);
      rows.push(made.order);
      lines.push(...made.lines);
    }
    yield { resource: order, rows, total };
    yield { resource: orderLine, rows: lines };
  }
}

function orderRows(
  context: SeedContext,
  at: Date,
  owner: string,
  products: readonly { id: string; price: number }[],
) {
  const id = context.id(at);
  const time = at.toISOString();
  const status = pick(context, statuses);
  const chosen = new Map<string, number>();
  for (let count = 1 + Math.floor(context.random() * 3); count > 0; count -= 1) {
    const item = pick(context, products);
    chosen.set(item.id, item.price);
  }
  const lines = [...chosen].map(([productId, price]) => ({
    id: context.id(at),
    order: id,
    product: productId,
    quantity: 1 + Math.floor(context.random() * 4),
    unitPrice: { amount: price, currency: "GBP" },
    createdAt: time,
    updatedAt: time,
  }));
  const amount = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.amount, 0);
  const order = {
    id,
    customer: owner,
    status,
    total: { amount, currency: "GBP" },
    note: context.random() < 0.1 ? "Please ring the bell." : null,
    placedAt: status === "draft" ? null : time,
    createdAt: time,
    updatedAt: time,
  };
  return { order, lines };
}

function pick<T>(context: SeedContext, items: readonly T[]): T {
  return items[Math.floor(context.random() * items.length)] as T;
}
