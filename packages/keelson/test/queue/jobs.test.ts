import { sql } from "kysely";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { job } from "../../src/declare/job.ts";
import { type TestBackend, testBackend } from "../../src/testing/index.ts";
import { behaviour, copy, dawdle, deliver, mail, write } from "./mail-model.ts";

let t: TestBackend<typeof mail>;

beforeAll(async () => {
  t = await testBackend(mail);
});
beforeEach(() => {
  behaviour.current = () => {};
});
afterEach(() => t.reset());

const ada = { id: "ada", claims: { tenant: "analytical" } };
const texts = (endings: readonly { readonly type: string }[]) => endings.map(({ type }) => type);
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

  test("keeps who it is for, the claims included, and the request that it is part of", async () => {
    await t.enqueue(ada, write, { to: "Grace" });
    await t.enqueue(t.asSystem("spring cleaning"), write, { to: "Charles" });
    await t.enqueue(t.anonymous, write, { to: "Mary" });
    await t.runJobs();
    expect((await letters()).map(({ by }) => by).sort()).toEqual([
      "ada",
      "anonymous",
      "system: spring cleaning",
    ]);
    const calls = t.observations("call.ended").filter(({ door }) => door === "job");
    const starts = t.observations("job.started");
    expect(calls.map(({ requestId }) => requestId).sort()).toEqual(
      starts.map(({ requestId }) => requestId).sort(),
    );
    expect(new Set(calls.map(({ requestId }) => requestId)).size).toBe(3);
  });

  test("refuses what the job could not run with", async () => {
    await expect(t.enqueue(ada, write, { to: 7 } as never)).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "#/to", code: "type" }],
    });
    await expect(t.enqueue(ada, write, { to: "x", cc: "y" } as never)).rejects.toMatchObject({
      errors: [{ pointer: "#/cc", code: "unknown" }],
    });
    await expect(t.enqueue(ada, job("walk", { run: () => {} }), {})).rejects.toThrow(
      '"walk" is not a job of this back end; add it to backend({ jobs })',
    );
    await expect(t.as(ada).peek()).rejects.toMatchObject({ code: "internal" });
    expect(await t.jobs()).toEqual([]);
  });

  test.each([
    [{ delay: "soon" }, "#/options/delay"],
    [{ delay: "400d" }, "#/options/delay"],
    [{ runAt: "noon" }, "#/options/runAt"],
    [{ runAt: "2026-11-21T10:00:00Z", delay: "1s" }, "#/options/runAt"],
    [{ priority: 0.5 }, "#/options/priority"],
    [{ priority: 5_000 }, "#/options/priority"],
    [{ deduplicate: { key: "", window: "1m" } }, "#/options/deduplicate/key"],
    [{ deduplicate: { key: "a", window: "long" } }, "#/options/deduplicate/window"],
  ])("refuses the options %j", async (options, pointer) => {
    await expect(t.enqueue(ada, write, { to: "x" }, options as never)).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer }],
    });
    expect(await t.jobs()).toEqual([]);
  });

  test("can be for later", async () => {
    await t.enqueue(ada, write, { to: "later" }, { delay: "2h" });
    await t.enqueue(ada, write, { to: "at noon" }, { runAt: new Date(Date.now() + 3_600_000) });
    expect((await t.jobs()).map(({ state }) => state)).toEqual(["delayed", "delayed"]);
    expect(await t.runJobs()).toEqual([]);
    t.clock.advance({ hours: 1, seconds: 1 });
    await t.runJobs();
    expect((await letters()).map(({ to }) => to)).toEqual(["at noon"]);
    t.clock.advance({ hours: 1 });
    await t.runJobs();
    expect((await letters()).map(({ to }) => to)).toEqual(["at noon", "later"]);
  });

  test("once in a while for a key, however often it is asked for", async () => {
    const once = { deduplicate: { key: "grace", window: "10m" } } as const;
    const first = await t.enqueue(ada, write, { to: "Grace" }, once);
    const second = await t.enqueue(ada, write, { to: "Grace" }, once);
    expect(first.duplicate).toBe(false);
    expect(second).toEqual({ id: first.id, duplicate: true });
    await t.runJobs();
    expect(await t.enqueue(ada, write, { to: "Grace" }, once)).toMatchObject({ duplicate: true });
    t.clock.advance({ minutes: 11 });
    expect(await t.enqueue(ada, write, { to: "Grace" }, once)).toMatchObject({ duplicate: false });
    expect(await t.jobs()).toHaveLength(2);
  });

  test("by priority, then by age", async () => {
    await t.enqueue(ada, write, { to: "1" });
    await t.enqueue(ada, write, { to: "2" }, { priority: 5 });
    await t.enqueue(ada, write, { to: "3" }, { priority: -5 });
    await t.enqueue(ada, write, { to: "4" });
    await t.runJobs();
    expect((await letters()).map(({ to }) => to)).toEqual(["2", "1", "4", "3"]);
  });

  test("from another job", async () => {
    await t.enqueue(ada, write, { to: "everybody" });
    expect(texts(await t.runJobs())).toEqual(["job.finished", "job.finished"]);
    expect((await letters()).map(({ to, by }) => [to, by])).toEqual([
      ["everybody", "ada"],
      ["one of them", "ada"],
    ]);
  });
});

