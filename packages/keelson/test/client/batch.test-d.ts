import { expectTypeOf } from "vitest";
import type shop from "../../../../examples/shop/backend.ts";
import type { product } from "../../../../examples/shop/product.ts";
import { type BatchResult, type BatchWritten, createClient, type Problem } from "../../src/client/index.ts";
import { backend, type Db, everyone, type RowOf, resource, text } from "../../src/index.ts";

const client = createClient<typeof shop>({ baseUrl: "https://shop.example" });
const items = [{ operation: "update", id: "1", ifMatch: '"3"', data: { stock: 1 } }] as const;

async function results(): Promise<void> {
  // An atomic batch throws, so that its results are all good.
  const all = await client.product.batch(items);
  expectTypeOf(all).toEqualTypeOf<readonly BatchWritten<RowOf<typeof product>>[]>();
  expectTypeOf(await client.product.batch(items, { atomic: true })).toEqualTypeOf(all);

  const each = await client.product.batch(items, { atomic: false, fields: ["price"] });
  expectTypeOf(each[0]).toExtend<BatchResult<object> | undefined>();
  for (const result of each) {
    if (result.ok) expectTypeOf(result.data?.price.amount).toEqualTypeOf<number | undefined>();
    else expectTypeOf(result.problem).toEqualTypeOf<Problem>();
  }
  // @ts-expect-error not asked for
  each.map((result) => result.ok && result.data?.name);
}

async function wrongItems(): Promise<void> {
  // @ts-expect-error "upsert" is no write
  await client.product.batch([{ operation: "upsert", id: "1", data: {} }]);
  // @ts-expect-error a creation needs the whole record
  await client.product.batch([{ operation: "create", data: { name: "Mug" } }]);
  // @ts-expect-error a change needs an id
  await client.product.batch([{ operation: "update", data: { stock: 1 } }]);
  // @ts-expect-error orders are not deleted
  await client.order.batch([{ operation: "delete", id: "1" }]);
}

const access = { read: everyone, create: everyone };
const single = resource("single", { fields: { name: text() }, access, batch: false });
const unread = resource("unread", { fields: { name: text() }, access: { read: everyone } });
const some = backend({ name: "some", resources: [single, unread] });
const none = createClient<typeof some>({ baseUrl: "https://some.example" });
// @ts-expect-error turned off
void none.single.batch;
// @ts-expect-error nothing to write
void none.unread.batch;

async function handlers(db: Db): Promise<void> {
  const [written] = await db.batch(single, [{ operation: "create", data: { name: "x" } }]);
  expectTypeOf(written?.ok).toEqualTypeOf<true | undefined>();
  const [result] = await db.batch(single, [{ operation: "delete", id: "1", version: 1 }], { atomic: false });
  if (result && !result.ok) expectTypeOf(result.error.code).toEqualTypeOf<string>();
  // @ts-expect-error no such field
  await db.batch(single, [{ operation: "update", id: "1", data: { nam: "x" } }]);
}

void [results, wrongItems, handlers];
