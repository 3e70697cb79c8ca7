import { beforeAll, describe, expect, test } from "vitest";
import { attempt, CancelledError, createClient, type OperationStatus } from "../../src/client/index.ts";
import { backend, integer, resource, text } from "../../src/index.ts";
import { type TestBackend, testBackend } from "../../src/testing/index.ts";

const book = resource("book", {
  fields: {
    isbn: text({ max: 20 }).unique(),
    title: text({ max: 100 }),
    pages: integer({ min: 1 }).optional(),
  },
  access: {
    read: (_row, caller) => caller.signedIn,
    create: (_row, caller) => caller.signedIn,
    update: (_row, caller) => caller.signedIn,
  },
  list: { filter: ["pages"] },
  transfers: ["import", "export"],
});
const library = backend({ name: "library", resources: [book] });

let t: TestBackend<typeof library>;
beforeAll(async () => {
  t = await testBackend(library);
});

const client = async (id = "ada") =>
  createClient<typeof library>({ baseUrl: await t.api.url(), token: await t.api.token({ id }) });

/** Answers of the server that make the client wait let the jobs run: as they would by themselves. */
const running = () => ({ onProgress: ({ done }: OperationStatus) => void (done ? undefined : t.runJobs()) });

describe("an operation", () => {
  test("imports rows as they are made, and tells of those that were refused", async () => {
    const api = await client();
    async function* rows() {
      for (let n = 0; n < 1_200; n += 1) yield { isbn: `I-${n}`, title: `Book ${n}`, pages: n };
    }
    const operation = await api.book.import(rows());
    const seen: OperationStatus[] = [];
    const result = await operation.done({
      onProgress: (status) => {
        seen.push(status);
        running().onProgress(status);
      },
    });
    expect(result).toMatchObject({ created: 1_199, failed: 1 });
    expect(seen.map(({ state }) => state)).toEqual(["pending", "succeeded"]);
    const refused = [];
    for await (const row of operation.report()) refused.push(row);
    expect(refused).toMatchObject([{ line: 1, pointer: "#/pages", input: { isbn: "I-0" } }]);
  });

  test("exports records that are read as they come", async () => {
    const api = await client();
    const operation = await api.book.export({ filter: { pages: { gt: 1_190 } }, fields: ["isbn", "pages"] });
    await operation.done(running());
    const rows = [];
    for await (const row of operation.rows()) rows.push(row);
    expect(rows).toHaveLength(9);
    expect(rows[0]).toEqual({ isbn: "I-1191", pages: 1_191 });
    const file = await new Response(await operation.file()).text();
    expect(file.trimEnd().split("\n")).toHaveLength(9);
  });

  test("takes a file of text, and says why it failed", async () => {
    const api = await client();
    const csv = new Blob(["isbn,titel\nX-1,One\n"], { type: "text/csv" });
    const failed = await attempt((await api.book.import(csv)).done(running()));
    expect(failed.ok).toBe(false);
    expect(failed).toMatchObject({
      error: { code: "malformed_file", status: 422, errors: [{ code: "unknown_column" }, {}] },
    });
    const again = [{ isbn: "I-5", title: "Other" }];
    const updated = await api.book.import(again, { onConflict: "update", key: ["isbn"] });
    expect(await updated.done(running())).toMatchObject({ updated: 1, created: 0 });
  });

  test("is cancelled, and waiting for it ends; waiting can be given up", async () => {
    const api = await client();
    const operation = await api.book.import([{ isbn: "C-1", title: "Cancelled" }]);
    expect(await operation.cancel()).toMatchObject({ state: "cancelled", done: true });
    await expect(operation.done()).rejects.toThrow(CancelledError);
    const other = await api.book.import(new Blob(['{"isbn":"C-2","title":"Left"}\n']));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(other.done({ signal })).rejects.toThrow("enough");
    await t.runJobs();
    expect((await other.refresh()).state).toBe("succeeded");
  });
});
