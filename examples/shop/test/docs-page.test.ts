import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  describeInBrowser,
  launchBrowser,
  type PageWatch,
  watchPage,
} from "../../../packages/keelson/test/support/browser.ts";
import { newProduct, openShop, type ShopPlace, type ShopServer } from "./open-shop.ts";

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary: string }>>>>;
}

describeInBrowser("the shop's /docs in a browser", { timeout: 120_000 }, () => {
  let place: ShopPlace;
  let shop: ShopServer;
  let browser: Browser;

  beforeAll(async () => {
    [place, browser] = await Promise.all([openShop(), launchBrowser()]);
    shop = await place.start();
    await newProduct(shop, { active: false });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await place?.[Symbol.asyncDispose]();
  });

  async function openDocs(
    options: BrowserContextOptions = {},
    hash = "",
  ): Promise<{ readonly page: Page; readonly watch: PageWatch }> {
    const page = await browser.newPage(options);
    const watch = await watchPage(page, new URL(shop.url).origin);
    await page.goto(`${shop.url}/docs${hash}`);
    await page.getByRole("heading", { name: "Shop", exact: true, level: 1 }).waitFor();
    return { page, watch };
  }

  it("shows every operation, QUERY too, without an error and without a word to anybody else", async () => {
    const { page, watch } = await openDocs();
    expect(await page.title()).toBe("Shop API");
    const closed = page.getByRole("button", { name: /^Open Group - (?!Introduction|Models)/ });
    while ((await closed.count()) > 0) await closed.first().click();
    const document = (await (await fetch(`${shop.url}/docs/openapi.json`)).json()) as Described;
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => ({
        id: `${method.toUpperCase()}${path}`,
        summary,
      })),
    );
    expect(operations.some(({ id }) => id === "QUERY/v1/orders")).toBe(true);
    for (const { id, summary } of operations) {
      await page.locator(`[id$="/${id}"]`).first().waitFor({ state: "attached" });
      expect(await page.getByRole("link", { name: summary, exact: false }).count(), summary).toBeGreaterThan(
        0,
      );
    }
    for (const name of ["QUERY", "Lists and cursors", "Errors", "Error codes"])
      expect(await page.getByRole("heading", { name, exact: true }).count(), name).toBe(1);
    expect(watch).toEqual({ errors: [], foreignRequests: [] });
    await page.close();
  });

  it("tries a list with a pasted token", async () => {
    const { page, watch } = await openDocs({}, "#api/tag/products/GET/v1/products");
    await page
      .getByPlaceholder("Token")
      .first()
      .fill(await shop.token("manager"));
    await page.getByRole("button", { name: "Test Request (get /v1/products)" }).click();
    const answered = page.waitForResponse((response) => response.url().includes("/v1/products"));
    await page.getByRole("button", { name: /^Send (?:get|query) request to/ }).click();
    const answer = await answered;
    expect(answer.status()).toBe(200);
    // Nothing is filled in that nobody asked for, but for what holds anyway.
    expect([...new URL(answer.url()).searchParams.keys()]).toEqual([]);
    // Only staff sees what is not for sale.
    await page.locator(".cm-content", { hasText: '"name": "Thing 1"' }).waitFor();
    expect(watch).toEqual({ errors: [], foreignRequests: [] });
    await page.close();
  });

  it("tries QUERY, with the body that the page suggests", async () => {
    const { page, watch } = await openDocs({}, "#api/tag/products/QUERY/v1/products");
    await page.getByRole("button", { name: "Test Request (query /v1/products)" }).click();
    const answered = page.waitForResponse((response) => response.url().endsWith("/v1/products"));
    await page.getByRole("button", { name: /^Send (?:get|query) request to/ }).click();
    const answer = await answered;
    expect([answer.request().method(), answer.status()]).toEqual(["QUERY", 200]);
    expect(JSON.parse(answer.request().postData() ?? "")).toHaveProperty("filter.or");
    expect(watch).toEqual({ errors: [], foreignRequests: [] });
    await page.close();
  });

  it("shows the problem that comes without a token", async () => {
    const { page } = await openDocs({}, "#api/tag/orders/GET/v1/orders");
    await page.getByRole("button", { name: "Test Request (get /v1/orders)" }).click();
    await page.getByRole("button", { name: /^Send (?:get|query) request to/ }).click();
    await page.getByText("401 Unauthorized").first().waitFor();
    await page.locator(".cm-content", { hasText: '"code": "unauthenticated"' }).waitFor();
    await page.close();
  });

  it.each(["light", "dark"] as const)("fits a phone, %s", async (colorScheme) => {
    const { page, watch } = await openDocs({
      viewport: { width: 390, height: 844 },
      colorScheme,
      isMobile: true,
      hasTouch: true,
    });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.getByRole("button", { name: "Open Menu" }).click();
    await page
      .getByRole("link", { name: /^Orders/ })
      .first()
      .waitFor();
    const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(background).toMatch(colorScheme === "light" ? /\b255\b/ : /rgb\((?:\d|1\d|2\d), /);
    expect(watch).toEqual({ errors: [], foreignRequests: [] });
    await page.close();
  });

  it("can be used with the keyboard alone", async () => {
    const { page } = await openDocs();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("refund");
    await page
      .getByRole("option", { name: /Refund order/ })
      .first()
      .waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url(), { timeout: 30_000 }).toMatch(/refund/);
    await page.close();
  });
});
