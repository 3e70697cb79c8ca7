import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openapiOf } from "../../../src/contract/openapi/openapi-of.ts";
import { doorModel } from "../door-model.ts";
import { type Answer, type OpenDoor, openDoor } from "../open-door.ts";

let door: OpenDoor;
let page: Answer;
let document = JSON.stringify(openapiOf(doorModel, { page: true }));

beforeAll(async () => {
  door = await openDoor({ docs: { title: "Bits & <b>Bobs</b>", openapi: () => document } });
  page = await door.send("GET", "/docs");
});
afterAll(() => door.close());

const read = (file: string) => readFileSync(new URL(`../../../assets/docs/${file}`, import.meta.url));
const named = (word: string): string => {
  const found = new RegExp(`(?:src|href)="(/docs/${word}-[0-9a-f]{20}\\.\\w+)"`).exec(page.text);
  return found?.[1] ?? "";
};
const files = ["prepare", "reference", "start", "style", "icon"];

describe("the page at /docs", () => {
  it("has the title, whatever is in it", () => {
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.text).toContain("<title>Bits &amp; &lt;b&gt;Bobs&lt;/b&gt; API</title>");
    expect(page.text).not.toContain("<b>");
  });

  it("may run only what carries the nonce of this one answer, and talk to its own origin", async () => {
    const nonceOf = ({ headers }: Answer) =>
      /script-src 'nonce-([\w-]{24})';/.exec(String(headers["content-security-policy"]))?.[1];
    const nonce = nonceOf(page);
    expect(nonce).toBeDefined();
    expect(nonceOf(await door.send("GET", "/docs"))).not.toBe(nonce);
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const directive of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(directive);
    for (const [tag] of page.text.matchAll(/<script[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
    expect(page.headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
    });
  });

  it("names nothing that is elsewhere", () => {
    expect(page.text).not.toMatch(/(?:src|href)="(?!\/(?!\/))/);
    for (const file of files) expect(named(file), file).not.toBe("");
  });

  it.each(["POST", "PUT", "DELETE"])("refuses %s", async (method) => {
    expect((await door.send(method, "/docs")).status).toBe(405);
  });

  it("is not there where nobody asked for it", async () => {
    const other = await openDoor();
    expect((await other.send("GET", "/docs")).status).toBe(404);
    await other.close();
  });
});

describe("its files", () => {
  it.each(files)("%s: may be kept for good, under a name that is its content's", async (file) => {
    const answer = await door.send("GET", named(file));
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "cache-control": "public, max-age=31536000, immutable",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    const hash = createHash("sha256").update(answer.bytes).digest("hex").slice(0, 20);
    expect(named(file)).toContain(`-${hash}.`);
    expect(answer.headers.etag).toBe(`"${hash}"`);
    expect((await door.send("GET", named(file).replace(hash, "0".repeat(20)))).status).toBe(404);
  });

  it("come in the coding that the browser takes, with the tag of that form", async () => {
    const ask = (coding: string, more = {}) =>
      door.send("GET", named("reference"), { headers: { "accept-encoding": coding, ...more } });
    const [plain, br, gzip] = await Promise.all([ask("identity"), ask("zstd, br, gzip"), ask("gzip")]);
    expect([plain, br, gzip].map(({ headers }) => headers["content-encoding"])).toEqual([
      undefined,
      "br",
      "gzip",
    ]);
    expect(brotliDecompressSync(br.bytes).equals(plain.bytes)).toBe(true);
    expect(gunzipSync(gzip.bytes).equals(plain.bytes)).toBe(true);
    expect(br.headers.etag).toBe(String(plain.headers.etag).replace(/"$/, '-br"'));
    const again = await ask("br", { "if-none-match": String(br.headers.etag) });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    const head = await door.send("HEAD", named("reference"), { headers: { "accept-encoding": "br" } });
    expect(head.headers["content-length"]).toBe(String(br.bytes.length));
  });

  it("the document is asked for again each time, and follows the model", async () => {
    const before = await door.send("GET", "/docs/openapi.json");
    expect(before.headers["cache-control"]).toBe("no-cache");
    expect(before.text).toBe(document);
    document = document.replace('"version":"1.0.0"', '"version":"1.0.1"');
    const after = await door.send("GET", "/docs/openapi.json", {
      headers: { "if-none-match": String(before.headers.etag) },
    });
    expect(after.status).toBe(200);
    expect(after.text).toBe(document);
  });
});

describe("the reference that is kept in the package", () => {
  const source = JSON.parse(read("scalar-source.json").toString());

  it("is the published file that is written beside it", () => {
    const content = brotliDecompressSync(read("scalar.js.br"));
    expect(createHash("sha256").update(content).digest("hex")).toBe(source.sha256);
    expect(content.length).toBe(source.bytes);
  });

  it("has the licences of all that is in it", () => {
    const text = read("scalar-licenses.txt").toString();
    for (const name of ["@scalar/api-client", "vue", "zod", "unified"])
      expect(text).toMatch(new RegExp(`^${name} \\d`, "m"));
  });
});
