import type { SystemDb } from "keelson";
import { orderLine } from "../order-line.ts";
import { product } from "../product.ts";

/** Puts back what the order took; products are locked in the order of their ids, as when placing. */
export async function returnToStock(shop: SystemDb, orderId: string): Promise<void> {
  const sql = shop.sql({ line: orderLine, product });
  const lines = await sql
    .selectFrom("line")
    .select(["productId", "quantity"])
    .where("orderId", "=", orderId)
    .orderBy("productId")
    .execute();
  for (const line of lines) {
    await sql
      .updateTable("product")
      .set((expr) => ({
        stock: expr("stock", "+", line.quantity),
        version: expr("version", "+", 1),
        updatedAt: expr.fn<Date>("now"),
      }))
      .where("id", "=", line.productId)
      .execute();
  }
}
