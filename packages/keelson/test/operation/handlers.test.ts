import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "../../src/base/caller.ts";
import type { KeelsonError } from "../../src/base/error.ts";
import { member, note, project, script, tag, task } from "./club/club-model.ts";
import {
  ann,
  bob,
  type Clubhouse,
  type Context,
  openClubhouse,
  type People,
  staff,
} from "./club/clubhouse.ts";
import { recordOf, refused, rejection } from "./club/outcomes.ts";

let clubhouse: Clubhouse;
let ids: People;

beforeAll(async () => {
  clubhouse = await openClubhouse();
});
afterAll(() => clubhouse?.close());
beforeEach(async () => {
  ids = await clubhouse.begin();
});

describe("the transaction of a command", () => {
  test("commits when the handler returns", async () => {
    const outcome = await clubhouse.run(async ({ db }) => {
      await db.asSystem("t").create(tag, { label: "a" });
      await db.asSystem("t").create(tag, { label: "b" });
    });
    expect(outcome).toEqual({ ok: true, kind: "none" });
    expect(await clubhouse.labels()).toEqual(["a", "b"]);
  });

  test("is undone when the handler throws, which tells the caller nothing", async () => {
    const error = refused(
      await clubhouse.run(async ({ db }) => {
        await db.asSystem("t").create(tag, { label: "a" });
        throw new Error("password: hunter2");
      }),
    );
    expect(error).toMatchObject({
      code: "internal",
      status: 500,
      detail: undefined,
      errors: [],
      members: {},
    });
    expect(error.message).not.toContain("hunter2");
    expect(String((error.cause as Error).message)).toContain("hunter2");
    expect(await clubhouse.labels()).toEqual([]);
  });

  test("is undone when the handler fails with an error that it declares", async () => {
    const error = refused(
      await clubhouse.run(async ({ db, fail }) => {
        await db.asSystem("t").create(tag, { label: "a" });
        fail("tooMany", { detail: "Three at most.", members: { limit: 3 } });
      }),
    );
    expect(error).toMatchObject({
      code: "too_many",
      status: 409,
      title: "That is too many",
      detail: "Three at most.",
      members: { limit: 3 },
    });
    expect(await clubhouse.labels()).toEqual([]);
    const short = refused(await clubhouse.run(({ fail }) => fail("tooMany", "Enough.")));
    expect(short).toMatchObject({ code: "too_many", detail: "Enough." });
  });

  test("an error that is not declared is a mistake of ours, not an answer", async () => {
    const error = refused(await clubhouse.run(({ fail }) => fail("outOfCheese" as never, "secret")));
    expect(error).toMatchObject({ code: "internal", status: 500, detail: undefined });
    expect((error.cause as Error).message).toContain("outOfCheese");
  });

  test("goes on after an inner call whose failure was caught", async () => {
    const codes: string[] = [];
    const outcome = await clubhouse.run(async ({ db }) => {
      const all = db.asSystem("t");
      await all.create(tag, { label: "a" });
      const caught = (work: Promise<unknown>) => work.catch((error: KeelsonError) => codes.push(error.code));
      await caught(all.create(tag, { label: "a" }));
      await caught(db.create(tag, { label: "b" }));
      await caught(db.get(project, ids.bobProject));
      await caught(all.update(tag, randomUUID(), { label: "c" }));
      await caught(all.update(project, ids.annProject, { tags: [randomUUID()], title: "half" }));
      await caught(all.create(tag, { label: "x".repeat(41) }));
      await all.create(tag, { label: "d" });
    });
    expect(outcome.ok).toBe(true);
    expect(codes).toEqual([
      "unique_violation",
      "forbidden",
      "not_found",
      "not_found",
      "validation_failed",
      "validation_failed",
    ]);
    expect(await clubhouse.labels()).toEqual(["a", "d"]);
    expect(await clubhouse.trusted().get(project, ids.annProject)).toMatchObject({
      title: "Ann's",
      version: 1,
    });
  });

  test("calls that are started at once do not disturb each other", async () => {
    const outcome = await clubhouse.run(async ({ db }) => {
      const all = db.asSystem("t");
      const settled = await Promise.allSettled([
        all.create(tag, { label: "a" }),
        all.create(tag, { label: "a" }),
        all.find(tag),
        all.create(tag, { label: "b" }),
        all.update(project, ids.annProject, { points: 1 }),
      ]);
      expect(settled.map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "fulfilled",
        "fulfilled",
      ]);
    });
    expect(outcome.ok).toBe(true);
    expect(await clubhouse.labels()).toEqual(["a", "b"]);
  });

  test("is not acknowledged when PostgreSQL could not commit it", async () => {
    const error = refused(
      await clubhouse.run(async ({ db }) => {
        await db.asSystem("t").create(tag, { label: "a" });
        const raw = db.asSystem("t").sql({ tag });
        await sql`select 1 / 0`.execute(raw).catch(() => {});
      }),
    );
    expect(error.code).toBe("internal");
    expect(await clubhouse.labels()).toEqual([]);
  });

  test("is run again when it lost a deadlock, and both commands succeed", async () => {
    let arrivals = 0;
    let meet: () => void = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const other: Record<string, [string, string]> = {
      ann: [ids.annProject, ids.bobProject],
      bob: [ids.bobProject, ids.annProject],
    };
    const attempts: string[] = [];
    script.run = (async ({ db, caller }: Context) => {
      const name = caller.id as string;
      attempts.push(name);
      const all = db.asSystem("deadlock");
      const [first, second] = other[name] as [string, string];
      const before = await all.get(project, first, { lock: true });
      await all.update(project, first, { points: before.points + 1 });
      arrivals += 1;
      if (arrivals === 2) meet();
      await met;
      const next = await all.get(project, second, { lock: true });
      await all.update(project, second, { points: next.points + 1 });
    }) as typeof script.run;
    const outcomes = await Promise.all([clubhouse.call(ann, "act"), clubhouse.call(bob, "act")]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
    expect(attempts.length).toBe(3);
    expect(clubhouse.observations("transaction.retried")).toMatchObject([{ sqlState: "40P01", attempt: 1 }]);
    for (const id of [ids.annProject, ids.bobProject])
      expect(await clubhouse.trusted().get(project, id)).toMatchObject({ points: 2, version: 3 });
  });
});

