import { expect, it } from "vitest";
import { expectStatus, newProduct, openShop } from "./open-shop.ts";

const first = { "api-version": "2026-06-01" };

it("callers of the first version keep their words: an address with a street, a line with a price", async () => {
  await using place = await openShop();
  const shop = await place.start();
  const street = "Flat 3\n12 High Street";
  const address = { street, city: "York", postcode: "YO1 7HH", country: "GB" };
  const customer = { name: "Ada", email: "ada@example.com", account: "ada", address };
  const ada = await shop.customer("ada");
  const created = await expectStatus(201, ada("POST", "/customers", customer, first));
  expect(created.address).toEqual({ ...address });
  const { body, headers } = await ada("GET", `/customers/${created.id}`, undefined, {
    "api-version": "2026-11-21",
  });
  expect(headers.get("api-version")).toBe("2026-11-21");
  const { street: _street, ...rest } = address;
  expect(body.address).toEqual({ ...rest, line1: "Flat 3", line2: "12 High Street" });

  const moved = { address: { street: "1 Low Lane" } };
  const changed = await expectStatus(200, ada("PATCH", `/customers/${created.id}`, moved, first));
  expect(changed.address).toEqual({ ...address, street: "1 Low Lane" });
  const wrong = await expectStatus(
    422,
    ada("PATCH", `/customers/${created.id}`, { address: { street: 5 } }, first),
  );
  expect(wrong.errors).toMatchObject([{ pointer: "#/address/street", code: "type" }]);

  const product = await newProduct(shop, { amount: 1250 });
  const lines = [{ product: product.id, quantity: 2 }];
  await expectStatus(200, ada("POST", "/orders/place", { customer: created.id, lines }, first));
  const [order] = (await expectStatus(200, ada("GET", "/orders?expand=lines,customer", undefined, first)))
    .data;
  expect(order.lines.data[0].price).toEqual({ amount: 1250, currency: "GBP" });
  expect(order.lines.data[0]).not.toHaveProperty("unitPrice");
  expect(order.customer.address.street).toBe("1 Low Lane");

  // The credential began with the first version, so that it goes on in its words.
  const pinned = await ada("GET", `/customers/${created.id}`);
  expect(pinned.headers.get("api-version")).toBe("2026-06-01");
  expect(pinned.headers.get("deprecation")).toBe(`@${Date.parse("2027-01-01") / 1_000}`);
  expect(pinned.body.address.street).toBe("1 Low Lane");
  const paid = await expectStatus(200, ada("POST", `/orders/${order.id}/pay`, { token: "tok-1" }));
  expect(paid.status).toBe("paid");
});
