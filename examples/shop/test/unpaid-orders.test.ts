import { expect, it } from "vitest";
import { cancelUnpaid } from "../jobs/cancel-unpaid.ts";
import { openTestShop } from "./shop.ts";

const { t, manager, newCustomer, newProduct, stockOf } = await openTestShop();

it("cancels an order that nobody has paid for a day", async () => {
  const [{ id: customer, calls }, product] = [await newCustomer(), await newProduct()];
  const place = () => calls.order.place({ customer, lines: [{ product: product.id, quantity: 2 }] });
  const [unpaid, paid] = [await place(), await place()];
  const stock = await stockOf(product);
  expect(await t.jobs(cancelUnpaid)).toHaveLength(2);
  await t.db.updateTable("order").set({ status: "paid" }).where("id", "=", paid.id).execute();
  t.clock.advance({ hours: 23 });
  expect(await t.runJobs()).toEqual([]);
  t.clock.advance({ hours: 1 });
  expect(await t.runJobs()).toMatchObject([{ type: "job.finished" }, { type: "job.finished" }]);
  expect((await manager.order.get(unpaid.id)).status).toBe("cancelled");
  expect((await manager.order.get(paid.id)).status).toBe("paid");
  expect(await stockOf(product)).toBe(stock + 2);
});

it("forgets an order that could not be placed", async () => {
  const [{ id: customer, calls }, product] = [await newCustomer(), await newProduct()];
  const before = await t.jobs(cancelUnpaid);
  await expect(
    calls.order.place({ customer, lines: [{ product: product.id, quantity: 1_000 }] }),
  ).rejects.toMatchObject({ code: "out_of_stock" });
  expect(await t.jobs(cancelUnpaid)).toEqual(before);
});
