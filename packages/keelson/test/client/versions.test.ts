import { expect, test } from "vitest";
import type { ApiShape } from "../../src/client/api-shape.ts";
import { type ApiDescription, createDescribedClient } from "../../src/client/described-client.ts";
import { clientTextOf } from "../../src/contract/client/client-text-of.ts";
import { loadModel } from "../../src/model/load-model.ts";
import { library } from "../operation/versions/library.ts";

const { model } = loadModel(library);
const oldest = model.versions?.known.get("2025-01-01")?.model ?? model;

/** What a client of this text sends with a call. */
async function sentBy(text: string, options: { readonly version?: string } = {}) {
  const [, json = ""] = /Description: ApiDescription = (\{.*?\n\});/s.exec(text) ?? [];
  const description = JSON.parse(json) as ApiDescription;
  let sent: Headers | undefined;
  const client = createDescribedClient<ApiShape>(description, {
    baseUrl: "https://api.example.com",
    ...options,
    fetch: async (_url, init) => {
      sent = new Headers(init.headers);
      return Response.json({ data: [], nextCursor: null });
    },
  }) as unknown as { readonly book: { list(): { page(): Promise<unknown> } & PromiseLike<unknown> } };
  await client.book.list();
  return sent?.get("api-version");
}

test("a generated client says which version it was generated from, unless it is told another", async () => {
  expect(await sentBy(clientTextOf(model, []))).toBe("2026-11-01");
  expect(await sentBy(clientTextOf(oldest, []))).toBe("2025-01-01");
  expect(await sentBy(clientTextOf(oldest, []), { version: "2025-06-01" })).toBe("2025-06-01");
});

test("its types are those of the version", () => {
  const text = clientTextOf(oldest, []);
  expect(text).toMatch(/export interface Book \{[^}]*\bname: string/s);
  expect(text).not.toContain("givenName");
});
