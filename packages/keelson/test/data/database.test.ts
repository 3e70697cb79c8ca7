import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { system, user } from "../../src/base/caller.ts";
import { KeelsonError } from "../../src/base/error.ts";
import { type DatabaseOptions, openDatabase } from "../../src/data/database.ts";
import { translateDatabaseError } from "../../src/data/database-error.ts";
import { createRecord, readList } from "../../src/data/execute.ts";
import type { Statement } from "../../src/data/transaction.ts";
import { everyone } from "../../src/declare/access.ts";
import { backend } from "../../src/declare/backend.ts";
import { integer, text } from "../../src/declare/field.ts";
import { resource } from "../../src/declare/resource.ts";
import { linkModel } from "../../src/model/link-model.ts";
import type { Observation } from "../../src/observe/observation.ts";
import { openTestData, type TestData } from "../support/test-data.ts";
import { textRows } from "../support/text-rows.ts";

const counter = resource("counter", {
  fields: { name: text().unique(), value: integer().default(0) },
  access: { read: everyone },
});
const model = linkModel(backend({ name: "counters", resources: [counter] }));

let data: TestData;
beforeAll(async () => {
  data = await openTestData(model);
});
afterAll(() => data?.close());

/** Another pool on the same database, closed when the block ends. */
async function pool(options: Partial<DatabaseOptions> = {}) {
  const observed: Observation[] = [];
  const observe = (observation: Observation) => void observed.push(observation);
  const database = await openDatabase({ url: data.url, observe, applicationName: "test", ...options });
  return { database, observed, [Symbol.asyncDispose]: () => database.close() };
}

const plain = (statement: string): Statement => ({ name: "", text: statement });

/** How a call would be told of what was thrown. */
async function refusal(work: Promise<unknown>): Promise<KeelsonError> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => translateDatabaseError(error, model, () => true),
  );
  if (!(thrown instanceof KeelsonError))
    throw new Error("was not refused in terms of the catalogue", { cause: thrown });
  return thrown;
}

/** Ends the backends of a pool as an administrator would. */
const terminate = (pids: readonly unknown[]) =>
  data.query("select pg_terminate_backend(pid) from unnest($1::int[]) as pid", [pids]);