describe("a run that fails", () => {
  test("leaves nothing, and is repeated until there are no repetitions left", async () => {
    behaviour.current = () => {
      throw new Error("out of ink");
    };
    const { id } = await t.enqueue(ada, write, { to: "Grace" });
    expect(await t.runJobs()).toMatchObject([
      { type: "job.failed", code: "internal", message: "out of ink" },
    ]);
    expect(await t.jobs()).toMatchObject([{ id, state: "delayed", attempts: 1 }]);
    expect(await t.runJobs()).toEqual([]);
    t.clock.advance({ seconds: 1 });
    expect(texts(await t.runJobs())).toEqual(["job.failed"]);
    t.clock.advance({ seconds: 1 });
    expect(await t.runJobs()).toEqual([]);
    t.clock.advance({ seconds: 1 });
    expect(await t.runJobs()).toMatchObject([{ type: "job.dead", reason: "exhausted", attempt: 3 }]);
    expect(await letters()).toEqual([]);
    expect(await t.jobs()).toEqual([]);
    const { letter, history } = await t.jobDesk.deadLetters.show(id);
    expect(letter).toMatchObject({
      job: "write",
      reason: "exhausted",
      code: "internal",
      message: "out of ink",
      input: { to: "Grace" },
      caller: { kind: "user", id: "ada", claims: ada.claims },
      attempts: 3,
      redrives: 0,
    });
    expect(history.map(({ attempt, outcome, code, process }) => [attempt, outcome, code, process])).toEqual([
      [1, "retried", "internal", "test"],
      [2, "retried", "internal", "test"],
      [3, "dead", "internal", "test"],
    ]);
  });

  test("is one that takes longer than it may", async () => {
    await t.enqueue(ada, dawdle, {});
    expect(await t.runJobs()).toMatchObject([
      { type: "job.dead", reason: "exhausted", code: "timeout", message: "It took longer than 1000 ms." },
    ]);
    expect(await letters()).toEqual([]);
  });

  test("is not repeated where the job declares the error", async () => {
    const { id } = await t.enqueue(ada, write, { to: "nowhere" });
    expect(await t.runJobs()).toMatchObject([
      {
        type: "job.dead",
        reason: "refused",
        code: "unknown_address",
        message: "No such street.",
        attempt: 1,
      },
    ]);
    expect(await letters()).toEqual([]);
    expect((await t.jobDesk.deadLetters.list({})).map((each) => each.id)).toEqual([id]);
  });

  test("does not keep others with its key waiting for ever", async () => {
    const first = await t.enqueue(ada, deliver, { to: "A", number: 1 });
    await t.enqueue(ada, deliver, { to: "A", number: 2 });
    behaviour.current = () => {
      throw new Error("bitten by the dog");
    };
    for (let run = 1; run <= 4; run += 1) {
      expect(texts(await t.runJobs())).toEqual([
        run < 4 ? "job.failed" : "job.dead",
        ...(run < 4 ? [] : ["job.failed"]),
      ]);
      behaviour.current =
        run < 3
          ? behaviour.current
          : (attempt) => {
              if (attempt !== 1 || run === 3) throw new Error("bitten by the dog");
            };
      t.clock.advance({ seconds: 9 });
    }
    expect((await t.jobDesk.deadLetters.list({})).map(({ id, key }) => [id, key])).toEqual([[first.id, "A"]]);
  });
});