describe("the row of a command", () => {
  test("is what the caller may read, and there is none for others", async () => {
    let seen: unknown;
    const look = (caller: Caller, id: string) =>
      clubhouse.run(
        ({ row }) => {
          seen = row;
          return row;
        },
        { caller, operation: "project.act", id },
      );
    expect((await look(ann, ids.annProject)).ok).toBe(true);
    expect(seen).toMatchObject({ id: ids.annProject, title: "Ann's", owner: ids.ann, points: 0 });
    expect(refused(await look(bob, ids.annProject)).code).toBe("not_found");
    expect(refused(await look(bob, randomUUID())).code).toBe("not_found");
  });

  test("must fulfil the rule of the command, whatever the order of refusals elsewhere", async () => {
    await clubhouse.trusted().update(project, ids.annProject, { sealed: true });
    const call = (preconditions: object) => {
      script.run = () => ({ id: ids.annProject });
      return clubhouse.call(ann, "project.act", { id: ids.annProject, preconditions });
    };
    expect(refused(await call({ ifMatch: [99] })).code).toBe("forbidden");
    await clubhouse.trusted().update(project, ids.annProject, { sealed: false });
    expect(refused(await call({ ifMatch: [99] })).code).toBe("precondition_failed");
    expect((await call({ ifMatch: [3] })).ok).toBe(true);
  });

  test("is locked: of 64 increments at once none is lost", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, () =>
        clubhouse.call(ann, "project.addPoints", { id: ids.annProject, input: { amount: 1 } }),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(64);
    expect(await clubhouse.trusted().get(project, ids.annProject)).toMatchObject({ points: 64, version: 65 });
    expect(clubhouse.observations("transaction.retried")).toEqual([]);
  });

  test("can be referred to by others while it is locked and changed", async () => {
    const codes: (string | undefined)[] = [];
    const outcome = await clubhouse.run(
      async ({ row, db }) => {
        await db.update(project, row.id, { points: 1 });
        const other = await clubhouse.call(ann, "task.create", {
          input: { project: row.id, title: "meanwhile" },
        });
        codes.push(other.ok ? undefined : other.error.code);
        return row;
      },
      { operation: "project.act", id: ids.annProject },
    );
    expect(outcome.ok).toBe(true);
    expect(codes).toEqual([undefined]);
  });

  test("can be locked by hand too", async () => {
    const increment = async ({ db }: Context) => {
      const found = await db.get(project, ids.annProject, { lock: true });
      await db.update(project, found.id, { points: found.points + 1 });
    };
    script.run = increment as typeof script.run;
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => clubhouse.call(ann, "act")));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(16);
    expect(await clubhouse.trusted().get(project, ids.annProject)).toMatchObject({ points: 16 });
  });
});

