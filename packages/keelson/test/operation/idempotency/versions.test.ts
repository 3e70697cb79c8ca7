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
afterAll(() => opened?.close());

const key = "a key that nobody guesses";

async function create(version: string | undefined, body: object) {
  const answer = await server.inject({
    method: "POST",
    url: "/v1/authors",
    headers: {
      "content-type": "application/json",
      "idempotency-key": `"${key}"`,
      ...(version === undefined ? {} : { "api-version": version }),
    },
    payload: JSON.stringify(body),
  });
  return {
    status: answer.statusCode,
    replayed: answer.headers["idempotent-replayed"] === "true",
    etag: answer.headers.etag,
    body: answer.body,
  };
}

const ada = { name: "Ada Lovelace", mail: "ada@example.com", city: "London", country: "GB" };

test("an answer in the words of an older version comes again in them, and no other version's request is the same", async () => {
  const first = await create("2025-01-01", ada);
  expect(first).toMatchObject({ status: 201, replayed: false });
  expect(JSON.parse(first.body)).toMatchObject({ name: "Ada Lovelace", city: "London" });
  expect(await create("2025-01-01", ada)).toEqual({ ...first, replayed: true });
  const other = await create("2025-06-01", { ...ada, mail: undefined, contact: ada.mail });
  expect(JSON.parse(other.body)).toMatchObject({ code: "idempotency_key_reused" });
});

test("what was kept in the words of an earlier release is answered as the record is now", async () => {
  await opened.database.pool.query(
    `update keelson.idempotency_keys set answer = (answer::jsonb || '{"words": "2024-01-01"}')::text, body = '{"old": true}'`,
  );
  const again = await create("2025-01-01", ada);
  expect(again).toMatchObject({ status: 201, replayed: true });
  expect(JSON.parse(again.body)).toMatchObject({ name: "Ada Lovelace", city: "London" });
});

test("a form that this release does not know is left to those who do", async () => {
  await opened.database.pool.query(
    `update keelson.idempotency_keys set answer = (answer::jsonb || '{"format": 9}')::text`,
  );
  const again = await create("2025-01-01", ada);
  expect(again).toMatchObject({ status: 503, replayed: false });
  expect(JSON.parse(again.body)).toMatchObject({ code: "unavailable" });
});
