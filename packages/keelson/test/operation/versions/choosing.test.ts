import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Caller, user } from "../../../src/base/caller.ts";
import { openapiTexts } from "../../../src/contract/openapi/openapi-texts.ts";
import { newVersionPins } from "../../../src/data/version-pins.ts";
import { backend } from "../../../src/declare/backend.ts";
import { loadModel } from "../../../src/model/load-model.ts";
import { createHttpServer } from "../../../src/transport/create-http-server.ts";
import type { HttpServer } from "../../../src/transport/http/http-server.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";
import { library, versions } from "./library.ts";

let opened: TestBackend;
let server: HttpServer;
const newest = "2026-11-01";

/** A server whose callers are who their token says. */
const serverOf = (run: TestBackend["app"]["run"], { model }: Pick<TestBackend, "model">) =>
  createHttpServer({
    model,
    run: (envelope) => {
      const { credentials } = envelope;
      const caller = credentials.kind === "bearer" ? callers[credentials.token] : undefined;
      return run(caller ? { ...envelope, credentials: { kind: "caller", caller } } : envelope);
    },
    observe: opened.app.observe,
    openapi: openapiTexts(model),
    docs: { title: "Library", openapi: openapiTexts(model, { page: true }) },
  });

const callers: Readonly<Record<string, Caller>> = {
  ada: user("ada", [], { iss: "a" }),
  otherAda: user("ada", [], { iss: "b" }),
  grace: user("grace", [], { iss: "a", client_id: "app" }),
  alan: user("alan", [], { iss: "a", azp: "app" }),
};

beforeAll(async () => {
  opened = await openTestBackend(library);
  server = serverOf(opened.app.run, opened);
});
afterAll(() => opened.close());

const get = (url: string, headers: Readonly<Record<string, string>> = {}, at = server) =>
  at.inject({ method: "GET", url, headers });
const versionOf = async (token: string | undefined, asked?: string, at = server) =>
  (
    await get(
      "/v1/books?limit=1",
      {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(asked === undefined ? {} : { "api-version": asked }),
      },
      at,
    )
  ).headers["api-version"];

describe("a credential keeps the version that it began with", () => {
  test("the one it named, or else the newest; naming another is for that call alone", async () => {
    expect(await versionOf("ada", "2025-06-01")).toBe("2025-06-01");
    expect(await versionOf("ada")).toBe("2025-06-01");
    expect(await versionOf("ada", newest)).toBe(newest);
    expect(await versionOf("ada")).toBe("2025-06-01");
    expect(await versionOf("otherAda")).toBe(newest);
    expect(await versionOf(undefined, "2025-06-01")).toBe("2025-06-01");
    expect(await versionOf(undefined)).toBe(newest);
  });

  test("programs have versions, not the people who use them", async () => {
    expect(await versionOf("grace", "2026-01-01")).toBe("2026-01-01");
    expect(await versionOf("alan")).toBe("2026-01-01");
  });

  test("whichever process it comes to, and however many at once", async () => {
    const other = newVersionPins(opened.database, { now: () => 0 });
    expect(await other.of(JSON.stringify(["a", "sub", "ada"]), newest)).toBe("2025-06-01");
    const dates = Array.from({ length: 8 }, (_, index) => `2026-01-0${index + 1}`);
    const pinned = await Promise.all(
      dates.map((date) => newVersionPins(opened.database, { now: () => 0 }).of("new", date)),
    );
    expect(new Set(pinned).size).toBe(1);
  });

  test("a version that is pinned and not served any more is gone, and says where to go", async () => {
    const { model } = loadModel(
      backend({
        ...library,
        versions: versions.slice(2).map((one, index) => (index === 0 ? { ...one, changes: [] } : one)),
      }),
    );
    const app = { ...opened.app, model };
    const { newRunCall } = await import("../../../src/operation/run-call.ts");
    const later = serverOf(newRunCall(app), { model });
    const answer = await get("/v1/books?limit=1", { authorization: "Bearer ada" }, later);
    expect(answer.statusCode).toBe(410);
    expect(answer.json()).toMatchObject({ code: "api_version_gone", known: ["2026-01-01", newest] });
    expect(await versionOf("ada", newest, later)).toBe(newest);
  });
});

test("a version is gone once its sunset has come", async () => {
  const { newRunCall } = await import("../../../src/operation/run-call.ts");
  const clock = { ...opened.app.clock, now: () => Date.parse("2099-01-01T00:00:00Z") };
  const later = serverOf(newRunCall({ ...opened.app, clock }), opened);
  const answer = await get("/v1/books?limit=1", { "api-version": "2025-01-01" }, later);
  expect(answer.statusCode).toBe(410);
  expect(answer.json()).toMatchObject({
    code: "api_version_gone",
    known: ["2025-06-01", "2026-01-01", newest],
  });
  expect(answer.headers).toMatchObject({
    "api-version": "2025-01-01",
    link: expect.stringContaining("successor-version"),
  });
});

describe("the description of each version", () => {
  const described = async (query: string, headers = {}) =>
    (await get(`/openapi.json${query}`, headers)).json();

  test("is in its words, and says how to ask for it", async () => {
    const then = await described("?version=2025-01-01");
    expect(then.info).toMatchObject({ "x-api-version": "2025-01-01", "x-sunset": "2099-01-01" });
    expect(Object.keys(then.components.schemas.BookCreate.properties)).toEqual([
      "name",
      "author",
      "pages",
      "parts",
    ]);
    expect(then.components.schemas.Author.properties.status.enum).toEqual(["active", "inactive"]);
    expect(then.components.schemas.Author.properties).toHaveProperty("mail");
    const parameters = then.paths["/v1/books"].get.parameters.map((one: { name?: string }) => one.name);
    expect(parameters).toEqual(expect.arrayContaining(["name", "author.mail", "author.status[in]"]));
    expect(parameters).not.toContain("title");
    expect(then.components.parameters.ApiVersion).toMatchObject({ name: "API-Version", required: true });
    expect(then.paths["/v1/books"].get.deprecated).toBe(true);
    const now = await described("");
    expect(now.info["x-api-version"]).toBe(newest);
    expect(now.paths["/v1/books"].get).not.toHaveProperty("deprecated");
    expect(now.info.description).toContain("**Renamed:** `author` of `book` is called `writer`.");
    expect((await described("", { "api-version": "2026-01-01" })).info["x-api-version"]).toBe("2026-01-01");
  });

  test("of none that is not there", async () => {
    const answer = await get("/openapi.json?version=2024-01-01");
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "unknown_api_version" });
  });

  test("is switched at /docs by links", async () => {
    const page = (await get("/docs?version=2025-06-01")).body;
    expect(page).toContain('data-document="/docs/openapi.json?version=2025-06-01"');
    expect(page).toContain('<strong aria-current="page">2025-06-01</strong>');
    expect(page).toContain('<a href="/docs?version=2026-11-01">2026-11-01 (newest)</a>');
    expect(page).toContain('<a href="/docs?version=2025-01-01">2025-01-01 (deprecated from 2025-06-01)</a>');
    const document = (await get("/docs/openapi.json?version=2025-06-01")).json();
    expect(document.info["x-api-version"]).toBe("2025-06-01");
  });
});
