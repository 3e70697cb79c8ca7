import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { everyone } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import { integer, text } from "../../src/declare/field.ts";
import { command } from "../../src/declare/operation.ts";
import { resource } from "../../src/declare/resource.ts";
import { testBackend } from "../../src/testing/test-backend.ts";
import { fieldsModel } from "./fields-model.ts";

/** What generated requests have found not to be as the description says, one case each. */

const t = await testBackend(fieldsModel);
const staff = t.as({ id: "sue", roles: ["staff"] });
const { api } = t;
const problemOf = async (response: Response) =>
  (await response.json()) as { readonly code: string; readonly errors: readonly object[] };

test("a limit beyond all numbers counts as the greatest", async () => {
  for (const limit of ["9007199254740991", "99999999999999999999", `1${"0".repeat(400)}`])
    expect((await api.get(`/v1/tags?limit=${limit}`)).status, limit).toBe(200);
});

test("empty lists in a query ask for nothing", async () => {
  const answer = await api.query("/v1/tags", { json: { sort: [], fields: [], expand: [] } });
  expect(answer.status).toBe(200);
});

test("lengths of texts to look for are counted in characters", async () => {
  const search = (text: string) => api.query("/v1/samples", { json: { filter: { title: text } } });
  expect((await search("𝒳".repeat(10_000))).status).toBe(200);
  expect((await search("𝒳".repeat(10_001))).status).toBe(422);
});

test("faults in a query string are at the parameter as it was sent", async () => {
  const faultsOf = async (query: string) => (await problemOf(await api.get(`/v1/tags?${query}`))).errors;
  expect(await faultsOf("NAME[contains]=a")).toEqual([
    expect.objectContaining({ parameter: "NAME[contains]" }),
  ]);
  expect(await faultsOf("=a")).toEqual([expect.objectContaining({ parameter: "" })]);
});

test("paths that say the same again count as well", async () => {
  const answer = await api.query("/v1/notes", { json: { expand: Array(11).fill("sample") } });
  expect((await problemOf(answer)).errors).toEqual([expect.objectContaining({ code: "budget" })]);
});

test("a record whose id begins with a dot is where its Location says", async () => {
  const made = await api.post("/v1/rates", {
    json: { market: ".././x", day: "2026-11-21", side: "buy", value: "1" },
  });
  const location = made.headers.get("location") ?? "";
  expect(location).toBe("/v1/rates/..%2F.%2Fx~2026-11-21~buy");
  expect((await api.get(location)).status).toBe(200);
  expect((await api.delete(location)).status).toBe(204);
});

test("a query is answered as a read, by whichever method", async () => {
  const { id } = await staff.sample.create({ title: "a" });
  for (const method of ["POST", "QUERY", "GET"]) {
    const body = method === "GET" ? {} : { json: {} };
    const answer = await api.fetch(`/v1/samples/${id}/next`, {
      method,
      headers: { prefer: "return=minimal" },
      ...body,
    });
    expect([answer.status, answer.headers.get("content-location")], method).toEqual([200, null]);
  }
});

test("a refused read is no copy of a kept answer", async () => {
  const { id } = await staff.page.create({ slug: "kept" });
  const refused = await api.get(`/v1/pages/${id}`, { headers: { "if-match": '"99"' } });
  expect([refused.status, refused.headers.get("cache-status"), refused.headers.get("age")]).toEqual([
    412,
    null,
    null,
  ]);
});

test("what is refused before it is a call says its version too, where it can be known", async () => {
  const versionOf = async (headers: Record<string, string>, as?: { id: string }) => {
    const answer = await api.post("/v1/tags", {
      body: "{}",
      headers: { "content-type": "text/plain", ...headers },
      ...(as && { as }),
    });
    expect(answer.status).toBe(415);
    return answer.headers.get("api-version");
  };
  expect(await versionOf({})).toBe("2026-01-01");
  expect(await versionOf({ "api-version": "2025-06-01" })).toBe("2025-06-01");
  expect(await versionOf({ "api-version": "2025-06-01" }, { id: "ann" })).toBe("2025-06-01");
  // Nobody has looked up the version that these credentials began with.
  expect(await versionOf({}, { id: "ann" })).toBe(null);
});

const box = resource("box", {
  fields: { count: integer({ max: 3 }).default(0), label: text({ max: 5 }).default("") },
  access: { read: everyone },
});

/** Writes what its resource does not allow. */
const overfill = command("overfill", {
  input: { label: text() },
  access: everyone,
  run: async ({ input, db }) =>
    void (await db.asSystem("test").create(box, { count: 9, label: input.label })),
});

test("faults of what a handler writes point at what its caller has sent, or nowhere", async () => {
  await using boxes = await testBackend(backend({ name: "boxes", resources: [box], commands: [overfill] }));
  const answer = await boxes.api.post("/v1/overfill", { json: { label: "too long" } });
  expect(answer.status).toBe(422);
  expect((await problemOf(answer)).errors).toEqual(
    expect.arrayContaining([
      { code: "max", detail: "count: must be at most 3." },
      { pointer: "#/label", code: "maxLength", detail: "must have at most 5 characters." },
    ]),
  );
});

const crate = resource("crate", {
  fields: { label: text({ max: 5 }) },
  access: { read: everyone, create: everyone },
  transfers: ["import"],
});

test("a compressed file that is none, and that nobody reads, ends nothing but its request", async () => {
  await using crates = await testBackend(backend({ name: "crates", resources: [crate] }));
  for (const coding of ["br", "gzip", "zstd"]) {
    const headers = { "content-type": "application/x-ndjson", "content-encoding": coding };
    const refused = await crates.api.post("/v1/crates/import?ignore=x", { body: "{}", headers });
    expect(refused.status, coding).toBeGreaterThanOrEqual(400);
    expect(refused.status, coding).toBeLessThan(500);
  }
  expect((await crates.api.get("/v1/crates")).status).toBe(200);
});

test("a member that was moved into an object may be null in a new record, as it is read", async () => {
  const headers = { "api-version": "2025-06-01" };
  const made = await api.post("/v1/samples", { json: { title: "a", town: null }, headers });
  expect([made.status, await made.json()]).toEqual([201, expect.objectContaining({ place: null })]);
});

test("HEAD with more header fields than can be read is refused without content", async () => {
  const socket = connect(Number(new URL(await api.url()).port), "127.0.0.1");
  const received: Buffer[] = [];
  socket.on("data", (chunk) => received.push(chunk));
  socket.write(`HEAD /v1/tags?${"x".repeat(40_000)} HTTP/1.1\r\nHost: a\r\n\r\n`);
  socket.on("error", () => {});
  await once(socket, "close");
  expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1\.1 414 .*\r\n\r\n$/s);
});

test("a malformed If-None-Match is refused before anything is read", async () => {
  const answer = await api.get("/v1/tags", { headers: { "if-none-match": "x" } });
  expect([answer.status, answer.headers.get("api-version")]).toEqual([400, "2026-01-01"]);
});
