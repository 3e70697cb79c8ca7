import { expect, it } from "vitest";
import { expectStatus, newCustomer, newProduct, openShop, type ShopServer, stockOf } from "./open-shop.ts";

/** 64 clients at once, each with a token of its own, want one piece of 100 that are left, again and again. */
async function sellOut(servers: readonly ShopServer[]): Promise<void> {
  const [shop] = servers as [ShopServer];
  const product = await newProduct(shop, { stock: 100 });
  const buyers = await Promise.all(
    Array.from({ length: 64 }, (_, n) => newCustomer(servers[n % servers.length] as ShopServer)),
  );
  const buy = async ({ id, client }: (typeof buyers)[number]): Promise<number> => {
    const order = { customer: id, lines: [{ product: product.id, quantity: 1 }] };
    for (let bought = 0; ; bought += 1) {
      const { status, body } = await client("POST", "/orders/place", order);
      if (status === 200) continue;
      expect(body).toMatchObject({ status: 409, code: "out_of_stock", product: product.id });
      return bought;
    }
  };
  const bought = await Promise.all(buyers.map(buy));
  expect(bought.reduce((sum, count) => sum + count)).toBe(100);
  expect(await stockOf(shop, product)).toBe(0);
  const { data } = await expectStatus(
    200,
    shop.manager("GET", `/order-lines?product=${product.id}&limit=200`),
  );
  expect(data).toHaveLength(100);
}

it("64 clients that buy the last 100 pieces buy exactly 100", async () => {
  await using place = await openShop();
  await sellOut([await place.start()]);
});

it("also when three servers sell from the same database", async () => {
  await using place = await openShop();
  await sellOut(await Promise.all([place.start(), place.start(), place.start()]));
});

it("an order that is sent again takes its pieces once, and gets the first answer", async () => {
  await using place = await openShop();
  const servers = [await place.start(), await place.start()] as const;
  const product = await newProduct(servers[0], { stock: 10 });
  const { id, client } = await newCustomer(servers[0]);
  const order = { customer: id, lines: [{ product: product.id, quantity: 3 }] };
  const key = { "idempotency-key": '"one-order"' };
  const sent = await Promise.all(
    Array.from({ length: 4 }, () => client("POST", "/orders/place?expand=lines", order, key)),
  );
  const [first] = sent;
  expect(first?.body).toMatchObject({ status: "placed" });
  for (const answer of sent) {
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(first?.body);
    expect(answer.headers.get("etag")).toBe(first?.headers.get("etag"));
  }
  expect(sent.filter(({ headers }) => headers.get("idempotent-replayed") === "true")).toHaveLength(3);
  expect(await stockOf(servers[1], product)).toBe(7);
  const other = { ...order, note: "and quickly" };
  expect((await client("POST", "/orders/place", other, key)).body).toMatchObject({
    code: "idempotency_key_reused",
  });
  const { status, body } = await client("POST", "/orders/place", order, { "idempotency-key": "two words" });
  expect({ status, body }).toMatchObject({ status: 400, body: { code: "idempotency_key_invalid" } });
});