describe("the data in a handler", () => {
  test("is that of the caller: rules hold, and only doors' rules about input are set aside", async () => {
    const outcome = await clubhouse.run(async ({ db }) => {
      expect((await db.find(project)).data.map(({ title }) => title)).toEqual(["Ann's"]);
      expect((await rejection(db.update(project, ids.bobProject, { title: "x" }))).code).toBe("not_found");
      expect((await rejection(db.update(project, ids.annProject, { owner: ids.bob }))).code).toBe(
        "validation_failed",
      );
      expect(await db.get(member, ids.ann)).not.toHaveProperty("remark");
      expect(await db.asSystem("t").get(member, ids.ann)).toMatchObject({ remark: "quick" });
    });
    expect(outcome).toEqual({ ok: true, kind: "none" });
  });

  test("shows a handler what it has written itself", async () => {
    const outcome = await clubhouse.run(async ({ db }) => {
      const made = await db.create(task, { project: ids.annProject, title: "t" });
      expect((await db.get(project, ids.annProject, { expand: { tasks: true } })).tasks.data).toMatchObject([
        { id: made.id },
      ]);
      await db.update(task, made.id, { done: true }, { version: 1 });
      expect((await rejection(db.update(task, made.id, { done: false }, { version: 1 }))).code).toBe(
        "precondition_failed",
      );
      expect((await rejection(db.delete(task, made.id))).code).toBe("forbidden");
      expect((await db.find(task, { filter: { done: true } })).data).toHaveLength(1);
    });
    expect(outcome.ok).toBe(true);
  });

  test("as the system is observed with its reason, and the only way to hand-written SQL", async () => {
    const error = refused(
      await clubhouse.run(({ db }) => (db as never as { sql(tables: object): unknown }).sql({ tag })),
    );
    expect((error.cause as Error).message).toContain("asSystem");
    clubhouse.observed.length = 0;
    await clubhouse.run(async ({ db }) => db.asSystem("count the tags").find(tag));
    expect(clubhouse.observations("system.access")).toMatchObject([
      { reason: "count the tags", callerId: "ann" },
    ]);
  });

  test("hand-written SQL is observed like any other access of the system", async () => {
    await clubhouse.run(async ({ db }) => {
      await db.asSystem("raw").sql({ tag }).selectFrom("tag").selectAll().execute();
    });
    expect(clubhouse.observations("system.access")).toMatchObject([{ reason: "raw", callerId: "ann" }]);
  });
});

describe("a query", () => {
  test("cannot write, not even by hand", async () => {
    const attempts: ((context: Context) => unknown)[] = [
      ({ db }) => db.asSystem("t").create(tag, { label: "a" }),
      ({ db }) => sql`delete from members`.execute(db.asSystem("t").sql({ tag })),
      ({ db }) => db.update(project, ids.annProject, { title: "x" }),
    ];
    for (const attempt of attempts)
      expect(refused(await clubhouse.run(attempt, { operation: "look" })).code).toBe("internal");
    expect(await clubhouse.labels()).toEqual([]);
    expect((await clubhouse.database.pool.query("select count(*)::int as n from members")).rows).toEqual([
      { n: 2 },
    ]);
  });

  test("sees one state of the data from its first read to its last", async () => {
    const counts: number[] = [];
    await clubhouse.run(
      async ({ db }) => {
        counts.push((await db.asSystem("t").find(tag)).data.length);
        await clubhouse.trusted().create(tag, { label: "meanwhile" });
        counts.push((await db.asSystem("t").find(tag)).data.length);
      },
      { operation: "look" },
    );
    expect(counts).toEqual([0, 0]);
    expect(await clubhouse.labels()).toEqual(["meanwhile"]);
  });

  test("answers what it declared, and nothing that came along", async () => {
    const outcome = await clubhouse.run(
      async ({ db }) => ({
        ...(await db.asSystem("t").get(member, ids.ann)),
        title: "t",
        size: { width: 1, depth: 2 },
      }),
      { operation: "report" },
    );
    expect(outcome).toEqual({
      ok: true,
      kind: "value",
      value: { title: "t", size: { width: 1 }, names: null },
    });
  });
});

