import { gzipSync } from "node:zlib";
import { sql } from "kysely";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { backend, boolean, eq, integer, money, or, resource, text } from "../../../src/index.ts";
import { type TestBackend, testBackend } from "../../../src/testing/index.ts";

const item = resource("item", {
  fields: {
    code: text({ max: 40, pattern: "[A-Z0-9-]+" }).unique().immutable(),
    title: text({ max: 200 }),
    price: money({}),
    amount: integer({ min: 0 }).default(0),
    hidden: boolean().default(false),
    sold: integer({ min: 0 }).readOnly().default(0),
  },
  access: {
    read: (row, caller) => or(eq(row.hidden, false), caller.is("owner")),
    create: (_row, caller) => caller.is("owner", "writer"),
    update: (_row, caller) => caller.is("owner"),
  },
  list: { filter: ["amount"], sort: ["code"] },
  transfers: ["import", "export"],
  cache: { ttl: "1h" },
});
const stock = backend({ name: "stock", roles: ["owner", "writer"], resources: [item] });

let t: TestBackend<typeof stock>;
beforeAll(async () => {
  t = await testBackend(stock);
});
afterEach(() => t.reset());

const owner = { id: "ada", roles: ["owner"] } as const;
const writer = { id: "grace", roles: ["writer"] } as const;
const ndjson = { "content-type": "application/x-ndjson" };
const row = (n: number, more: object = {}) =>
  `${JSON.stringify({ code: `C-${n}`, title: `Item ${n}`, price: { amount: n, currency: "GBP" }, ...more })}\n`;
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n)).join("");

type As = typeof owner | typeof writer;
type Operation = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly error: { code: string } | null;
};

async function started(response: Response): Promise<Operation> {
  const operation = (await response.json()) as Operation;
  expect(response.status, JSON.stringify(operation)).toBe(202);
  expect(response.headers.get("location")).toBe(`/v1/operations/${operation.id}`);
  expect(response.headers.get("retry-after")).toBe("1");
  return operation;
}

const send = (body: string | Uint8Array<ArrayBuffer>, { as = owner as As, query = "", headers = {} } = {}) =>
  t.api.post(`/v1/items/import${query}`, { as, body, headers: { ...ndjson, ...headers } });

async function ended({ id }: Operation, as: As = owner): Promise<Operation> {
  await t.runJobs();
  const response = await t.api.get(`/v1/operations/${id}`, { as });
  expect(response.status).toBe(200);
  return (await response.json()) as Operation;
}

const titles = async () =>
  (await t.db.selectFrom("item").select("title").orderBy("code").execute()).map((one) => one.title);