describe("keys", () => {
  test("keep their order, also past one that is waiting to be run again", async () => {
    for (const number of [1, 2, 3]) await t.enqueue(ada, deliver, { to: "A", number });
    await t.enqueue(ada, deliver, { to: "B", number: 1 });
    let failures = 1;
    behaviour.current = () => {
      if (failures-- > 0) throw new Error("flat tyre");
    };
    expect(texts(await t.runJobs())).toEqual(["job.failed", "job.finished"]);
    t.clock.advance({ seconds: 2 });
    expect((await t.runJobs()).map(({ type, attempt }) => [type, attempt])).toEqual([
      ["job.finished", 2],
      ["job.finished", 1],
      ["job.finished", 1],
    ]);
    expect((await letters()).map(({ to, number }) => `${to}${number}`)).toEqual(["B1", "A1", "A2", "A3"]);
  });
});

describe("a job whose writes commit one by one", () => {
  test("keeps what it did before it failed", async () => {
    let left = 2;
    behaviour.current = () => {
      left -= 1;
      if (left === 0) throw new Error("paper jam");
    };
    await t.enqueue(ada, copy, { to: "all", times: 3 });
    expect(texts(await t.runJobs())).toEqual(["job.failed"]);
    expect((await letters()).map(({ number }) => number)).toEqual([1, 2]);
    t.clock.advance({ seconds: 1 });
    expect(texts(await t.runJobs())).toEqual(["job.finished"]);
    expect((await letters()).map(({ number }) => number)).toEqual([1, 2, 1, 2, 3]);
  });

  test("cannot write any more once it is cancelled", async () => {
    const { id } = await t.enqueue(ada, copy, { to: "all", times: 3 });
    behaviour.current = async () => {
      if ((await letters()).length === 2) await t.jobDesk.cancel(id, "op");
    };
    expect(await t.runJobs()).toMatchObject([{ type: "job.given up", because: "lost" }]);
    expect((await letters()).map(({ number }) => number)).toEqual([1, 2]);
    expect(await t.jobs()).toMatchObject([{ id, state: "cancelled" }]);
  });
});

test("a job that is cancelled while it runs has no effect", async () => {
  const { id } = await t.enqueue(ada, write, { to: "Grace" });
  behaviour.current = () => t.jobDesk.cancel(id, "op");
  expect(await t.runJobs()).toMatchObject([{ type: "job.given up", because: "lost" }]);
  expect(await letters()).toEqual([]);
  await expect(t.jobDesk.cancel(id, "op")).rejects.toMatchObject({ code: "conflict" });
  await expect(t.jobDesk.cancel("nobody", "op")).rejects.toMatchObject({ code: "not_found" });
});