describe("the pool", () => {
  test("gives up waiting for a connection: overloaded, and whoever waits less long gets one", async () => {
    await using one = await pool({ poolSize: 1, acquireTimeoutMs: 150 });
    const { database } = one;
    const busy = database.run(plain("select pg_sleep(0.5)"), [], textRows);
    const error = await refusal(database.run(plain("select 1"), [], textRows));
    expect(error).toMatchObject({ code: "overloaded", status: 503, headers: { "retry-after": "2" } });
    await busy;
    expect(await database.run(plain("select 1"), [], textRows)).toEqual([["1"]]);
  });

  test("a connection that ends while a statement runs: unavailable, and the next call works", async () => {
    await using one = await pool({ poolSize: 1 });
    const { database } = one;
    const [[pid]] = (await database.run(plain("select pg_backend_pid()"), [], textRows)) as unknown as [
      [string],
    ];
    const running = refusal(database.run(plain("select pg_sleep(5)"), [], textRows));
    await expect
      .poll(
        async () =>
          (await data.query("select 1 from pg_stat_activity where pid = $1 and state = 'active'", [pid]))
            .length,
      )
      .toBe(1);
    await terminate([pid]);
    expect(await running).toMatchObject({ code: "unavailable", status: 503 });
    const [[next]] = (await database.run(plain("select pg_backend_pid()"), [], textRows)) as unknown as [
      [string],
    ];
    expect(next).not.toBe(pid);
  });

  test("a connection that ends between two statements of a transaction ends only that transaction", async () => {
    await using one = await pool({ poolSize: 1 });
    const { database } = one;
    const work = database.transaction("write", async (tx) => {
      const [[pid]] = (await tx.run(plain("select pg_backend_pid()"), [], textRows)) as unknown as [[string]];
      await tx.query("insert into counters (id, name) values (gen_random_uuid(), 'lost')", []);
      await terminate([pid]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return tx.run(plain("select 1"), [], textRows);
    });
    expect(await refusal(work)).toMatchObject({ code: "unavailable" });
    expect(
      await database.run(plain("select count(*)::int from counters where name = 'lost'"), [], textRows),
    ).toEqual([["0"]]);
  });

  test("connections that end while idle are replaced, and that is observed", async () => {
    await using one = await pool({ poolSize: 2 });
    const { database, observed } = one;
    const [[pid]] = (await database.run(plain("select pg_backend_pid()"), [], textRows)) as unknown as [
      [string],
    ];
    await terminate([pid]);
    await expect.poll(() => observed.filter(({ type }) => type === "pool.error").length).toBe(1);
    expect(await database.run(plain("select 1"), [], textRows)).toEqual([["1"]]);
  });

  test("an answer that never comes does not hold a connection for ever", async () => {
    await using one = await pool({ poolSize: 1, answerTimeoutMs: 200 });
    const { database } = one;
    const [[pid]] = (await database.run(plain("select pg_backend_pid()"), [], textRows)) as unknown as [
      [string],
    ];
    const stuck = database.transaction("write", (tx) => tx.query("select pg_sleep(3)", []));
    expect(await refusal(stuck)).toMatchObject({ code: "unavailable" });
    const [[next]] = (await database.run(plain("select pg_backend_pid()"), [], textRows)) as unknown as [
      [string],
    ];
    expect(next).not.toBe(pid);
    await terminate([pid]);
  });
});

describe("limits of time", () => {
  test("a statement that takes too long is ended: deadline_exceeded", async () => {
    await using one = await pool({ statementTimeoutMs: 100 });
    const error = await refusal(one.database.run(plain("select pg_sleep(5)"), [], textRows));
    expect(error).toMatchObject({ code: "deadline_exceeded", status: 504 });
  });

  test("a lock that is not to be had in time is a conflict", async () => {
    await using one = await pool({ lockTimeoutMs: 100 });
    await data.query("insert into counters (id, name) values (gen_random_uuid(), 'locked')");
    const lock = plain("select value from counters where name = 'locked' for update");
    await one.database.transaction("write", async (holder) => {
      await holder.run(lock, [], textRows);
      const error = await refusal(one.database.transaction("write", (tx) => tx.run(lock, [], textRows)));
      expect(error).toMatchObject({ code: "conflict", status: 409, headers: { "retry-after": "1" } });
    });
  });

  test("a transaction that is left open is ended by the server", async () => {
    await using one = await pool({ idleInTransactionTimeoutMs: 100 });
    const work = one.database.transaction("write", async (tx) => {
      await tx.query("select 1", []);
      await new Promise((resolve) => setTimeout(resolve, 400));
      await tx.query("select 1", []);
    });
    expect(await refusal(work)).toMatchObject({ code: "unavailable" });
    expect(await one.database.run(plain("select 1"), [], textRows)).toEqual([["1"]]);
  });
});

describe("transactions", () => {
  const put = (name: string) =>
    [`insert into counters (id, name) values (gen_random_uuid(), $1)`, [name]] as const;
  const names = async (like: string) =>
    (await data.query("select name from counters where name like $1 order by name", [like])).map(
      (row) => row.name,
    );

  test("what a handler starts at once takes turns, and a failure undoes only its own part", async () => {
    const settled = await data.database.transaction("write", (tx) =>
      Promise.allSettled(
        ["turn-a", "turn-b", "turn-a", "turn-c"].map((name) =>
          tx.nested(async (inner) => {
            await inner.query(...put(name));
            await inner.query("select 1", []);
            return name;
          }),
        ),
      ),
    );
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(await names("turn-%")).toEqual(["turn-a", "turn-b", "turn-c"]);
  });

  test("savepoints nest", async () => {
    await data.database.transaction("write", (tx) =>
      tx.nested(async (outer) => {
        await outer.query(...put("nest-a"));
        await outer
          .nested(async (inner) => {
            await inner.query(...put("nest-b"));
            throw new Error("undo");
          })
          .catch(() => {});
        await outer.query(...put("nest-c"));
      }),
    );
    expect(await names("nest-%")).toEqual(["nest-a", "nest-c"]);
  });

  test("what is not waited for is part of the transaction, and nothing runs after its end", async () => {
    let late: Promise<unknown> | undefined;
    await data.database.transaction("write", async (tx) => {
      void tx.nested((inner) => inner.query(...put("float-a")));
      late = new Promise((resolve) => {
        setTimeout(() => resolve(tx.query(...put("float-b"))), 50);
      });
      late.catch(() => {});
    });
    await expect(late).rejects.toThrow("the transaction has ended");
    expect(await names("float-%")).toEqual(["float-a"]);
  });

  test("a failure refuses what has not begun", async () => {
    const parts: Promise<unknown>[] = [];
    const work = data.database.transaction("write", async (tx) => {
      for (const name of ["fail-a", "fail-b", "fail-c"]) parts.push(tx.query(...put(name)));
      throw new Error("stop");
    });
    for (const part of parts) part.catch(() => {});
    await expect(work).rejects.toThrow("stop");
    await Promise.allSettled(parts);
    expect(await names("fail-%")).toEqual([]);
  });

  test("the commit of a transaction that had failed is not taken for one", async () => {
    const work = data.database.transaction("write", async (tx) => {
      await tx.query(...put("swallowed"));
      await tx.query("select 1 / 0", []).catch(() => {});
      return "done";
    });
    expect(await refusal(work)).toMatchObject({ code: "internal" });
    expect(await names("swallowed")).toEqual([]);
  });

  test("reads do not write", async () => {
    const work = data.database.transaction("read", (tx) => tx.query(...put("read-only")));
    await expect(work).rejects.toMatchObject({ code: "25006" });
    expect(await names("read-only")).toEqual([]);
  });

  test("a serialization failure is tried again, and given up in the end", async () => {
    await using one = await pool();
    let attempts = 0;
    const fail = async (tx: { query(text: string, values: readonly unknown[]): Promise<unknown> }) => {
      attempts += 1;
      await tx.query("do $$ begin raise exception 'raced' using errcode = '40001'; end $$", []);
    };
    expect(await refusal(one.database.transaction("write", fail))).toMatchObject({ code: "conflict" });
    expect(attempts).toBe(4);
    expect(one.observed.map((each) => each.type === "transaction.retried" && each.sqlState)).toEqual([
      "40001",
      "40001",
      "40001",
    ]);
  });

  test("values of hand-written SQL come as the API shows them", async () => {
    const { rows } = await data.database.transaction("read", (tx) =>
      tx.query(
        "select '2026-11-21 09:00:00.123456+00'::timestamptz as at, '0001-02-03'::date as day, 9007199254740993 as big, 1.50 as exact, '{\"a_b\": 1}'::jsonb as json",
        [],
      ),
    );
    expect(rows).toEqual([
      {
        at: "2026-11-21T09:00:00.123456Z",
        day: "0001-02-03",
        big: "9007199254740993",
        exact: "1.50",
        json: { a_b: 1 },
      },
    ]);
  });
});

describe("statements without end", () => {
  const caller = user("u");

  test("plans are kept up to a limit, and prepared only when they come again", async () => {
    await using one = await pool({ poolSize: 1 });
    const execution = { ...data.execution(caller), session: one.database };
    const list = (limit: number) =>
      readList(execution, {
        resource: "counter",
        nodes: [{ kind: "field", as: "id", field: "id" }],
        filter: undefined,
        order: [],
        page: { limit, direction: "forward" },
      });
    const prepared = async () =>
      (
        (await one.database.run(
          plain("select count(*)::int from pg_prepared_statements"),
          [],
          textRows,
        )) as unknown as [[string]]
      )[0][0];
    for (let limit = 1; limit <= 600; limit += 1) await list(limit);
    expect(data.plans.size).toBeLessThanOrEqual(500);
    expect(await prepared()).toBe("0");
    for (let limit = 590; limit <= 600; limit += 1) await list(limit);
    expect(await prepared()).toBe("11");
  });

  test("a connection with too many prepared statements is replaced", async () => {
    await using one = await pool({ poolSize: 1 });
    const pid = async () =>
      (
        (await one.database.run(plain("select pg_backend_pid()"), [], textRows)) as unknown as [[string]]
      )[0][0];
    const first = await pid();
    const run = (n: number) => one.database.run({ name: `s${n}`, text: `select ${n}` }, [], textRows);
    for (let n = 0; n < 1_000; n += 1) await run(n);
    expect(await pid()).toBe(first);
    for (let n = 1_000; n < 1_005; n += 1) expect(await run(n)).toEqual([[String(n)]]);
    expect(await pid()).not.toBe(first);
  });

  test("a statement that failed to be prepared is prepared the next time", async () => {
    await using one = await pool({ poolSize: 1 });
    const statement = { name: "later", text: "select * from later_table" };
    await expect(one.database.run(statement, [], textRows)).rejects.toMatchObject({ code: "42P01" });
    await data.query("create table later_table as select 7 as n");
    expect(await one.database.run(statement, [], textRows)).toEqual([["7"]]);
    expect(await one.database.run(statement, [], textRows)).toEqual([["7"]]);
  });

  test("a column that is added while statements are prepared does not break them", async () => {
    await using one = await pool({ poolSize: 1 });
    const execution = { ...data.execution(system("test")), session: one.database };
    const put = (name: string) =>
      createRecord(execution, {
        resource: model.resources.get("counter") as never,
        data: { id: crypto.randomUUID(), name },
        nodes: [{ kind: "field", as: "name", field: "name" }],
      });
    for (const name of ["before-1", "before-2", "before-3"]) await put(name);
    await data.query("alter table counters add column added text not null default ''");
    expect((await put("after-1")).json).toBe('{"name":"after-1"}');
  });
});
