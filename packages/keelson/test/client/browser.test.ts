import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import shop from "../../../../examples/shop/backend.ts";
import { openShop } from "../../../../examples/shop/test/open-shop.ts";
import { systemClock } from "../../src/base/clock.ts";
import { clientTextOf } from "../../src/contract/client/client-text-of.ts";
import { runtimeFiles } from "../../src/contract/client/runtime-text.ts";
import { openDevelopmentKey } from "../../src/identity/development-key.ts";
import { loadModel } from "../../src/model/load-model.ts";

/** Where distributions put it. */
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

const runtime = runtimeFiles.map((name) => ({
  name,
  text: readFileSync(new URL(`../../src/client/${name}`, import.meta.url), "utf8"),
}));

/** What the page does with the client; the answer is what it prints. */
const script = (baseUrl: string, token: string) => `
import { attempt, createShopClient } from "./shop.js";
const shop = createShopClient({ baseUrl: ${JSON.stringify(baseUrl)}, token: ${JSON.stringify(token)} });
const price = { amount: 100, currency: "GBP" };
const made = [];
for (let n = 0; n < 5; n += 1) made.push(await shop.product.create({ sku: "B-" + n, name: "Ball", category: "toys", price }));
const changed = await shop.product.update(made[0].id, { stock: 2 }, { ifMatch: 1 });
const stale = await attempt(shop.product.update(made[0].id, { stock: 3 }, { ifMatch: 1 }));
const skus = [];
for await (const { sku } of shop.product.list({ filter: { name: "Ball" }, sort: "createdAt", limit: 2 })) skus.push(sku);
const controller = new AbortController();
const aborted = shop.product.list({ signal: controller.signal }).catch((error) => error.name);
controller.abort();
await shop.product.delete(made[4].id);
globalThis.seen = { skus, version: changed.version, stale: stale.error.code, requestId: typeof stale.error.requestId, aborted: await aborted };
`;

test.runIf(executablePath !== undefined)(
  "a generated client works in a browser, from another origin",
  { timeout: 60_000 },
  async () => {
    const files = new Map<string, string>([
      ["/", '<!doctype html><script type="module" src="/page.js"></script>'],
    ]);
    const site = createServer((request, response) => {
      const type = request.url === "/" ? "text/html" : "text/javascript";
      response.writeHead(200, { "content-type": type }).end(files.get(request.url ?? "") ?? "");
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    await using place = await openShop({ env: { KEELSON_CORS_ORIGINS: origin } });
    const server = await place.start();
    const key = await openDevelopmentKey(place.stateDir, "shop", systemClock);
    const token = await key.mint({ subject: "manager", roles: ["manager"] });
    files.set("/shop.js", stripTypeScriptTypes(clientTextOf(loadModel(shop).model, runtime)));
    files.set("/page.js", script(server.url, token));
    const browser = await chromium.launch({
      executablePath: executablePath as string,
      args: ["--no-sandbox"],
    });
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(String(error)));
      await page.goto(origin);
      const seen = await page.waitForFunction("globalThis.seen").catch((error: unknown) => {
        throw new Error(`${String(error)}\n${problems.join("\n")}`);
      });
      expect(await seen.jsonValue()).toEqual({
        skus: ["B-0", "B-1", "B-2", "B-3", "B-4"],
        version: 2,
        stale: "precondition_failed",
        requestId: "string",
        aborted: "AbortError",
      });
    } finally {
      await browser.close();
      site.close();
    }
  },
);

test.skipIf(executablePath !== undefined)("is not tried here: there is no Chromium", () => {
  if (process.env.CI) throw new Error("where changes are judged there must be one");
});
