import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { killAll, processesNaming } from "../../../packages/keelson/test/support/process-tree.ts";
import {
  newCustomer,
  newProduct,
  openShop,
  readAll,
  type Saved,
  type ShopServer,
  stockOf,
} from "./open-shop.ts";

const stock = 100_000;

interface Writers {
  /** Ids of the orders that were answered with success. */
  readonly acknowledged: readonly string[];
  /** Waits until so many more orders are acknowledged. */
  grow(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** Clients that order without a pause. What is refused or unanswered counts for nothing. */
async function startWriters(servers: readonly ShopServer[], products: readonly Saved[]): Promise<Writers> {
  const acknowledged: string[] = [];
  let stopped = false;
  const write = async (n: number): Promise<void> => {
    const { id, client } = await newCustomer(servers[n % servers.length] as ShopServer);
    for (let turn = n; !stopped; turn += 1) {
      const lines = [turn, turn + 1].map((at) => ({
        product: (products[at % products.length] as Saved).id,
        quantity: 1 + (turn % 3),
      }));
      const answer = await client("POST", "/orders/place", { customer: id, lines }).catch(() => undefined);
      if (answer?.status === 200) acknowledged.push(answer.body.id);
      else await pause(5);
    }
  };
  const writing = Promise.all(Array.from({ length: 8 }, (_, n) => write(n)));
  return {
    acknowledged,
    grow: async (count) => {
      for (const goal = acknowledged.length + count; acknowledged.length < goal; ) await pause(5);
    },
    stop: async () => {
      stopped = true;
      await writing;
    },
  };
}

/** Every acknowledged order is there, whole; and what is not in stock is in an order, piece by piece. */
async function expectNothingLost(
  shop: ShopServer,
  products: readonly Saved[],
  acknowledged: readonly string[],
) {
  const orders = await readAll(shop.manager, "/orders");
  const kept = new Set(orders.map(({ id }) => id));
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  expect(new Set(orders.map(({ status }) => status))).toEqual(new Set(["placed"]));
  const lines = await readAll(shop.manager, "/order-lines");
  expect(lines).toHaveLength(orders.length * 2);
  for (const { id } of products) {
    const sold = lines.reduce((sum, line) => sum + (line.product === id ? line.quantity : 0), 0);
    expect((await stockOf(shop, { id })) + sold).toBe(stock);
  }
}

it("kill -9 of servers and PostgreSQL, again and again, loses no acknowledged order", {
  timeout: 60_000,
}, async () => {
  await using place = await openShop({ embedded: true });
  let servers = [await place.start(), await place.start()];
  const products = await Promise.all(
    Array.from({ length: 3 }, () => newProduct(servers[0] as ShopServer, { stock })),
  );
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const writers = await startWriters(servers, products);
    await writers.grow(40 + round * 7);
    killAll([...servers.map(({ pid }) => pid), ...processesNaming(place.stateDir)]);
    await Promise.all([writers.stop(), ...servers.map(({ ended }) => ended)]);
    acknowledged.push(...writers.acknowledged);
    servers = await Promise.all([place.start(), place.start()]);
    await expectNothingLost(servers[0] as ShopServer, products, acknowledged);
  }
  expect(acknowledged.length).toBeGreaterThan(120);
});

it("servers go on when PostgreSQL alone is killed", { timeout: 60_000 }, async () => {
  await using place = await openShop({ embedded: true });
  const servers = [await place.start(), await place.start()] as const;
  const products = [await newProduct(servers[0], { stock }), await newProduct(servers[0], { stock })];
  const writers = await startWriters(servers, products);
  for (let round = 0; round < 2; round += 1) {
    await writers.grow(40);
    // Its supervisor, a shell, is left to start it again.
    killAll(processesNaming(`postgres -D ${place.stateDir}`));
  }
  await writers.grow(40);
  await writers.stop();
  await expectNothingLost(servers[1], products, writers.acknowledged);
});
