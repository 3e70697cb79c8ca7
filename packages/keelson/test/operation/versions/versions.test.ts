import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import type { HttpServer } from "../../../src/transport/http/http-server.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";
import { library } from "./library.ts";

let opened: TestBackend;
let server: HttpServer;

beforeAll(async () => {
  opened = await openTestBackend(library);
  const observe = opened.app.observe;
  server = createHttpServer({ model: opened.model, run: opened.app.run, observe });
});
afterAll(() => opened.close());

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON came; the tests say what it should be
type Body = any;

async function send(version: string | undefined, method: string, url: string, body?: unknown) {
  const answer = await server.inject({
    method: method as "GET",
    url: `/v1${url}`,
    headers: {
      ...(version === undefined ? {} : { "api-version": version }),
      ...(body === undefined
        ? {}
        : { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const json: Body = answer.body === "" ? undefined : JSON.parse(answer.body);
  return { status: answer.statusCode, headers: answer.headers, body: json };
}

async function done(status: number, ...request: Parameters<typeof send>): Promise<Body> {
  const answer = await send(...request);
  expect(answer.body, JSON.stringify(answer.body)).toBeDefined();
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
}

let made = 0;
const mail = () => `a${++made}@example.com`;
const v1 = "2025-01-01";
const v2 = "2025-06-01";
const v3 = "2026-01-01";
const v4 = "2026-11-01";

test("a record written in the oldest version is read in every version in its own words", async () => {
  const email = mail();
  const created = await done(201, v1, "POST", "/authors", {
    name: "Johann Wolfgang von Goethe",
    mail: email,
    city: "Weimar",
    country: "DE",
    status: "inactive",
  });
  expect(created).toMatchObject({
    name: "Johann Wolfgang von Goethe",
    mail: email,
    city: "Weimar",
    country: "DE",
    status: "inactive",
  });
  expect(Object.keys(created)).toEqual([
    "id",
    "name",
    "status",
    "mail",
    "country",
    "city",
    "createdAt",
    "updatedAt",
    "version",
  ]);
  const { id } = created;
  expect(await done(200, v2, "GET", `/authors/${id}`)).toMatchObject({ name: created.name, contact: email });
  const now = { givenName: "Johann Wolfgang von", familyName: "Goethe", email, status: "retired" };
  const home = { city: "Weimar", country: "DE" };
  expect(await done(200, v3, "GET", `/authors/${id}`)).toMatchObject({ ...now, home });
  const newest = await done(200, undefined, "GET", `/authors/${id}`);
  expect(newest).toMatchObject({ ...now, home });
  expect(newest).not.toHaveProperty("name");
});

test("patches change what they name and nothing else", async () => {
  const author = await done(201, v1, "POST", "/authors", { name: "Plato", mail: mail(), city: "Athens" });
  const { id } = author;
  expect(await done(200, v1, "PATCH", `/authors/${id}`, { country: "GR" })).toMatchObject({
    name: "Plato",
    city: "Athens",
    country: "GR",
  });
  expect(await done(200, v1, "PATCH", `/authors/${id}`, { name: "Ada Lovelace" })).toMatchObject({
    name: "Ada Lovelace",
    city: "Athens",
  });
  expect(await done(200, v4, "GET", `/authors/${id}`)).toMatchObject({
    givenName: "Ada",
    familyName: "Lovelace",
    home: { city: "Athens", country: "GR" },
  });
});

describe("books", () => {
  let author: Body;
  let book: Body;
  beforeAll(async () => {
    author = await done(201, v4, "POST", "/authors", {
      givenName: "Mary",
      familyName: "Shelley",
      email: mail(),
      status: "deceased",
    });
    book = await done(201, v1, "POST", "/books", {
      name: "Frankenstein",
      author: author.id,
      pages: 280,
      parts: [{ name: "Letter 1", from: 1 }],
    });
  });

  test("what was added is filled in and not shown; what was removed is still shown", async () => {
    expect(book).toMatchObject({
      name: "Frankenstein",
      shelf: "closed stacks",
      summary: "About Frankenstein",
    });
    expect(book).not.toHaveProperty("language");
    expect(book.parts).toEqual([{ name: "Letter 1", from: 1 }]);
    const now = await done(200, v4, "GET", `/books/${book.id}`);
    expect(now).toMatchObject({ title: "Frankenstein", language: "en", writer: author.id });
    expect(now.parts).toEqual([{ heading: "Letter 1", from: 1 }]);
    expect(now).not.toHaveProperty("shelf");
  });

  test("relations are expanded in the same words, to one and to many", async () => {
    const one = await done(200, v1, "GET", `/books/${book.id}?expand=author`);
    expect(one.author).toMatchObject({ name: "Mary Shelley", mail: author.email, status: "inactive" });
    expect(one.author).not.toHaveProperty("givenName");
    const many = await done(200, v1, "GET", `/authors/${author.id}?expand=books.author`);
    expect(many.books.data[0]).toMatchObject({ name: "Frankenstein", author: { name: "Mary Shelley" } });
  });

  test("fields, filters, orders and cursors are in the words of the version", async () => {
    await done(201, v1, "POST", "/books", { name: "The Last Man", author: author.id, pages: 470 });
    const path = "/books?author.status=inactive&sort=-name&fields=name,summary,author&limit=1";
    const page = await done(200, v1, "GET", path);
    expect(page.data).toEqual([{ name: "The Last Man", author: author.id, summary: "About The Last Man" }]);
    const cursor = encodeURIComponent(page.nextCursor);
    const next = await done(200, v1, "GET", `${path}&cursor=${cursor}`);
    expect(next.data).toEqual([{ name: "Frankenstein", author: author.id, summary: "About Frankenstein" }]);
    const elsewhere = await send(
      v2,
      "GET",
      `/books?author.status=inactive&sort=-title&limit=1&cursor=${cursor}`,
    );
    expect(elsewhere.body.code).toBe("invalid_cursor");
    const queried = await done(200, v1, "POST", "/books/query", {
      filter: { or: [{ name: "Frankenstein" }, { "author.mail": "nobody" }] },
      expand: ["author"],
      fields: ["name", "author.name"],
    });
    expect(queried.data).toEqual([{ name: "Frankenstein", author: { name: "Mary Shelley" } }]);
  });

  test("an old word finds all that is shown as it; a whole finds its parts", async () => {
    const names = async (query: string) =>
      (await done(200, v1, "GET", `/authors?mail=${author.email}&${query}&fields=name`)).data.length;
    expect(await names("status=inactive")).toBe(1);
    expect(await names("status[ne]=inactive")).toBe(0);
    expect(await names("status[in]=active")).toBe(0);
    expect(await names("status[nin]=active")).toBe(1);
    expect(await names("name=Mary%20Shelley")).toBe(1);
    expect(await names("name=Shelley")).toBe(0);
    expect(await names("name[ne]=Mary%20Shelley")).toBe(0);
    expect(await names("name[in]=Mary%20Shelley,Plato")).toBe(1);
    expect(await names("name[isNull]=false")).toBe(1);
    const sorted = await done(200, v1, "GET", "/authors?sort=name&fields=name");
    const all = sorted.data.map((row: Body) => row.name);
    expect(all.length).toBeGreaterThan(1);
    const refused = await send(v1, "GET", "/authors?name[startsWith]=Mary");
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain('"name" can be compared only by eq');
  });

  test("commands and queries", async () => {
    const lent = await done(200, v1, "POST", `/books/${book.id}/lend`, { member: "r-1" });
    expect(lent).toEqual({ member: "r-1", dueOn: "14", strict: "false" });
    const now = await done(200, v4, "POST", `/books/${book.id}/lend`, { reader: "r-1", days: 3 });
    expect(now).toEqual({ reader: "r-1", until: "3", strict: "true" });
    const renamed = await done(200, v1, "POST", `/books/${book.id}/retitle`, { title: "Frankenstein" });
    expect(renamed).toMatchObject({ name: "Frankenstein", author: author.id });
    expect(await done(200, v1, "GET", "/count-pages?atLeast=5&kind=thick")).toEqual({ total: 5 });
    expect(await done(200, v4, "GET", "/count-pages?minimum=5&kind=long")).toEqual({ total: 5 });
    expect((await send(v4, "GET", "/count-pages?atLeast=5&kind=long")).status).toBe(400);
  });
});

describe("what is wrong is told in the words of the version", () => {
  const faults = async (...request: Parameters<typeof send>) => {
    const { body } = await send(...request);
    return body.errors.map((fault: Body) => [fault.pointer ?? fault.parameter, fault.code]);
  };
  const asked = async (url: string) => faults(v1, "GET", url);

  test("input", async () => {
    expect(await faults(v1, "POST", "/authors", { name: 5, givenName: "Ada", status: "retired" })).toEqual(
      expect.arrayContaining([
        ["#/name", "type"],
        ["#/givenName", "unknown"],
        ["#/mail", "required"],
        ["#/status", expect.any(String)],
      ]),
    );
    const { body } = await send(v1, "POST", "/authors", { name: "A", mail: "m", status: "dead" });
    expect(JSON.stringify(body)).toContain("inactive");
    expect(JSON.stringify(body)).not.toContain("deceased");
  });

  test("what only the database knows", async () => {
    const email = mail();
    await done(201, v1, "POST", "/authors", { name: "A B", mail: email });
    expect(await faults(v1, "POST", "/authors", { name: "C D", mail: email })).toEqual([
      ["#/mail", "unique"],
    ]);
    expect(await faults(v2, "POST", "/authors", { name: "C D", contact: email })).toEqual([
      ["#/contact", "unique"],
    ]);
    const missing = "0190c5a2-7b2c-7d3e-8f4a-1b2c3d4e5f60";
    const book = { name: "x", author: missing, pages: 1 };
    expect(await faults(v1, "POST", "/books", book)).toEqual([["#/author", "reference_not_found"]]);
  });

  test("reads", async () => {
    expect(await asked("/books?title=x")).toEqual([["title", "unknown"]]);
    expect(await asked("/books?sort=title")).toEqual([["sort", "unknown"]]);
    expect(await asked("/books?fields=title")).toEqual([["fields", "unknown"]]);
    expect(await asked("/books?expand=writer")).toEqual([["expand", "unknown"]]);
    expect(await faults(v4, "GET", "/books?name=x")).toEqual([["name", "unknown"]]);
  });
});

test("every answer says which version it is in, and what becomes of it", async () => {
  const newest = await send(undefined, "GET", "/books?limit=1");
  expect(newest.headers).toMatchObject({ "api-version": v4, vary: expect.stringContaining("API-Version") });
  expect(newest.headers).not.toHaveProperty("deprecation");
  const oldest = await send(v1, "GET", "/authors/none");
  expect(oldest.status).toBe(404);
  expect(oldest.headers).toMatchObject({
    "api-version": v1,
    deprecation: `@${Date.parse("2025-06-01") / 1000}`,
    sunset: "Thu, 01 Jan 2099 00:00:00 GMT",
  });
  expect(oldest.headers.link).toBe(
    `</docs?version=${v1}>; rel="deprecation"; type="text/html", </docs?version=${v1}>; rel="sunset"; type="text/html", </openapi.json?version=${v4}>; rel="successor-version"; type="application/json"`,
  );
  const unknown = await send("2024-01-01", "GET", "/books");
  expect(unknown.status).toBe(400);
  expect(unknown.body).toMatchObject({ code: "unknown_api_version", known: [v1, v2, v3, v4] });
  expect(unknown.headers).not.toHaveProperty("api-version");
  expect(opened.observed).toContainEqual(expect.objectContaining({ type: "call.ended", apiVersion: v1 }));
});

test("a record has another entity tag in another version, and both are good for a change", async () => {
  const { id } = await done(201, v4, "POST", "/authors", { givenName: "A", familyName: "B", email: mail() });
  const [then, now] = [await send(v1, "GET", `/authors/${id}`), await send(v4, "GET", `/authors/${id}`)];
  expect(then.headers.etag).not.toBe(now.headers.etag);
  const changed = await server.inject({
    method: "PATCH",
    url: `/v1/authors/${id}`,
    headers: {
      "api-version": v1,
      "if-match": String(then.headers.etag),
      "content-type": "application/merge-patch+json",
    },
    payload: JSON.stringify({ name: "C D" }),
  });
  expect(changed.statusCode).toBe(200);
});
