import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databases } from "./databases.ts";
import { serveAdopted } from "./serve-adopted.ts";

type Served = Awaited<ReturnType<typeof serveAdopted>>;

/** Reads a list page by page, forwards. */
async function pages(served: Served, path: string): Promise<readonly (readonly Record<string, unknown>[])[]> {
  const found: Record<string, unknown>[][] = [];
  let cursor = "";
  do {
    const { status, body } = await served.send("GET", `${path}&limit=1${cursor && `&cursor=${cursor}`}`);
    expect(status, JSON.stringify(body)).toBe(200);
    found.push(body.data);
    cursor = body.nextCursor ?? "";
  } while (cursor !== "" && found.length < 20);
  return found;
}

describe("an odd database is served", () => {
  let served: Served;
  beforeAll(async () => {
    served = await serveAdopted(databases.odd, ["public", "sales"]);
  });
  afterAll(() => served.close());

  test("with numbers that a sequence counts: ids are texts, and the database makes them", async () => {
    const made = await served.send("POST", "/customers", { fullName: "Cleo", score: 7 });
    expect(made).toMatchObject({
      status: 201,
      body: { id: "3", fullName: "Cleo", balance: "0.00", order: null },
    });
    expect(made.location).toBe("/v1/customers/3");
    const read = await served.send("GET", "/customers/3");
    expect(read.body).toEqual(made.body);
    expect(read.etag).toBe(made.etag);
    expect(await served.send("POST", "/customers", { id: "9", fullName: "No" })).toMatchObject({
      status: 422,
    });
    expect(await served.send("GET", "/customers/03")).toMatchObject({ status: 404 });
    expect(await served.send("GET", "/customers/99999999999999")).toMatchObject({ status: 404 });
    expect(await served.send("GET", "/customers/x")).toMatchObject({ status: 404 });
  });

  test("without a version: If-Match holds for what has not changed since", async () => {
    const { etag } = await served.send("GET", "/customers/1");
    const changed = await served.send("PATCH", "/customers/1", { order: 5 }, { "if-match": etag });
    expect(changed).toMatchObject({ status: 200, body: { order: 5 } });
    expect(changed.etag).not.toBe(etag);
    expect(await served.send("PATCH", "/customers/1", { order: 6 }, { "if-match": etag })).toMatchObject({
      status: 412,
    });
    expect(await served.send("DELETE", "/customers/1", undefined, { "if-match": etag })).toMatchObject({
      status: 412,
    });
    expect((await served.send("GET", "/customers/1")).etag).toBe(changed.etag);
  });

  test("one of two changes that were made for the same state wins", async () => {
    const { etag } = await served.send("GET", "/customers/2");
    const both = await Promise.all(
      [1, 2].map((order) => served.send("PATCH", "/customers/2", { order }, { "if-match": etag })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test("with references, across schemas, expanded and filtered", async () => {
    const list = await served.send("GET", "/invoices?customer=1&expand=customer&sort=-invDt");
    expect(list.status, JSON.stringify(list.body)).toBe(200);
    expect(list.body.data).toMatchObject([
      { customer: { id: "1", fullName: "Ada" }, gross: expect.any(String) },
      {},
    ]);
    const made = await served.send("POST", "/invoices", { customer: "2", total: "9.50", note: "n" });
    expect(made).toMatchObject({
      status: 201,
      body: { customer: "2", status: "draft", total: "9.50", gross: "11.400" },
    });
    expect(made.body.createdAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await served.send("GET", `/customers/2?expand=invoices`)).toMatchObject({
      body: { invoices: { data: [{ id: made.body.id }], hasMore: false } },
    });
    expect(await served.send("POST", "/invoices", { customer: "77", total: "1" })).toMatchObject({
      status: 422,
      body: { errors: [{ code: "reference_not_found", pointer: "#/customer" }] },
    });
    expect(await served.send("POST", "/invoices", { customer: "x", total: "1" })).toMatchObject({
      status: 422,
    });
    expect(await served.send("POST", "/invoices", { customer: "2", total: "-1" })).toMatchObject({
      status: 422,
    });
    expect(await served.send("GET", "/invoices?status=nonsense")).toMatchObject({ status: 400 });
    const changed = await served.send(
      "PATCH",
      `/invoices/${made.body.id}`,
      { status: "it's paid" },
      { "if-match": made.etag },
    );
    expect(changed).toMatchObject({ status: 200, body: { status: "it's paid" } });
    expect((await served.send("GET", "/invoices?status=it%27s%20paid")).body.data).toHaveLength(1);
    expect(await served.send("DELETE", `/invoices/${made.body.id}`)).toMatchObject({ status: 204 });
    expect(await served.send("GET", `/invoices/${made.body.id}`)).toMatchObject({ status: 404 });
  });

  test("with a key that callers give", async () => {
    const made = await served.send("POST", "/countries", { iso: "ES", name: "Spain" });
    expect(made).toMatchObject({
      status: 201,
      body: { id: "ES", iso: "ES", name: "Spain" },
      location: "/v1/countries/ES",
    });
    expect(await served.send("POST", "/countries", { iso: "ES", name: "Again" })).toMatchObject({
      status: 409,
      body: { errors: [{ pointer: "#/iso", code: "unique" }] },
    });
    expect(await served.send("PATCH", "/countries/ES", { iso: "XX" })).toMatchObject({ status: 422 });
    expect((await pages(served, "/countries?sort=-iso")).flat().map(({ id }) => id)).toEqual([
      "IT",
      "FR",
      "ES",
      "DE",
    ]);
    const home = await served.send("POST", "/addresses", { country: "ES", line: "Here 1" });
    expect(home).toMatchObject({ status: 201, body: { country: "ES", version: 1 } });
    expect(home.body.id).toMatch(/^[0-9a-f-]{36}$/);
    const moved = await served.send(
      "PATCH",
      `/addresses/${home.body.id}`,
      { line: "There 2" },
      { "if-match": '"1"' },
    );
    expect(moved).toMatchObject({ status: 200, body: { version: 2, line: "There 2" } });
    expect(await served.send("DELETE", "/countries/ES")).toMatchObject({ status: 409 });
  });

  test("with keys of several columns", async () => {
    const all = (await pages(served, "/order-lines?sort=id")).flat();
    expect(all.map(({ id }) => id)).toEqual(["1~1", "1~2", "2~1"]);
    const made = await served.send("POST", "/order-lines", { orderNo: 7, lineNo: 3, sku: "s", quantity: 2 });
    expect(made).toMatchObject({ status: 201, body: { id: "7~3" }, location: "/v1/order-lines/7~3" });
    const changed = await served.send(
      "PATCH",
      "/order-lines/7~3",
      { quantity: 4 },
      { "if-match": made.etag },
    );
    expect(changed).toMatchObject({ status: 200, body: { quantity: 4, id: "7~3" } });
    expect(
      await served.send("POST", "/order-lines", { orderNo: 7, lineNo: 3, sku: "s", quantity: 2 }),
    ).toMatchObject({ status: 409 });
    expect(await served.send("DELETE", "/order-lines/7~3")).toMatchObject({ status: 204 });
    for (const id of ["7", "7~", "7~3~1", "~", "7~x", "07~3"])
      expect(await served.send("GET", `/order-lines/${id}`), id).toMatchObject({ status: 404 });
  });

  test("with keys of texts that hold what separates them", async () => {
    const all = (await pages(served, "/codes?sort=kind")).flat();
    expect(all.map(({ id }) => id)).toEqual(["a~b", "a!1b~c!0/d", "z~ü"]);
    for (const { id, title } of all)
      expect(await served.send("GET", `/codes/${encodeURIComponent(String(id))}`)).toMatchObject({
        status: 200,
        body: { id, title },
      });
    expect(await served.send("GET", "/codes/a!2b~c")).toMatchObject({ status: 404 });
    expect(await served.send("GET", "/codes/%E0%A4~x")).toMatchObject({ status: 404 });
  });

  test("where a reference is the key", async () => {
    expect(await served.send("POST", "/profiles", { user: "1", bio: "b" })).toMatchObject({
      status: 201,
      body: { id: "1", user: "1" },
    });
    expect(await served.send("GET", "/profiles/1?expand=user")).toMatchObject({
      body: { user: { name: "boss" } },
    });
    const second = await served.send("POST", "/employees", { name: "two", boss: "1" });
    expect(await served.send("POST", "/friendships", { left: "1", right: second.body.id })).toMatchObject({
      status: 201,
      body: { id: "1~2" },
    });
  });

  test("with links in a join table", async () => {
    const label = await served.send("POST", "/labels", { name: "vip" });
    const linked = await served.send("PATCH", "/customers/2?expand=labels", { labels: [label.body.id] });
    expect(linked, JSON.stringify(linked.body)).toMatchObject({
      status: 200,
      body: { labels: { data: [{ name: "vip" }] } },
    });
  });

  test("with views, which can only be read", async () => {
    const read = await served.send("GET", "/invoice-totals/1");
    expect(read).toMatchObject({ status: 200, body: { id: "1", total: "30.00", invoices: "2" } });
    expect(
      await served.send("GET", "/invoice-totals/1", undefined, { "if-none-match": read.etag }),
    ).toMatchObject({ status: 304 });
    expect(await served.send("DELETE", "/invoice-totals/1")).toMatchObject({ status: 405 });
    expect((await pages(served, "/invoice-totals?sort=id")).flat()).toHaveLength(1);
  });

  test("with partitions, reserved words, domains and patches of nothing", async () => {
    const spring = await served.send("GET", "/events/1~2026-05-05");
    expect(spring).toMatchObject({ status: 200, body: { idValue: "1", happened: "2026-05-05" } });
    expect(
      await served.send("PATCH", "/events/1~2026-05-05", { what: "w" }, { "if-match": spring.etag }),
    ).toMatchObject({
      status: 200,
      body: { what: "w" },
    });
    expect(await served.send("POST", "/events", { happened: "2026-06-06", what: "w" })).toMatchObject({
      status: 405,
    });
    expect(await served.send("POST", "/selects", { from: "f", limitValue: 1 })).toMatchObject({
      status: 201,
    });
    expect(await served.send("PATCH", "/labels/1", {})).toMatchObject({ status: 200 });
    expect(await served.send("PATCH", "/customers/2", { eMail: "none" })).toMatchObject({ status: 422 });
    expect((await served.send("GET", "/customers?eMail[contains]=ADA")).body.data).toHaveLength(1);
  });
});

describe("databases of frameworks are served", () => {
  test("Prisma's", async () => {
    const served = await serveAdopted(databases.prisma);
    try {
      const ada = await served.send("POST", "/users", { idValue: "ckv1", email: "ada@example.com" });
      expect(ada, JSON.stringify(ada.body)).toMatchObject({
        status: 201,
        body: { id: "ckv1", role: "USER" },
      });
      const tag = await served.send("POST", "/tags", { name: "t" });
      const post = await served.send("POST", "/posts?expand=author,tags", {
        title: "p",
        author: "ckv1",
        tags: [tag.body.id],
      });
      expect(post).toMatchObject({
        status: 201,
        body: { author: { id: "ckv1" }, tags: { data: [{ name: "t" }] } },
      });
      expect(await served.send("PATCH", "/users/ckv1", { role: "ADMIN" })).toMatchObject({
        status: 200,
        body: { role: "ADMIN" },
      });
    } finally {
      await served.close();
    }
  });

  test("Rails'", async () => {
    const served = await serveAdopted(databases.rails);
    try {
      const made = await served.send("POST", "/users", { email: "a@b.example", settings: { theme: "dark" } });
      expect(made, JSON.stringify(made.body)).toMatchObject({
        status: 201,
        body: { id: "1", lockVersion: 0, admin: false },
      });
      const merged = await served.send("PATCH", "/users/1", { settings: { size: 2 } });
      expect(merged.body.settings).toEqual({ theme: "dark", size: 2 });
      expect(await served.send("POST", "/users", { email: "a@b.example" })).toMatchObject({
        status: 409,
        body: { errors: [{ pointer: "#/email" }] },
      });
      const post = await served.send("POST", "/posts", { user: "1", title: "t" });
      expect(post).toMatchObject({ status: 201, body: { user: "1" } });
      expect(await served.send("DELETE", "/users/1")).toMatchObject({ status: 409 });
    } finally {
      await served.close();
    }
  });
});
