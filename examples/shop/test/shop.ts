import { type TestBackend, testBackend } from "keelson/testing";
import shop from "../backend.ts";

/** The shop as its tests find it: its migrations applied, and the people that work there. */
export async function openTestShop() {
  const t: TestBackend<typeof shop> = await testBackend(shop, {
    migrations: new URL("../migrations", import.meta.url),
  });
  // The card is always taken, unless a test says otherwise.
  t.integrations.payments.respond("charge", { id: "ch_1", status: "succeeded" });
  let accounts = 0;
  return {
    t,
    manager: t.as({ id: "manager", roles: ["manager"] }),
    support: t.as({ id: "support", roles: ["support"] }),
    /** A new customer, and how they call. */
    newCustomer: async () => {
      accounts += 1;
      const account = `account-${accounts}`;
      const { id } = await t.make.customer({ account });
      return { id, account, calls: t.as({ id: account, roles: ["customer"] }) };
    },
    /** A new product, sold at 12.50. */
    newProduct: ({ stock = 10, active = true } = {}) => t.make.product({ stock, active, price: gbp(1250) }),
    stockOf: async ({ id }: { readonly id: string }) =>
      (await t.asSystem("count the stock").product.get(id)).stock,
  };
}

export const gbp = (amount: number) => ({ amount, currency: "GBP" });
