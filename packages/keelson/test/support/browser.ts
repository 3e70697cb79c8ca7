import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { describe } from "vitest";

/** Debian's; another one is named by `CHROMIUM_PATH`. */
const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** Tests in a real browser; skipped, and reported as such, where there is none. */
export const describeInBrowser = describe.skipIf(!existsSync(executablePath));

/** A browser with an empty profile of its own, that calls nobody of its own accord. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** What a page should not do. Watch it before it goes anywhere. */
export interface PageWatch {
  /** Errors on the console, exceptions, violations of the content security policy. */
  readonly errors: readonly string[];
  /** Requests to other origins than this one, sent or not. */
  readonly foreignRequests: readonly string[];
}

export async function watchPage(page: Page, origin: string): Promise<PageWatch> {
  const errors: string[] = [];
  const foreignRequests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:", "about:"].includes(url.protocol) && url.origin !== origin)
      foreignRequests.push(request.url());
  });
  // As text: these tests are compiled without the names of browsers.
  await page.addInitScript(`document.addEventListener("securitypolicyviolation", (event) =>
    console.error("policy violated: " + event.effectiveDirective + " by " + event.blockedURI))`);
  return { errors, foreignRequests };
}