describe("an import", () => {
  test("is accepted, runs in the background, and tells how it went", async () => {
    const operation = await started(await send(rows(3)));
    expect(operation).toMatchObject({
      kind: "import",
      resource: "item",
      state: "pending",
      done: false,
      result: null,
    });
    expect(await titles()).toEqual([]);
    const after = await ended(operation);
    expect(after).toMatchObject({
      state: "succeeded",
      done: true,
      progress: { done: 3, total: 3, failed: 0 },
      result: { created: 3, updated: 0, skipped: 0, failed: 0 },
      error: null,
    });
    expect(await titles()).toEqual(["Item 0", "Item 1", "Item 2"]);
  });

  test("takes CSV and compressed bodies; what lists have kept ends", async () => {
    const list = async () =>
      ((await (await t.api.get("/v1/items", { as: owner })).json()) as { data: object[] }).data;
    expect(await list()).toEqual([]);
    const csv = "code,title,price.amount,price.currency\nC-1,One,100,GBP\n";
    const headers = { "content-type": "text/csv; header=present", "content-encoding": "gzip" };
    const operation = await started(await send(gzipSync(csv), { headers }));
    expect(await ended(operation)).toMatchObject({ state: "succeeded", result: { created: 1 } });
    expect(await list()).toMatchObject([{ code: "C-1", price: { amount: 100, currency: "GBP" } }]);
  });

  test("reports each row that is refused, and writes the others", async () => {
    await t.make.item({ code: "C-1" });
    const body = [row(0), row(1), '{"code":"C-2"}\n', "{oops\n", row(4, { sold: 3 }), row(5)].join("");
    const operation = await started(await send(body));
    const after = await ended(operation);
    const report = `/v1/operations/${operation.id}/report`;
    expect(after).toMatchObject({ state: "succeeded", result: { created: 2, failed: 4, report } });
    const response = await t.api.get(report, { as: owner });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="item-.*-report.ndjson"$/,
    );
    const lines = (await response.text()).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { line: 2, code: "unique_violation", pointer: "#/code", input: { code: "C-1" } },
      {
        line: 3,
        code: "validation_failed",
        pointer: "#/title",
        errors: [{ code: "required" }, { code: "required" }],
      },
      { line: 4, code: "malformed_row", pointer: "#", input: "{oops" },
      { line: 5, code: "validation_failed", pointer: "#/sold" },
    ]);
  });

  test("passes over or changes what is there, by a unique key, also twice in one file", async () => {
    await t.make.item({ code: "C-1", title: "old" });
    const body = row(1, { title: "new" }) + row(2) + row(2, { title: "again" });
    const skip = await started(await send(body, { query: "?onConflict=skip&key=code" }));
    expect(await ended(skip)).toMatchObject({ result: { created: 1, skipped: 2, failed: 0 } });
    expect(await titles()).toEqual(["old", "Item 2"]);
    const update = await started(await send(body, { query: "?onConflict=update&key=code" }));
    expect(await ended(update)).toMatchObject({ result: { updated: 3, failed: 0 } });
    expect(await titles()).toEqual(["new", "again"]);
  });

  test("holds each row to the caller's rules", async () => {
    const hidden = await started(await send(row(1), { as: writer, query: "?onConflict=update&key=code" }));
    expect(await ended(hidden, writer)).toMatchObject({ result: { created: 1, failed: 0 } });
    const again = await started(
      await send(row(1, { title: "x" }), { as: writer, query: "?onConflict=update&key=code" }),
    );
    // A writer may create and not change.
    expect(await ended(again, writer)).toMatchObject({ result: { updated: 0, failed: 1 } });
    const nobody = await t.api.post("/v1/items/import", { as: { id: "eve" }, body: row(2), headers: ndjson });
    expect(nobody.status).toBe(403);
    expect((await t.api.post("/v1/items/import", { body: row(2), headers: ndjson })).status).toBe(401);
    expect(await t.jobs()).toHaveLength(2);
  });

  test("ends after too many refused rows, and at what cannot be read", async () => {
    const many = await started(await send("{}\n".repeat(3) + row(1), { query: "?maxErrors=2" }));
    expect(await ended(many)).toMatchObject({
      state: "failed",
      error: { code: "too_many_errors", status: 422 },
    });
    const csv = { headers: { "content-type": "text/csv" } };
    const header = await started(await send("code,titel\n", csv));
    expect(await ended(header)).toMatchObject({
      state: "failed",
      error: {
        code: "malformed_file",
        line: 1,
        errors: [{ code: "unknown_column" }, { code: "missing_column" }, { code: "missing_column" }],
      },
    });
  });

  test("happens once for a key, and a key is for one file", async () => {
    const headers = { "idempotency-key": '"import-1"' };
    const first = await started(await send(rows(2), { headers }));
    const again = await send(rows(2), { headers });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await started(again)).toMatchObject({ id: first.id });
    expect((await send(rows(3), { headers })).status).toBe(422);
    await t.runJobs();
    expect(await titles()).toHaveLength(2);
    // What came for nothing is not kept.
    const { rows: kept } = await sql`select from keelson.contents`.execute(t.db);
    expect(kept).toEqual([]);
  });

  test("is refused before its file is taken in, where something is wrong with the request", async () => {
    const status = async (response: Promise<Response>) => (await response).status;
    expect(await status(send(rows(1), { query: "?key=title&onConflict=skip" }))).toBe(400);
    expect(await status(send(rows(1), { query: "?onConflict=maybe" }))).toBe(400);
    expect(await status(send(rows(1), { query: "?colour=red" }))).toBe(400);
    expect(await status(send(rows(1), { headers: { "content-type": "application/json" } }))).toBe(415);
    expect(await status(send(""))).toBe(400);
    expect(await t.jobs()).toEqual([]);
  });

  test("can be cancelled before it runs", async () => {
    const operation = await started(await send(rows(2)));
    const cancelled = await t.api.post(`/v1/operations/${operation.id}/cancel`, { as: owner });
    expect(await cancelled.json()).toMatchObject({ state: "cancelled", done: true, cancelRequested: true });
    expect(await ended(operation)).toMatchObject({ state: "cancelled" });
    expect(await titles()).toEqual([]);
    expect((await t.api.post(`/v1/operations/${operation.id}/cancel`, { as: owner })).status).toBe(200);
  });
});

