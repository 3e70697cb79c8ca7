import { expectTypeOf } from "vitest";
import type { Db, Embedded, Money, Page, RowOf } from "../../src/index.ts";
import { customer, type Order, order } from "./model.ts";

declare const db: Db;

async function reads(): Promise<void> {
  expectTypeOf(await db.get(order, "1")).toEqualTypeOf<RowOf<typeof order>>();
  expectTypeOf(await db.find(order)).toEqualTypeOf<Page<RowOf<typeof order>>>();
  expectTypeOf(
    await db.find(order, { filter: { status: "paid" }, sort: ["-createdAt"], limit: 5 }),
  ).toEqualTypeOf<Page<RowOf<typeof order>>>();

  // A relation that is expanded is the record instead of its id; null when the caller may not read it.
  const expanded = await db.get(order, "1", { expand: { customer: true } });
  expectTypeOf(expanded.customer).toEqualTypeOf<RowOf<typeof customer> | null>();
  expectTypeOf(expanded.total).toEqualTypeOf<Money>();

  // To-many relations come as bounded lists, of the row that was named, or of rows without a type.
  const people = await db.find(customer, { expand: { orders: true, referrer: true } });
  expectTypeOf(people.data[0]?.orders).toEqualTypeOf<Embedded<Order> | undefined>();
  const lines = await db.get(order, "1", { expand: { lines: true, tags: true } });
  expectTypeOf(lines.lines.data[0]?.id).toEqualTypeOf<string | undefined>();
  expectTypeOf(lines.tags.data[0]?.label).toEqualTypeOf<string | undefined>();
  expectTypeOf(lines.tags.hasMore).toEqualTypeOf<boolean>();

  // Nested.
  const nested = await db.get(order, "1", { expand: { customer: { expand: { orders: true } } } });
  expectTypeOf(nested.customer?.orders.data[0]?.total).toEqualTypeOf<Money | undefined>();
  expectTypeOf(nested.customer?.name).toEqualTypeOf<string | undefined>();

  // @ts-expect-error: there is no such relation
  await db.get(order, "1", { expand: { custmer: true } });
  // @ts-expect-error: a field that is no relation
  await db.get(order, "1", { expand: { note: true } });
  // @ts-expect-error: there is no such relation further on
  await db.get(order, "1", { expand: { customer: { expand: { ordrs: true } } } });
  // @ts-expect-error: what was not expanded is an id
  (await db.get(order, "1")).customer.name;
}

async function writes(): Promise<void> {
  const made = await db.create(customer, { name: "Ada", account: "a", password: "p" });
  expectTypeOf(made).toEqualTypeOf<RowOf<typeof customer>>();
  // @ts-expect-error: the account is missing
  await db.create(customer, { name: "Ada", password: "p" });
  // @ts-expect-error: there is no such field
  await db.create(customer, { name: "Ada", account: "a", password: "p", nmae: "A" });
  // @ts-expect-error: of another kind
  await db.create(customer, { name: 5, account: "a", password: "p" });

  await db.update(order, "1", { status: "paid", note: null, tags: [] });
  await db.update(order, "1", { quantity: 2 }, { version: 3 });
  // @ts-expect-error: no such choice
  await db.update(order, "1", { status: "sent" });
  // @ts-expect-error: set at creation, never changed
  await db.update(order, "1", { customer: "2" });
  // @ts-expect-error: kept by the database
  await db.update(order, "1", { version: 2 });
  expectTypeOf(db.delete(order, "1")).toEqualTypeOf<Promise<void>>();
  // @ts-expect-error: hand-written SQL goes around the rules, so it needs a reason
  db.sql({ order });
}

async function sql(): Promise<void> {
  const kysely = db.asSystem("a report").sql({ order, customer });
  const rows = await kysely
    .selectFrom("order")
    .innerJoin("customer", "customer.id", "order.customerId")
    .select(["order.totalAmount", "order.note", "order.createdAt", "customer.name"])
    .where("order.status", "=", "paid")
    .execute();
  expectTypeOf(rows).toEqualTypeOf<
    { totalAmount: string; note: string | null; createdAt: string; name: string }[]
  >();
  // @ts-expect-error: a table that was not asked for
  kysely.selectFrom("tag");
  // @ts-expect-error: no such column
  kysely.selectFrom("order").select("totl");
  // @ts-expect-error: no such choice
  kysely.selectFrom("order").where("status", "=", "sent");
}

void [reads, writes, sql];
