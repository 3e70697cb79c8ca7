import type { StandardSchemaV1 } from "@standard-schema/spec";
import { expectTypeOf } from "vitest";
import type shop from "../../../../examples/shop/backend.ts";
import type { product } from "../../../../examples/shop/product.ts";
import { type ApiError, attempt, createClient } from "../../src/client/index.ts";
import {
  backend,
  command,
  everyone,
  integer,
  type Money,
  many,
  manyToMany,
  query,
  type RowOf,
  resource,
  selfReference,
  text,
} from "../../src/index.ts";

const client = createClient<typeof shop>({ baseUrl: "https://shop.example" });

async function reads(): Promise<void> {
  const page = await client.order.list();
  expectTypeOf(page.nextCursor).toEqualTypeOf<string | null>();
  expectTypeOf(page.data[0]?.status).toEqualTypeOf<
    "draft" | "placed" | "paid" | "shipped" | "cancelled" | "refunded" | undefined
  >();
  for await (const one of client.product.list()) expectTypeOf(one).toEqualTypeOf<RowOf<typeof product>>();
  expectTypeOf(await client.product.get("1")).toEqualTypeOf<RowOf<typeof product>>();

  // Relations and fields are reflected in the type, at every level.
  const order = await client.order.get("1", {
    expand: ["customer", "lines.product"],
    fields: ["id", "total", "lines.quantity", "lines.product.name"],
  });
  expectTypeOf(order.total).toEqualTypeOf<Money>();
  expectTypeOf(order.customer?.email).toEqualTypeOf<string | undefined>();
  expectTypeOf(order.lines.data[0]).toEqualTypeOf<
    { readonly quantity: number; readonly product: { readonly name: string } | null } | undefined
  >();
  expectTypeOf(order).not.toHaveProperty("note");
  // @ts-expect-error: not among the fields that were asked for
  void order.status;
  const plain = await client.order.get("1");
  expectTypeOf(plain.customer).toEqualTypeOf<string>();

  // @ts-expect-error: no such relation
  await client.order.list({ expand: ["custmer"] });
  // @ts-expect-error: a field of a relation that is not expanded
  await client.order.list({ fields: ["customer.name"] });
  // @ts-expect-error: no such field further on
  await client.order.list({ expand: ["lines.product"], fields: ["lines.product.nam"] });

  await client.order.list({
    filter: {
      status: { in: ["paid"] },
      "total.amount": { gte: 100 },
      or: [{ "customer.email": "a@b.c" }, { placedAt: { isNull: true } }],
    },
    sort: ["-createdAt", "total.amount"],
  });
  // @ts-expect-error: not one of the choices
  await client.order.list({ filter: { status: "pad" } });
  // @ts-expect-error: an amount is a number
  await client.order.list({ filter: { "total.amount": { gte: "100" } } });
  // @ts-expect-error: not declared for filters
  await client.order.list({ filter: { note: "x" } });
  // @ts-expect-error: not declared for sorting
  await client.order.list({ sort: ["note"] });
}

async function writes(): Promise<void> {
  await client.product.create({
    sku: "A",
    name: "A",
    category: "toys",
    price: { amount: 1, currency: "GBP" },
  });
  // @ts-expect-error: the category is missing
  await client.product.create({ sku: "A", name: "A", price: { amount: 1, currency: "GBP" } });
  // @ts-expect-error: read-only for clients
  await client.order.create({ customer: "1", status: "paid" });
  // @ts-expect-error: set at creation, never changed
  await client.product.update("1", { sku: "B" });
  await client.customer.update("1", { address: { city: "Leeds", line2: null } }, { ifMatch: 3 });
  expectTypeOf(client.product.delete("1")).resolves.toEqualTypeOf<void>();
  // @ts-expect-error: there is no rule that lets anyone delete orders
  await client.order.delete("1");
  // @ts-expect-error: lines are written by `place` alone
  await client.orderLine.create({});
}

