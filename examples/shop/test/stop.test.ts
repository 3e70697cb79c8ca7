import { expect, it } from "vitest";
import { newCustomer, newProduct, openShop, readAll, type ShopServer } from "./open-shop.ts";

/** Orders until the server is gone; gives the orders that were answered and how the rest ended. */
async function orderUntilGone(shop: ShopServer, product: string) {
  const acknowledged: string[] = [];
  const endings = new Set<string>();
  const order = async (): Promise<void> => {
    const { id, client } = await newCustomer(shop);
    for (;;) {
      const lines = [{ product, quantity: 1 }];
      try {
        const { status, headers, body } = await client("POST", "/orders/place", { customer: id, lines });
        if (status === 200) acknowledged.push(body.id);
        else endings.add(`${status} ${body.code}${headers.has("retry-after") ? " with Retry-After" : ""}`);
      } catch (error) {
        const { code } = (error as { cause?: { code?: string } }).cause ?? {};
        if (code === "ECONNREFUSED") return;
        endings.add(String(code));
      }
    }
  };
  const working = Promise.all(Array.from({ length: 16 }, order));
  while (acknowledged.length < 100) await new Promise(setImmediate);
  return { acknowledged, endings, gone: working };
}

it.each(["SIGTERM", "SIGINT"] as const)("%s finishes what was accepted and ends with 0", async (signal) => {
  await using place = await openShop();
  const shop = await place.start();
  const product = await newProduct(shop, { stock: 100_000 });
  const load = await orderUntilGone(shop, product.id);
  shop.kill(signal);
  expect(await shop.ended).toBe(0);
  await load.gone;
  // Whoever was refused may try elsewhere: what was not answered with success has not happened.
  const closedByServer = ["UND_ERR_SOCKET", "ECONNRESET"];
  const known = new Set(["503 overloaded with Retry-After", ...closedByServer]);
  expect([...load.endings].filter((ending) => !known.has(ending))).toEqual([]);
  const kept = await readAll((await place.start()).manager, "/orders");
  expect(kept.map(({ id }) => id).sort()).toEqual([...load.acknowledged].sort());
});

it("a second signal, later, ends it at once", async () => {
  await using place = await openShop();
  const shop = await place.start();
  // A request that never ends keeps the server draining.
  const { hostname, port } = new URL(shop.url);
  const { connect } = await import("node:net");
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write(
    "POST /v1/orders HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{",
  );
  await shop.manager("GET", "/orders");
  shop.kill("SIGTERM");
  await shop.printed(/server\.draining/);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  shop.kill("SIGTERM");
  expect(await shop.ended).toBe(1);
  socket.destroy();
});
