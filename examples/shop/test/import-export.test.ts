import { expect, it } from "vitest";
import { openShop, type ShopServer } from "./open-shop.ts";

const count = 6_000;

/** A supplier's catalogue; two of its rows are wrong. */
const catalogue = `sku,name,category,price.amount,price.currency,stock\n${Array.from(
  { length: count },
  (_, n) => `SUP-${n},"Thing, no. ${n}",${n % 3_000 === 7 ? "space" : "garden"},${n + 1},GBP,${n % 50}`,
).join("\n")}\n`;

async function fetchAs(
  shop: ShopServer,
  role: string,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const authorization = `Bearer ${await shop.token(role)}`;
  return fetch(`${shop.url}/v1${path}`, { ...init, headers: { authorization, ...init.headers } });
}

const state = async (shop: ShopServer, id: string) => (await shop.manager("GET", `/operations/${id}`)).body;

it("a catalogue is imported although its server is killed, and exported again", {
  timeout: 60_000,
}, async () => {
  await using place = await openShop({ env: { KEELSON_JOB_LEASE_MS: "1000" } });
  const first = await place.start();
  const headers = { "content-type": "text/csv" };
  const sent = await fetchAs(first, "manager", "/products/import", {
    method: "POST",
    headers,
    body: catalogue,
  });
  expect(sent.status).toBe(202);
  const { id } = (await sent.json()) as { readonly id: string };
  await expect
    .poll(async () => (await state(first, id)).progress.done, { timeout: 30_000 })
    .toBeGreaterThan(0);
  first.kill("SIGKILL");
  await first.ended;

  const second = await place.start();
  const ended = expect.poll(async () => (await state(second, id)).state, { timeout: 40_000 });
  await ended.toBe("succeeded");
  expect((await state(second, id)).result).toMatchObject({ created: count - 2, failed: 2 });
  const report = await (await fetchAs(second, "manager", `/operations/${id}/report`)).text();
  const refused = report
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(refused).toMatchObject([
    { line: 9, pointer: "#/category", input: { sku: "SUP-7" } },
    { line: 3_009, pointer: "#/category", input: { sku: "SUP-3007" } },
  ]);
  expect((await fetchAs(second, "support", `/operations/${id}`)).status).toBe(404);
  expect(
    (await fetchAs(second, "customer", "/products/import", { method: "POST", headers, body: catalogue }))
      .status,
  ).toBe(403);

  const asked = await second.manager("POST", "/products/export", { fields: ["sku", "price"] });
  expect(asked.status).toBe(202);
  const exported = expect.poll(async () => (await state(second, asked.body.id)).state, { timeout: 30_000 });
  await exported.toBe("succeeded");
  const file = await (await fetchAs(second, "manager", `/operations/${asked.body.id}/file`)).text();
  const skus = file
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).sku);
  expect(new Set(skus).size).toBe(count - 2);
  expect(skus).toHaveLength(count - 2);
});
