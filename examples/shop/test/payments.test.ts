import { afterEach, describe, expect, it } from "vitest";
import { openTestShop } from "./shop.ts";
import { startProvider } from "./start-provider.ts";

const { t, newCustomer, newProduct } = await openTestShop();
const { payments } = t.integrations;
const providers: { close(): void }[] = [];

afterEach(() => {
  payments.reset();
  for (const provider of providers.splice(0)) provider.close();
});

async function placed() {
  const [{ id: customer, calls }, product] = [await newCustomer(), await newProduct()];
  const { id } = await calls.order.place({ customer, lines: [{ product: product.id, quantity: 4 }] });
  const pay = (reference: string) => calls.order.pay(id, { reference });
  return { pay, status: async () => (await calls.order.get(id)).status };
}

async function connect(...misbehaviour: Parameters<typeof startProvider>) {
  const provider = await startProvider(...misbehaviour);
  providers.push(provider);
  payments.connect(provider.url);
}

describe("paying an order", () => {
  it("charges the card that was named with what the order costs", async () => {
    await connect();
    const order = await placed();
    expect(await order.pay("tok_visa")).toMatchObject({ status: "paid" });
    expect(payments.requests).toMatchObject([
      { operation: "charge", body: { card: "tok_visa", amount: 5_000, currency: "GBP" } },
    ]);
  });

  it("is refused where the card is declined, and may be tried with another one", async () => {
    await connect();
    const order = await placed();
    await expect(order.pay("tok_declined")).rejects.toMatchObject({ code: "card_declined", status: 402 });
    expect(await order.status()).toBe("placed");
    expect(await order.pay("tok_visa")).toMatchObject({ status: "paid" });
  });

  it.each([
    ["unreachable", "upstream_unavailable"],
    ["timeout", "upstream_timeout"],
  ] as const)("changes nothing while the provider is in trouble: %s", async (fault, code) => {
    payments.fail(fault);
    const order = await placed();
    await expect(order.pay("tok_visa")).rejects.toMatchObject({ code });
    expect(await order.status()).toBe("placed");
  });

  it("says so where the provider answers with errors of its own", async () => {
    await connect({ failing: 1 });
    const order = await placed();
    await expect(order.pay("tok_visa")).rejects.toMatchObject({ code: "upstream_failed" });
    expect(payments.requests).toHaveLength(3);
    expect(new Set(payments.requests.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  });

  it("charges once, also where the first answer was lost", async () => {
    await connect();
    payments.fail("broken", { times: 1 });
    const order = await placed();
    expect(await order.pay("tok_visa")).toMatchObject({ status: "paid" });
    expect(payments.requests).toHaveLength(2);
  });
});
