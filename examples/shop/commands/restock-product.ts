import { command, integer } from "keelson";
import { product } from "../product.ts";

export const restockProduct = command(product, "restock", {
  description: "Adds newly arrived pieces to the stock.",
  input: { quantity: integer({ min: 1, max: 100_000 }) },
  output: product,
  errors: { stockFull: { status: 409, title: "The stock cannot hold that many" } },
  access: (_row, caller) => caller.is("manager"),
  async run({ row, input, db, fail }) {
    if (row.stock + input.quantity > 1_000_000) fail("stockFull");
    // The row is locked while the command runs, so this cannot lose another's change.
    return db.update(product, row.id, { stock: row.stock + input.quantity });
  },
});