describe("an export", () => {
  const ask = (body: object, as: As = owner) => t.api.post("/v1/items/export", { as, json: body });

  test("writes what the caller may read, and is downloaded whole or in part", async () => {
    await t.make.item({ code: "C-1", title: "=cmd()", amount: 5 });
    await t.make.item({ code: "C-2", title: "two", amount: 7 });
    await t.make.item({ code: "C-3", hidden: true, amount: 9 });
    const operation = await started(
      await ask({ format: "csv", filter: { amount: { gte: 5 } }, fields: ["code", "title"] }, writer),
    );
    const file = `/v1/operations/${operation.id}/file`;
    expect((await t.api.get(file, { as: writer })).status).toBe(409);
    expect(await ended(operation, writer)).toMatchObject({
      state: "succeeded",
      result: { file },
      progress: { done: 2 },
    });
    const whole = await t.api.get(file, { as: writer });
    expect(whole.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(whole.headers.get("content-disposition")).toMatch(/^attachment; filename="item-.*\.csv"$/);
    const content = "code,title\r\nC-1,'=cmd()\r\nC-2,two\r\n";
    expect(await whole.text()).toBe(content);
    const plain = { "accept-encoding": "identity" };
    const part = await t.api.get(file, { as: writer, headers: { ...plain, range: "bytes=5-9" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      `bytes 5-9/${content.length}`,
      content.slice(5, 10),
    ]);
    const beyond = await t.api.get(file, { as: writer, headers: { ...plain, range: "bytes=999-" } });
    expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${content.length}`]);
    const etag = part.headers.get("etag") ?? "";
    expect((await t.api.get(file, { as: writer, headers: { "if-none-match": etag } })).status).toBe(304);
    const head = await t.api.fetch(file, { as: writer, method: "HEAD", headers: plain });
    expect(head.headers.get("content-length")).toBe(String(content.length));
  });

  test("is refused at once where something is wrong with it", async () => {
    const response = await ask({ filter: { title: "x" } });
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { code: "validation_failed", errors: [{ pointer: "#/filter/title", code: "unknown" }] },
    ]);
    expect((await ask({ fields: ["nothing"] })).status).toBe(422);
    expect((await ask({ format: "xml" })).status).toBe(422);
    expect((await t.api.post("/v1/items/export", { json: {} })).status).toBe(401);
    expect(await t.jobs()).toEqual([]);
  });
});

test("operations are seen by their owner alone", async () => {
  const operation = await started(await send(rows(1)));
  const { id } = operation;
  for (const path of [id, `${id}/file`, `${id}/report`])
    expect((await t.api.get(`/v1/operations/${path}`, { as: writer })).status).toBe(404);
  expect((await t.api.post(`/v1/operations/${id}/cancel`, { as: writer })).status).toBe(404);
  expect((await t.api.get(`/v1/operations/${id}`)).status).toBe(401);
  const seen = async (as: As) =>
    (await (await t.api.get("/v1/operations?limit=1", { as })).json()) as {
      data: { id: string }[];
      nextBefore: string | null;
    };
  expect((await seen(owner)).data).toMatchObject([{ id }]);
  expect((await seen(writer)).data.map((one) => one.id)).not.toContain(id);
  expect((await t.api.get("/v1/operations/nonsense", { as: owner })).status).toBe(404);
});
