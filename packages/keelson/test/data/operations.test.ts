import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  advanceOperation,
  cancelOperation,
  claimOperation,
  finishOperation,
  releaseOperation,
  reviveOperations,
} from "../../src/data/operations/operation-lease.ts";
import {
  findOperation,
  insertOperation,
  removeExpiredOperations,
} from "../../src/data/operations/operation-records.ts";
import {
  addPart,
  beginContent,
  findContent,
  readContent,
  removeOrphanedContents,
  sealContent,
} from "../../src/data/operations/stored-content.ts";
import { backend, everyone, resource, text } from "../../src/index.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";

let kept: TestBackend;
beforeAll(async () => {
  const note = resource("note", { fields: { title: text() }, access: { read: everyone } });
  kept = await openTestBackend(backend({ name: "notes", resources: [note] }));
});
afterAll(() => kept.close());

const hour = 3_600_000;
const nothing = { done: 0, created: 0, updated: 0, skipped: 0, failed: 0, checkpoint: null };
const newOperation = (source: string | null = null) =>
  insertOperation(
    kept.database,
    {
      id: randomUUID(),
      kind: "import",
      resource: "note",
      caller: {},
      owner: "ada",
      request: {},
      runner: "server",
      source,
      output: null,
    },
    hour,
  );

describe("a claim", () => {
  const holder = "one";

  test("is one process's alone, until it lets go or its lease is over", async () => {
    const { id } = await newOperation();
    const first = await claimOperation(kept.database, id, { leaseMs: hour, holder });
    expect(first).toMatchObject({ state: "running", fence: 1, holder });
    expect(await claimOperation(kept.database, id, { leaseMs: hour, holder: "two" })).toBeUndefined();
    if (first) await releaseOperation(kept.database, first);
    expect(await claimOperation(kept.database, id, { leaseMs: hour, holder: "two" })).toMatchObject({
      fence: 2,
    });
    // Of one that is known to be gone the lease is not waited for, unless somebody else has it by now.
    expect(await claimOperation(kept.database, id, { leaseMs: hour, holder, abandoned: 1 })).toBeUndefined();
    expect(await claimOperation(kept.database, id, { leaseMs: hour, holder, abandoned: 2 })).toMatchObject({
      fence: 3,
    });
  });

  test("is lost with the next one: nothing is counted or ended under it any more", async () => {
    const { id } = await newOperation();
    const old = await claimOperation(kept.database, id, { leaseMs: 0, holder });
    const now = await claimOperation(kept.database, id, { leaseMs: hour, holder: "two" });
    if (!old || !now) throw new Error("both could be claimed");
    expect(await advanceOperation(kept.database, old, { ...nothing, done: 5 }, hour)).toBeUndefined();
    expect(await finishOperation(kept.database, old, { state: "failed" }, hour)).toBeUndefined();
    expect(
      await advanceOperation(kept.database, now, { ...nothing, done: 7, created: 7 }, hour),
    ).toMatchObject({ done: 7, created: 7 });
    expect(await finishOperation(kept.database, now, { state: "succeeded" }, hour)).toMatchObject({
      state: "succeeded",
      total: 7,
    });
    expect(await cancelOperation(kept.database, id)).toBeUndefined();
    expect(await findOperation(kept.database, id, "grace")).toBeUndefined();
  });

  test("that was left for long is given to somebody else once", async () => {
    const { id } = await newOperation();
    await claimOperation(kept.database, id, { leaseMs: -hour, holder });
    const ids = async () => (await reviveOperations(kept.database, hour / 2, 10)).map((one) => one.id);
    expect(await ids()).toEqual([id]);
    expect(await ids()).toEqual([]);
    expect(await claimOperation(kept.database, id, { leaseMs: hour, holder })).toMatchObject({ fence: 2 });
  });
});

test("content is read from any byte to any other, and goes when nobody needs it", async () => {
  const [id, orphan] = [randomUUID(), randomUUID()];
  for (const content of [id, orphan]) await beginContent(kept.database, content);
  const pieces = ["hello, ", "w", "orld"];
  let start = 0;
  for (const piece of pieces) {
    await addPart(kept.database, id, { start, bytes: Buffer.from(piece) });
    start += piece.length;
  }
  expect(await findContent(kept.database, id)).toBeUndefined();
  await sealContent(kept.database, { id, bytes: start, sha256: null });
  expect(await findContent(kept.database, id)).toEqual({ id, bytes: 12, sha256: null });
  const read = async (from: number, to: number) => {
    let whole = "";
    for await (const bytes of readContent(kept.database, id, { from, to })) whole += bytes.toString();
    return whole;
  };
  for (let from = 0; from < start; from += 1)
    for (let to = from + 1; to <= start; to += 1)
      expect(await read(from, to)).toBe(pieces.join("").slice(from, to));
  const operation = await newOperation(id);
  expect(await removeOrphanedContents(kept.database, -1_000, 10)).toBe(1);
  expect(await findContent(kept.database, id)).toBeDefined();
  await kept.database.pool.query(
    "update keelson.operations set expires_at = now(), ended_at = now() where id = $1",
    [operation.id],
  );
  expect(await removeExpiredOperations(kept.database, 10)).toBe(1);
  expect(await removeOrphanedContents(kept.database, -1_000, 10)).toBe(1);
  expect(await findContent(kept.database, id)).toBeUndefined();
});