describe("the answer of a command", () => {
  test("is the record as its caller may read it, whatever the handler knows of it", async () => {
    await clubhouse.trusted().update(member, ids.bob, { listed: true, remark: "slow" });
    const seen = recordOf(await clubhouse.call(ann, "introduce", { input: { member: ids.bob } }));
    expect(seen).toMatchObject({ id: ids.bob, name: "Introduced", email: null });
    expect(seen).not.toHaveProperty("remark");
    expect(seen).not.toHaveProperty("secret");
    const full = recordOf(await clubhouse.call(staff, "introduce", { input: { member: ids.bob } }));
    expect(full).toMatchObject({ email: "bob@example.org", remark: "slow" });
  });

  test("is the id alone where the caller may not read the record", async () => {
    const seen = recordOf(await clubhouse.call(ann, "introduce", { input: { member: ids.bob } }));
    expect(seen).toEqual({ id: ids.bob });
  });

  test("can have relations", async () => {
    script.run = (async ({ db }: Context) => {
      await db.create(task, { project: ids.annProject, title: "t" });
      return { id: ids.annProject };
    }) as typeof script.run;
    const outcome = await clubhouse.call(ann, "project.act", {
      id: ids.annProject,
      read: { expand: ["tasks", "owner"] },
    });
    expect(recordOf(outcome)).toMatchObject({
      owner: { name: "Ann" },
      tasks: { data: [{ title: "t" }], hasMore: false },
    });
  });

  test("must be a record", async () => {
    for (const answer of [undefined, null, {}, { id: 5 }, "x"]) {
      const error = refused(
        await clubhouse.run(() => answer, { operation: "project.act", id: ids.annProject }),
      );
      expect(error.code).toBe("internal");
      expect((error.cause as Error).message).toContain('"project.act" must return a record of "project"');
    }
  });
});

describe("a caller who hangs up", () => {
  test("before the call is not served", async () => {
    const outcome = await clubhouse.app.run({
      door: "test",
      operation: clubhouse.model.operations.get("project.list") as never,
      requestId: "r",
      credentials: { kind: "caller", caller: ann },
      signal: AbortSignal.abort(),
    });
    expect(refused(outcome).code).toBe("deadline_exceeded");
  });

  test("during a command ends it at its next step, and all is undone", async () => {
    const gone = new AbortController();
    let seen: boolean | undefined;
    script.run = (async ({ db, signal }: Context) => {
      await db.asSystem("t").create(tag, { label: "a" });
      gone.abort();
      seen = signal.aborted;
      await db.asSystem("t").create(tag, { label: "b" });
    }) as typeof script.run;
    const outcome = await clubhouse.app.run({
      door: "test",
      operation: clubhouse.model.operations.get("act") as never,
      requestId: "r",
      credentials: { kind: "caller", caller: ann },
      signal: gone.signal,
    });
    expect(refused(outcome).code).toBe("deadline_exceeded");
    expect(seen).toBe(true);
    expect(await clubhouse.labels()).toEqual([]);
  });
});

test("a call reports its ending once, with its caller, its statements and its error", async () => {
  await clubhouse.run(async ({ db }) => void (await db.find(note)));
  const ended = clubhouse.observations("call.ended");
  expect(ended).toMatchObject([
    { operation: "note.list", door: "handler", callerId: "ann", statements: 1 },
    { operation: "act", door: "test", callerId: "ann" },
  ]);
  clubhouse.observed.length = 0;
  await clubhouse.run(({ fail }) => fail("tooMany"));
  expect(clubhouse.observations("call.ended")).toMatchObject([
    { operation: "act", error: { code: "too_many" } },
  ]);
});

test("a call counts the statements of its handler's calls and of hand-written SQL, and overlapping waits once", async () => {
  await clubhouse.run(async ({ db }) => {
    await Promise.all([db.find(note), db.find(note), db.find(note)]);
    const sql = db.asSystem("count the notes").sql({ note });
    await sql.selectFrom("note").select("id").execute();
  });
  const ended = clubhouse.observations("call.ended");
  expect(ended.map(({ operation, statements }) => [operation, statements])).toEqual([
    ["note.list", 1],
    ["note.list", 1],
    ["note.list", 1],
    ["act", 4],
  ]);
  for (const { sqlMs, tookMs } of ended) {
    expect(sqlMs).toBeGreaterThan(0);
    expect(sqlMs).toBeLessThanOrEqual(tookMs);
  }
});
