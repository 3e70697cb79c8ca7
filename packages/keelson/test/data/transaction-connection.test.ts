import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { user } from "../../src/base/caller.ts";
import type { Database } from "../../src/data/database.ts";
import { openDatabase } from "../../src/data/database.ts";
import type { Statement, Transaction } from "../../src/data/transaction.ts";
import { observeNothing } from "../../src/observe/observation.ts";
import { account, ledger } from "../operation/idempotency/ledger-model.ts";
import { hasPgBouncer, type PgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { textRows } from "../support/text-rows.ts";

let backend: TestBackend;
let pooler: PgBouncer | undefined;
const asked = vi.spyOn(pg.Client.prototype, "query");

beforeAll(async () => {
  backend = await openTestBackend(ledger);
  await backend.database.pool.query(`
    create table notes (id integer primary key deferrable initially deferred, text text not null)`);
  if (hasPgBouncer) pooler = await startPgBouncer(backend.url, 2);
});
afterAll(async () => {
  await pooler?.[Symbol.asyncDispose]();
  await backend?.close();
  asked.mockRestore();
});

const statement = (text: string): Statement => ({
  name: `t_${text.replace(/\W+/g, "_").slice(0, 50)}`,
  text,
});
const put = (tx: Transaction, id: number, text: string | null = "x") =>
  tx.run(statement("insert into notes values ($1, $2) returning id"), [id, text], textRows);
const failing = (tx: Transaction) => tx.run(statement("select 1 / 0"), [], textRows);

/** How often the server was asked something and waited for. */
async function waysOf(work: () => Promise<unknown>): Promise<number> {
  asked.mockClear();
  await work();
  return asked.mock.calls.length;
}

const urls: readonly (readonly [string, () => string | undefined])[] = [
  ["directly", () => backend.url],
  ["through a transaction pooler", () => pooler?.url],
];

describe.each(urls)("a transaction, %s", (_how, urlOf) => {
  let database: Database;
  beforeAll(async () => {
    const url = urlOf();
    if (!url) return;
    database = await openDatabase({ url, observe: observeNothing, applicationName: "test", poolSize: 1 });
    // A new connection is asked for its settings first.
    await database.run(statement("select 1"), [], textRows);
  });
  afterAll(() => database?.close());
  beforeEach(async (context) => {
    if (!urlOf()) return context.skip();
    await backend.database.pool.query("truncate notes");
  });
  const ids = async () =>
    (await backend.database.pool.query("select id from notes order by id")).rows.map(({ id }) => id);

  test("goes to the server once for each statement and once to commit, and its savepoints with them", async () => {
    const work = () =>
      database.transaction("write", async (tx) => {
        await put(tx, 1);
        await tx.nested((inner) => put(inner, 2));
        await tx.nested((inner) => inner.nested((innermost) => put(innermost, 3)));
        await tx.nested(async () => {});
      });
    expect(await waysOf(work)).toBe(4);
    expect(await ids()).toEqual([1, 2, 3]);
  });

  test("commits along with its last statement, which waits for what was started before", async () => {
    let started: Promise<unknown> | undefined;
    const work = () =>
      database.transaction("write", async (tx) => {
        started = put(tx, 1);
        const answer = await tx.runLast(statement("select count(*) from notes"), [], textRows);
        await expect(tx.run(statement("select 1"), [], textRows)).rejects.toThrow(
          "the transaction has ended",
        );
        return answer;
      });
    expect(await waysOf(async () => expect(await work()).toEqual([["1"]]))).toBe(2);
    await started;
    expect(await ids()).toEqual([1]);
  });

  test("in which nothing is run is none", async () => {
    expect(await waysOf(() => database.transaction("write", async () => 5))).toBe(0);
    const nested = (tx: Transaction) => tx.nested(() => Promise.reject(new Error("no")));
    expect(await waysOf(() => expect(database.transaction("write", nested)).rejects.toThrow("no"))).toBe(0);
  });

  test("whose first statement fails is undone, and the connection is as good as new", async () => {
    await expect(database.transaction("write", failing)).rejects.toMatchObject({ code: "22012" });
    await expect(database.transaction("write", (tx) => put(tx, 1, null))).rejects.toMatchObject({
      code: "23502",
    });
    await database.transaction("write", (tx) => put(tx, 2));
    expect(await ids()).toEqual([2]);
  });

  test("whose last statement fails, also at the commit, is undone", async () => {
    const last = (text: string) =>
      database.transaction("write", async (tx) => {
        await put(tx, 1);
        await tx.runLast(statement(text), [], textRows);
      });
    await expect(last("select 1 / 0")).rejects.toMatchObject({ code: "22012" });
    // Judged at the commit only.
    await expect(last("insert into notes values (1, 'again')")).rejects.toMatchObject({ code: "23505" });
    expect(await ids()).toEqual([]);
    await database.transaction("write", (tx) => put(tx, 2));
    expect(await ids()).toEqual([2]);
  });

  test("reads what was sent along, whatever becomes of the statement that it came with", async () => {
    const seen: string[][][] = [];
    const along = (tx: Transaction, text: string) =>
      tx.sendAlong(statement(text), ["1"], (rows) => void seen.push(textRows(rows) as string[][]));
    const work = () =>
      database.transaction("write", async (tx) => {
        along(tx, "select $1::text, current_setting('lock_timeout')");
        expect(await put(tx, 1)).toEqual([["1"]]);
        await tx
          .nested((inner) => {
            along(inner, "select $1::text || '!'");
            return expect(put(inner, 2, null)).rejects.toMatchObject({ code: "23502" });
          })
          .catch(() => {});
      });
    await expect(work()).rejects.toMatchObject({ code: "internal" });
    expect(seen).toEqual([[["1", "2s"]], [["1!"]]]);
    const broken = database.transaction("write", (tx) => {
      along(tx, "select $1::integer / 0");
      return put(tx, 3);
    });
    await expect(broken).rejects.toMatchObject({ code: "22012" });
    expect(seen).toHaveLength(2);
    expect(await ids()).toEqual([]);
  });

  test("leads back to a savepoint from any depth, and only from there", async () => {
    await database.transaction("write", async (tx) => {
      await put(tx, 1);
      await tx.nested(async (inner) => {
        await put(inner, 2);
        await inner.nested((innermost) => put(innermost, 3));
        await expect(inner.nested(failing)).rejects.toMatchObject({ code: "22012" });
        await put(inner, 4);
      });
      const undone = tx.nested(async (inner) => {
        await put(inner, 5);
        await inner.nested((innermost) => put(innermost, 6));
        throw new Error("undone");
      });
      await expect(undone).rejects.toThrow("undone");
      await tx.query("insert into notes values (7, 'free')", []);
      await expect(tx.nested((inner) => inner.query("select 1 / 0", []))).rejects.toMatchObject({
        code: "22012",
      });
      await put(tx, 8);
    });
    expect(await ids()).toEqual([1, 2, 3, 4, 7, 8]);
  });

  test("that failed outside of a savepoint is never acknowledged", async () => {
    const work = (end: (tx: Transaction) => Promise<unknown>) =>
      database.transaction("write", async (tx) => {
        await put(tx, 1);
        await failing(tx).catch(() => {});
        await end(tx);
      });
    await expect(work(async () => {})).rejects.toMatchObject({ code: "internal" });
    await expect(work((tx) => tx.nested((inner) => put(inner, 2)))).rejects.toMatchObject({ code: "25P02" });
    await expect(work((tx) => tx.runLast(statement("select 1"), [], textRows))).rejects.toMatchObject({
      code: "25P02",
    });
    expect(await ids()).toEqual([]);
  });

  test("has its settings, and leaves none behind", async () => {
    const setting = statement(
      "select current_setting('lock_timeout'), current_setting('transaction_isolation')",
    );
    const read = await database.transaction("read", (tx) => tx.run(setting, [], textRows));
    expect(read).toEqual([["2s", "repeatable read"]]);
    await expect(database.transaction("read", (tx) => put(tx, 1))).rejects.toMatchObject({ code: "25006" });
    expect(await database.run(setting, [], textRows)).toEqual([["2s", "read committed"]]);
  });
});

describe("ways to the server", () => {
  const caller = user("payer");
  const ways = async (operation: string, part: object): Promise<number> => {
    const call = async () => {
      const outcome = await backend.call(caller, operation, part);
      if (!outcome.ok) throw outcome.error;
    };
    return waysOf(call);
  };

  test("a write takes one, and with a key one more", async () => {
    const input = { reference: "r", amount: 1 };
    expect(await ways("payment.create", { input })).toBe(1);
    expect(await ways("payment.create", { input, idempotencyKey: "one" })).toBe(2);
    const { id } = await backend.trusted().create(account, {});
    expect(await ways("account.update", { id, input: { balance: 1 } })).toBe(1);
    expect(await ways("account.update", { id, input: { balance: 2 }, idempotencyKey: "two" })).toBe(2);
  });

  test("a command takes one for each statement; it begins and commits along with them", async () => {
    const { id } = await backend.trusted().create(account, {});
    // The row, two writes, the answer, and the record of the key.
    expect(await ways("account.deposit", { id, input: { reference: "r" }, idempotencyKey: "three" })).toBe(5);
  });
});
