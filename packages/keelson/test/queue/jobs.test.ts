import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestBackend, testBackend } from "../../src/testing/index.ts";
import { behaviour, deliver, mail } from "./mail-model.ts";

let t: TestBackend<typeof mail>;

beforeAll(async () => {
  t = await testBackend(mail);
});
beforeEach(() => {
  behaviour.current = () => {};
});
afterEach(() => t.reset());

const ada = { id: "ada", claims: { tenant: "analytical" } };
const letters = () =>
  t.db.selectFrom("letter").select(["to", "by", "number"]).orderBy("createdAt").orderBy("number").execute();

describe("enqueueing", () => {
  test("is part of the transaction, and runs as whoever enqueued it", async () => {
    const { id } = await t.as(ada).post({ to: "Grace" });
    expect(await t.jobs()).toMatchObject([
      {
        id,
        job: "write",
        state: "waiting",
        input: { to: "Grace" },
        caller: { kind: "user", id: "ada" },
        attempts: 0,
      },
    ]);
    expect(await letters()).toEqual([]);
    expect(await t.runJobs()).toMatchObject([{ type: "job.finished", job: "write", jobId: id, attempt: 1 }]);
    expect(await letters()).toEqual([{ to: "Grace", by: "ada", number: 7 }]);
    expect(await t.jobs()).toMatchObject([{ id, state: "completed" }]);
  });

  test("is undone with everything else", async () => {
    await expect(t.as(ada).post({ to: "Grace", ending: "fail" })).rejects.toMatchObject({ code: "refused" });
    expect(await t.jobs()).toEqual([]);
    expect(await t.runJobs()).toEqual([]);
  });
});

test("keys keep their order, also past one that is waiting to be run again", async () => {
  for (const number of [1, 2, 3]) await t.enqueue(ada, deliver, { to: "A", number });
  await t.enqueue(ada, deliver, { to: "B", number: 1 });
  let failures = 1;
  behaviour.current = () => {
    if (failures-- > 0) throw new Error("flat tyre");
  };
  expect((await t.runJobs()).map(({ type }) => type)).toEqual(["job.failed", "job.finished"]);
  t.clock.advance({ seconds: 2 });
  expect((await t.runJobs()).map(({ type, attempt }) => [type, attempt])).toEqual([
    ["job.finished", 2],
    ["job.finished", 1],
    ["job.finished", 1],
  ]);
  expect(await letters()).toEqual([
    { to: "B", by: "carrier", number: 1 },
    { to: "A", by: "carrier", number: 1 },
    { to: "A", by: "carrier", number: 2 },
    { to: "A", by: "carrier", number: 3 },
  ]);
});