async function commands(): Promise<void> {
  const paid = await client.order.pay("1", { reference: "r" }, { expand: ["customer"], ifMatch: 2 });
  expectTypeOf(paid.customer?.name).toEqualTypeOf<string | undefined>();
  expectTypeOf((await client.order.ship("1")).total).toEqualTypeOf<Money>();
  const placed = await client.order.place({ customer: "1", lines: [{ product: "2", quantity: 1 }] });
  expectTypeOf(placed.note).toEqualTypeOf<string | null>();
  // @ts-expect-error: without input
  await client.order.pay("1");
  // @ts-expect-error: without an id
  await client.order.pay({ reference: "r" });
  // @ts-expect-error: no such operation
  await client.order.play("1");
  // @ts-expect-error: no such resource
  await client.ordr.list();

  // Failures carry the codes that the operation declares.
  const result = await attempt(client.order.place({ customer: "1", lines: [] }));
  if (result.ok) expectTypeOf(result.value.id).toEqualTypeOf<string>();
  else if (result.error.code === "out_of_stock") expectTypeOf(result.error).toExtend<ApiError>();
  else if (result.error.code === "network_failed") expectTypeOf(result.error).not.toHaveProperty("status");
  // @ts-expect-error: another operation's error
  else if (result.error.code === "wrong_status") throw result.error;
}

// Relations by name, of several to several, to itself; narrowed operations; queries and what stands free.
const label = resource("label", { fields: { word: text() }, access: { read: everyone } });
const inPlace = backend({
  name: "notes",
  resources: [resource("note", { fields: { text: text() }, access: { read: everyone } })],
});
const task = resource("task", {
  fields: {
    title: text(),
    parent: selfReference("task").optional(),
    children: many("task", { via: "parent" }),
    labels: manyToMany(() => label),
    secret: text().optional().writeOnly(),
    hours: integer().default(0),
  },
  access: { read: everyone, create: everyone, update: everyone },
  operations: ["list", "create"],
});
declare const word: StandardSchemaV1<string, string>;
const tasks = backend({
  name: "tasks",
  resources: [label, task],
  commands: [
    command(task, "import", { on: "collection", input: word, access: everyone, run: () => undefined }),
    command("tidy", { access: everyone, run: () => undefined }),
  ],
  queries: [
    query("count", {
      input: { since: text().optional() },
      output: { all: integer(), last: text().optional() },
      access: everyone,
      run: () => ({ all: 1, last: null }),
    }),
  ],
});
const small = createClient<typeof tasks>({ baseUrl: "https://tasks.example" });

async function others(): Promise<void> {
  const notes = createClient<typeof inPlace>({ baseUrl: "https://notes.example" });
  expectTypeOf((await notes.note.get("1")).text).toEqualTypeOf<string>();
  // @ts-expect-error: there is no rule for it
  await notes.note.delete("1");
  // @ts-expect-error: not declared for sorting
  await notes.note.list({ sort: "text" });
  const { data } = await small.task.list({ expand: ["parent.children.labels", "children"] });
  expectTypeOf(data[0]?.parent?.children.data[0]?.labels.data[0]?.word).toEqualTypeOf<string | undefined>();
  expectTypeOf(data[0]?.children.hasMore).toEqualTypeOf<boolean | undefined>();
  // @ts-expect-error: can only be written
  void data[0]?.secret;
  await small.task.create({ title: "a", secret: "s", labels: ["1"] });
  // @ts-expect-error: not among the operations
  await small.task.get("1");
  expectTypeOf(await small.count()).toEqualTypeOf<{ readonly all: number; readonly last: string | null }>();
  await small.count({ since: "x" }, { timeoutMs: 5 });
  expectTypeOf(await small.tidy()).toEqualTypeOf<undefined>();
  // What is declared in place is inferred as well.
  const { data: labels } = await small.label.list();
  expectTypeOf(labels[0]?.word).toEqualTypeOf<string | undefined>();
  // @ts-expect-error: a text in the first place is an id
  await small.task.import("x");
  // @ts-expect-error: of the platform's options
  await small.count({}, { timeout: 5 });
}

void [reads, writes, commands, others];