describe("dead letters", () => {
  const die = async (...addresses: readonly string[]) => {
    behaviour.current = () => {
      throw new Error("no");
    };
    const ids: string[] = [];
    for (const to of addresses) ids.push((await t.enqueue(ada, write, { to })).id);
    for (let run = 1; run <= 3; run += 1) {
      await t.runJobs();
      t.clock.advance({ seconds: 10 });
    }
    behaviour.current = () => {};
    expect(await t.jobDesk.deadLetters.list({})).toHaveLength(addresses.length);
    return ids;
  };

  test("are run again as who they were, and go on counting", async () => {
    const [id = ""] = await die("Grace");
    await t.jobDesk.deadLetters.redrive(id, "op");
    expect(await t.jobDesk.deadLetters.list({})).toEqual([]);
    expect(await t.runJobs()).toMatchObject([{ type: "job.finished", jobId: id, attempt: 4 }]);
    expect(await letters()).toEqual([{ to: "Grace", by: "ada", number: 7 }]);
    expect(t.observations("job.redriven")).toEqual([
      { type: "job.redriven", jobId: id, job: "write", by: "op" },
    ]);
  });

  test("die again with their history", async () => {
    const [id = ""] = await die("Grace");
    await t.jobDesk.deadLetters.redrive(id, "op");
    behaviour.current = () => {
      throw new Error("still not");
    };
    for (let run = 1; run <= 3; run += 1) {
      await t.runJobs();
      t.clock.advance({ seconds: 10 });
    }
    const { letter, history } = await t.jobDesk.deadLetters.show(id);
    expect(letter).toMatchObject({ attempts: 6, redrives: 1, message: "still not" });
    expect(history).toHaveLength(6);
  });

  test("can be given another input, if it is valid", async () => {
    const { id } = await t.enqueue(ada, write, { to: "nowhere" });
    await t.runJobs();
    await expect(t.jobDesk.deadLetters.edit(id, { to: 7 }, "op")).rejects.toMatchObject({
      code: "validation_failed",
    });
    await t.jobDesk.deadLetters.edit(id, { to: "somewhere" }, "op");
    await t.jobDesk.deadLetters.redrive(id, "op");
    expect(texts(await t.runJobs())).toEqual(["job.finished"]);
    expect((await letters()).map(({ to }) => to)).toEqual(["somewhere"]);
  });

  test("are chosen, and taken back together", async () => {
    const ids = await die("A", "B", "C");
    const { id } = await t.enqueue(ada, write, { to: "nowhere" });
    await t.runJobs();
    expect((await t.jobDesk.deadLetters.list({ reason: "refused" })).map((each) => each.id)).toEqual([id]);
    expect(await t.jobDesk.deadLetters.list({ job: "deliver" })).toEqual([]);
    const seen: number[] = [];
    const progress = await t.jobDesk.deadLetters.redriveAll(
      { filter: { code: "internal" }, onProgress: ({ done }) => seen.push(done) },
      "op",
    );
    expect(progress).toEqual({ done: 3, failed: [], total: 3 });
    expect(seen).toEqual([1, 2, 3]);
    expect((await t.runJobs()).map(({ jobId }) => jobId).sort()).toEqual([...ids].sort());
    expect(await t.jobDesk.deadLetters.discardAll({ filter: {} }, "op")).toEqual({
      done: 1,
      failed: [],
      total: 1,
    });
    expect(t.observations("job.discarded")).toMatchObject([{ jobId: id, by: "op" }]);
  });

  test("that cannot be taken back stay, and are named", async () => {
    const [id = ""] = await die("Grace");
    await sql
      .raw(`update keelson.dead_letters set payload = jsonb_set(payload, '{input}', '{"to": 1}')`)
      .execute(t.db);
    expect(await t.jobDesk.deadLetters.redriveAll({ filter: {} }, "op")).toMatchObject({
      done: 0,
      failed: [{ id }],
      total: 1,
    });
    await sql.raw("update keelson.dead_letters set job = 'gone'").execute(t.db);
    await expect(t.jobDesk.deadLetters.redrive(id, "op")).rejects.toMatchObject({ code: "conflict" });
    await expect(t.jobDesk.deadLetters.redrive("x", "op")).rejects.toMatchObject({ code: "not_found" });
    expect(await t.jobDesk.deadLetters.list({})).toHaveLength(1);
  });
});

test("what this version cannot read becomes a dead letter instead of being lost", async () => {
  const { id } = await t.enqueue(ada, write, { to: "Grace" });
  await sql.raw(`update keelson_jobs.job set data = '{"v": 2, "words": "of tomorrow"}'`).execute(t.db);
  expect(await t.runJobs()).toMatchObject([{ type: "job.dead", reason: "invalid" }]);
  expect(await t.jobDesk.deadLetters.list({})).toMatchObject([{ id, reason: "invalid" }]);
});
