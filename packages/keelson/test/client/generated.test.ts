import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire, stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientTextOf } from "../../src/contract/client/client-text-of.ts";
import { runtimeFiles } from "../../src/contract/client/runtime-text.ts";
import { backend, everyone, json, query, resource, text } from "../../src/index.ts";
import type { AppModel } from "../../src/model/app-model.ts";
import { linkModel } from "../../src/model/link-model.ts";
import { market } from "../market/market-model.ts";

const runtime = runtimeFiles.map((name) => ({
  name,
  text: readFileSync(new URL(`../../src/client/${name}`, import.meta.url), "utf8"),
}));
const generated = (model: AppModel) => clientTextOf(model, runtime);
const [declared = ""] = generated(market).split("// What follows is the same");

// Names that the language or the client's own code has, a plural of its own, and a comment that would end early.
const page = resource("page", {
  plural: "leaves",
  description: "Ends here: */ or not.",
  fields: {
    promise: text().deprecated("Use `record`."),
    record: json({ type: "object", properties: { "a-b": { type: ["string", "null"] } }, required: ["a-b"] }),
  },
  access: { read: everyone, create: everyone },
});
const names = ["record", "call", "error", "client", "api", "response", "promise", "shopClient"];
const odd = linkModel(
  backend({
    name: "2-shop",
    resources: [
      page,
      ...names.map((name) => resource(name, { fields: { a: text() }, access: { read: everyone } })),
    ],
    queries: [query("client", { output: { a: text() }, access: everyone, run: () => ({ a: "" }) })],
  }),
);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, ".generated-"));
  writeFileSync(join(folder, ".gitignore"), "*\n");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the client of a model", () => {
  test("is the committed one", async () => {
    await expect(declared).toMatchFileSnapshot("../golden/client/market.ts.txt");
  });

  test("is the same every time, and imports nothing", () => {
    expect(generated(market)).toBe(generated(market));
    expect(generated(market)).not.toMatch(/^import\b|\bimport\(["'`]|\brequire\(|\bprocess\b|node:/m);
  });

  test("type-checks in a browser's project, whatever the resources are called", { timeout: 120_000 }, () => {
    writeFileSync(join(folder, "market.ts"), generated(market));
    writeFileSync(join(folder, "odd.ts"), generated(odd));
    writeFileSync(join(folder, "use.ts"), use);
    const strict = {
      strict: true,
      target: "es2022",
      lib: ["es2022", "dom", "dom.iterable"],
      module: "esnext",
      moduleResolution: "bundler",
      types: [],
      noEmit: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      noPropertyAccessFromIndexSignature: true,
      noImplicitOverride: true,
      noImplicitReturns: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      isolatedModules: true,
    };
    const config = { compilerOptions: strict, files: ["market.ts", "odd.ts", "use.ts"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const compiler = join(
      dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
      "bin/tsc",
    );
    const { stdout, status } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

/** How the generated types are used; the expected errors are part of it. */
const use = `
import { attempt, createMarketClient } from "./market";
import { createApi2ShopClient } from "./odd";
const market = createMarketClient({ baseUrl: "https://market.example" });
export async function useMarket() {
  const order = await market.order.get("1", { expand: ["customer", "lines.product"], fields: ["id", "lines.product.name"] });
  const name: string | undefined = order.lines.data[0]?.product?.name;
  const email: string | undefined = order.customer?.email;
  // @ts-expect-error: not asked for
  void order.note;
  // @ts-expect-error: no such relation
  void market.order.list({ expand: ["custmer"] });
  for await (const one of market.product.list({ filter: { active: true }, sort: ["-id"] })) void one.price.amount;
  const paid = await attempt(market.order.pay("1", { token: "t" }));
  if (!paid.ok && paid.error.code === "card_declined") return [name, email, paid.error.members];
  // @ts-expect-error: no such code
  if (!paid.ok && paid.error.code === "card_stolen") return;
  return paid;
}
const odd = createApi2ShopClient({ baseUrl: "https://odd.example", token: async () => undefined });
export const useOdd = async () => [(await odd.page.list()).data[0]?.record["a-b"], await odd.error.list(), await odd.client()];
`;

test("runs with nothing but the globals of the web", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ data: [{ id: "1" }], nextCursor: request.url?.includes("cursor") ? null : "c" }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // What the Minimum Common Web Platform API has; no process, no Buffer, no require.
  const globals = { fetch, URL, AbortController, setTimeout, clearTimeout, crypto, TypeError, Error };
  const context = createContext({ ...globals, baseUrl, rows: [] });
  const script = `
    const client = createMarketClient({ baseUrl, token: "t" });
    for await (const row of client.order.list({ filter: { status: "paid" } })) rows.push(row.id);
  `;
  try {
    const module = stripTypeScriptTypes(generated(market)).replace(/^export /gm, "");
    await runInContext(`(async () => {\n${module}\n${script}\n})()`, context);
  } finally {
    server.close();
  }
  expect(context.rows).toEqual(["1", "1"]);
  expect(asked).toEqual([
    "GET /v1/orders?status=paid Bearer t",
    "GET /v1/orders?status=paid&cursor=c Bearer t",
  ]);
});
