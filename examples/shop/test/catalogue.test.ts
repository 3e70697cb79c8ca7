import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localRedis } from "../../../packages/keelson/test/support/local-redis.ts";
import { newProduct, openShop, type ShopPlace, type ShopServer } from "./open-shop.ts";

const redis = await localRedis();

/** Two servers of one shop: each keeps answers, and tells the other what it has changed. */
describe.each([
  ["PostgreSQL", {}],
  ...(redis === undefined ? [] : [["Redis", { REDIS_URL: redis }] as const]),
] as const)("the catalogue, kept by two servers that tell each other over %s", (_over, env) => {
  let place: ShopPlace;
  let one: ShopServer;
  let two: ShopServer;

  beforeAll(async () => {
    place = await openShop({ env });
    [one, two] = await Promise.all([place.start(), place.start()]);
  });
  afterAll(() => place?.[Symbol.asyncDispose]());

  test("a price that one changes is seen at once there, and within a second at the other", async () => {
    const { id } = await newProduct(one, { amount: 1_000 });
    const path = `/products/${id}`;
    const priceAt = async (server: ShopServer) => (await server.anonymous("GET", path)).body.price.amount;
    for (let amount = 1_001; amount < 1_006; amount += 1) {
      expect(await priceAt(two)).toBe(amount - 1);
      expect((await one.manager("PATCH", path, { price: { amount, currency: "GBP" } })).status).toBe(200);
      expect(await priceAt(one)).toBe(amount);
      await expect.poll(() => priceAt(two)).toBe(amount);
    }
  });

  test("visitors' answers are for browsers and CDNs to keep, those of people signed in are their own", async () => {
    await newProduct(one);
    const path = "/products?sort=-price.amount&limit=3";
    const first = await one.anonymous("GET", path);
    expect(first.headers.get("cache-status")).toBe("keelson; fwd=miss; stored");
    expect(first.headers.get("cache-control")).toBe("public, max-age=30, stale-while-revalidate=60");
    const again = await one.anonymous("GET", path);
    expect(again.headers.get("cache-status")).toMatch(/^keelson; hit; ttl=\d+$/);
    expect(again.headers.get("age")).toMatch(/^\d+$/);
    expect(again.headers.get("vary")).toContain("Authorization");
    expect(again.body).toEqual(first.body);
    const tag = again.headers.get("etag") ?? "";
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
    expect((await one.anonymous("GET", path, undefined, { "if-none-match": tag })).status).toBe(304);
    const own = await one.manager("GET", path);
    expect(own.headers.get("cache-control")).toBe("private, no-cache");
    const newer = await one.anonymous("GET", path, undefined, { "cache-control": "no-cache" });
    expect(newer.headers.get("cache-status")).toBe("keelson; fwd=request; stored");
    const unkept = await one.anonymous("GET", path, undefined, { "cache-control": "no-store" });
    expect(unkept.headers.get("cache-status")).toBe("keelson; fwd=request");
  });
});
