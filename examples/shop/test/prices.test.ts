import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../../packages/keelson/src/client/index.ts";
import type shop from "../backend.ts";
import { newProduct, openShop, type ShopPlace, type ShopServer } from "./open-shop.ts";

let place: ShopPlace;
let server: ShopServer;

beforeAll(async () => {
  place = await openShop();
  server = await place.start();
});
afterAll(() => place?.[Symbol.asyncDispose]());

const gbp = (amount: number) => ({ amount, currency: "GBP" });
const connect = async (role: string) => {
  const token = await server.token(role);
  return createClient<typeof shop>({ baseUrl: server.url, token });
};
const products = () => Promise.all([1_000, 2_000, 3_000].map((amount) => newProduct(server, { amount })));
const priceOf = async (id: string) => (await server.anonymous("GET", `/products/${id}`)).body.price.amount;

test("all prices change together, and everybody sees it at once", async () => {
  const sold = await products();
  for (const { id } of sold) await priceOf(id);
  const manager = await connect("manager");
  const results = await manager.product.batch(
    sold.map(({ id }, at) => ({
      operation: "update",
      id,
      ifMatch: 1,
      data: { price: gbp(900 * (at + 1)) },
    })),
    { fields: ["id", "price"] },
  );
  expect(results.map(({ status, data }) => [status, data?.price.amount])).toEqual([
    [200, 900],
    [200, 1_800],
    [200, 2_700],
  ]);
  expect(await Promise.all(sold.map(({ id }) => priceOf(id)))).toEqual([900, 1_800, 2_700]);
});

test("a price that somebody else has changed meanwhile keeps all others as they are", async () => {
  const sold = await products();
  const [, changed] = sold;
  await server.manager("PATCH", `/products/${changed?.id}`, { price: gbp(1) });
  const manager = await connect("manager");
  const items = sold.map(
    ({ id }) => ({ operation: "update", id, ifMatch: 1, data: { price: gbp(5) } }) as const,
  );
  await expect(manager.product.batch(items)).rejects.toMatchObject({
    code: "precondition_failed",
    errors: [{ pointer: "#/items/1" }],
  });
  expect(await Promise.all(sold.map(({ id }) => priceOf(id)))).toEqual([1_000, 1, 3_000]);

  const results = await manager.product.batch(items, { atomic: false });
  expect(results.map((result) => (result.ok ? result.data?.price.amount : result.problem.code))).toEqual([
    5,
    "precondition_failed",
    5,
  ]);
});

test("nobody but a manager changes prices", async () => {
  const [product] = await products();
  const customer = await connect("customer");
  const items = [{ operation: "update", id: product?.id ?? "", data: { price: gbp(1) } }] as const;
  await expect(customer.product.batch(items)).rejects.toMatchObject({ status: 403, code: "forbidden" });
  expect(await priceOf(product?.id ?? "")).toBe(1_000);
});
