import createClient from "openapi-fetch";
import type { paths } from "./shop-api.js";

/** What a front end of the shop would do, with a client whose types come from the document. */
export async function tour(baseUrl: string, token: string) {
  const api = createClient<paths>({
    baseUrl,
    headers: { authorization: `Bearer ${token}` },
    // The document separates items by commas; openapi-fetch has to be told.
    querySerializer: { array: { style: "form", explode: false } },
  });
  const product = await api.POST("/v1/products", {
    body: {
      sku: "TS-1",
      name: "Puzzle",
      category: "toys",
      stock: 3,
      price: { amount: 500, currency: "GBP" },
    },
  });
  const customer = await api.POST("/v1/customers", {
    body: { name: "Grace", email: "grace@ts.example", account: "grace" },
  });
  if (!product.data || !customer.data) throw new Error("could not prepare");
  const lines = [{ product: product.data.id, quantity: 2 }];
  const placed = await api.POST("/v1/orders/place", {
    params: {
      query: { expand: ["customer", "lines.product"] },
      header: { "Idempotency-Key": crypto.randomUUID() },
    },
    body: { customer: customer.data.id, lines },
  });
  const refused = await api.POST("/v1/orders/place", {
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { customer: customer.data.id, lines },
  });
  const id = placed.data?.id ?? "";
  const paid = await api.POST("/v1/orders/{id}/pay", { params: { path: { id } }, body: { reference: "ts" } });
  const updated = await api.PATCH("/v1/products/{id}", {
    params: { path: { id: product.data.id }, header: { "If-Match": '"2"' } },
    body: { stock: 7 },
  });
  const stale = await api.PATCH("/v1/products/{id}", {
    params: { path: { id: product.data.id }, header: { "If-Match": '"1"' } },
    body: { stock: 7 },
  });
  const names: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { data } = await api.GET("/v1/products", {
      params: {
        query: {
          limit: 2,
          sort: ["name", "-createdAt"],
          "stock[gte]": 1,
          "category[in]": ["toys"],
          ...(cursor ? { cursor } : {}),
        },
      },
    });
    names.push(...(data?.data ?? []).map(({ name }) => name));
    cursor = data?.nextCursor ?? null;
  }
  const found = await api.POST("/v1/orders/query", {
    body: { filter: { status: "paid" }, fields: ["id", "total"] },
  });
  const price = { amount: 1, currency: "GBP" } as const;
  const wrong = await api.POST("/v1/products", {
    // @ts-expect-error: not one of the choices
    body: { sku: "X", name: "x", category: "cars", price },
  });
  const gone = await api.DELETE("/v1/products/{id}", { params: { path: { id: id } } });
  return {
    customer: typeof placed.data?.customer === "object" ? placed.data.customer?.name : undefined,
    refused: refused.error?.code,
    paid: paid.data?.status,
    updated: updated.data?.stock,
    stale: stale.error?.code,
    names,
    found: found.data?.data.length,
    wrong: wrong.error?.errors?.map(({ pointer }) => pointer),
    gone: gone.error?.code,
  };
}
