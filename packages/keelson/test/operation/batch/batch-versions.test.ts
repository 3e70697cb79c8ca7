import { afterAll, beforeAll, expect, test } from "vitest";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import type { HttpServer } from "../../../src/transport/http/http-server.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";
import { library } from "../versions/library.ts";

let opened: TestBackend;
let server: HttpServer;

beforeAll(async () => {
  opened = await openTestBackend(library);
  server = createHttpServer({ model: opened.model, run: opened.app.run, observe: opened.app.observe });
});
afterAll(() => opened.close());

async function post(version: string, path: string, items: unknown, headers: object = {}) {
  const { statusCode, body } = await server.inject({
    method: "POST",
    url: `/v1/${path}`,
    headers: { "api-version": version, "content-type": "application/json", ...headers },
    payload: JSON.stringify({ items }),
  });
  return { status: statusCode, body: JSON.parse(body), text: body };
}

const author = (name: string, mail: string, more: object = {}) => ({
  operation: "create",
  data: { name, mail, city: "London", status: "inactive", ...more },
});

test("items of an older version are written, answered and refused in its words", async () => {
  const items = [
    author("Ada Lovelace", "ada@example.org"),
    author("Ada King", "ada@example.org"),
    author("Plato", "plato@example.org", { email: "x" }),
    author("Grace Hopper", "grace@example.org", { status: "retired" }),
  ];
  const { status, body } = await post("2025-01-01", "authors/batch?atomic=false", items);
  expect(status).toBe(207);
  const [ada, taken, unknown, word] = body.items;
  expect(ada).toMatchObject({
    status: 201,
    etag: expect.stringMatching(/^"1-/),
    data: { name: "Ada Lovelace", mail: "ada@example.org", city: "London", status: "inactive" },
  });
  expect(ada.data).not.toHaveProperty("familyName");
  expect(taken.problem.errors).toMatchObject([{ pointer: "#/items/1/data/mail", code: "unique" }]);
  expect(unknown.problem.errors).toMatchObject([{ pointer: "#/items/2/data/email", code: "unknown" }]);
  expect(word.problem.errors).toMatchObject([{ pointer: "#/items/3/data/status", code: "enum" }]);

  const change = [{ operation: "update", id: ada.id, ifMatch: ada.etag, data: { name: "Ada King" } }];
  const changed = await post("2025-06-01", "authors/batch", change);
  expect(changed.body.items[0].data).toMatchObject({ name: "Ada King", contact: "ada@example.org" });
  const { rows } = await opened.database.pool.query("select given_name, family_name, status from authors");
  expect(rows).toEqual([{ given_name: "Ada", family_name: "King", status: "retired" }]);
});

test("a key is answered again in the words of its version", async () => {
  const key = { "idempotency-key": '"one-batch-of-authors"' };
  const items = [author("Mary Shelley", "mary@example.org"), author("Plato", "plato@example.org")];
  const first = await post("2025-01-01", "authors/batch", items, key);
  expect(first.status).toBe(200);
  expect((await post("2025-01-01", "authors/batch", items, key)).text).toBe(first.text);
});
