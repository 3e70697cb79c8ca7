import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { anonymous, type Caller, user } from "../../../src/base/caller.ts";
import { removeExpiredKeys } from "../../../src/data/idempotency-records.ts";
import { maxKeptBytes } from "../../../src/operation/idempotency/stored-answer.ts";
import type { Outcome } from "../../../src/operation/outcome.ts";
import { openTestBackend, type TestBackend } from "../../support/test-backend.ts";
import { hooks, ticket, tickets } from "./ticket-model.ts";

const ann = user("ann");
const bob = user("bob");
const staff = user("sue", ["staff"]);

let backend: TestBackend;
let key: string;

beforeAll(async () => {
  backend = await openTestBackend(tickets, { lockTimeoutMs: 500 });
});
afterAll(() => backend?.close());
beforeEach(async () => {
  key = randomUUID();
  backend.observed.length = 0;
  await backend.database.pool.query("truncate tickets, keelson.idempotency_keys");
});
afterEach(() => {
  hooks.during = async () => {};
});

const input = { owner: "ann", title: "Leak" };
const create = (part: object = {}, caller: Caller = ann): Promise<Outcome> =>
  backend.call(caller, "ticket.create", { input, idempotencyKey: key, ...part });
const close = (id: string, caller: Caller = ann): Promise<Outcome> =>
  backend.call(caller, "ticket.close", { id, idempotencyKey: key });
const stored = () => backend.trusted().find(ticket, { sort: "createdAt" });
const count = async () => (await stored()).data.length;
const newTicket = async (owner = "ann") => (await backend.trusted().create(ticket, { ...input, owner })).id;
const keys = async () => (await backend.database.pool.query("select * from keelson.idempotency_keys")).rows;
const codeOf = (outcome: Outcome) => (outcome.ok ? undefined : outcome.error.code);

/** The same answer, and marked as one that was given before. */
function expectRepeated(again: Outcome, first: Outcome): void {
  expect(first).not.toHaveProperty("replayed");
  const { replayed, ...rest } = again;
  expect(replayed).toEqual({ requestId: expect.any(String) });
  expect(JSON.stringify(rest)).toBe(JSON.stringify(first));
  if (!first.ok && !again.ok) expect({ ...again.error }).toEqual({ ...first.error });
}

describe("the same request with the same key", () => {
  test("creates one record and is answered as before, whatever became of the record", async () => {
    const first = await create();
    const { data } = await stored();
    await backend.trusted().update(ticket, data[0]?.id ?? "", { title: "Changed" });
    expectRepeated(await create(), first);
    expectRepeated(await create({ input: { title: "Leak", owner: "ann" } }), first);
    expect(await count()).toBe(1);
    expect(backend.observed.filter(({ type }) => type === "idempotency.replayed")).toHaveLength(2);
  });

  test("changes and deletes once", async () => {
    const id = await newTicket();
    const update = () =>
      backend.call(ann, "ticket.update", {
        id,
        input: { title: "Flood" },
        preconditions: { ifMatch: [1] },
        idempotencyKey: key,
      });
    const updated = await update();
    expect(updated).toMatchObject({ ok: true, version: 2 });
    expectRepeated(await update(), updated);
    const remove = () => backend.call(ann, "ticket.delete", { id, idempotencyKey: key });
    const removed = await remove();
    expect(removed).toEqual({ ok: true, kind: "none" });
    expectRepeated(await remove(), removed);
  });

  test("runs a command once, whatever it answers", async () => {
    const id = await newTicket();
    const counted = await backend.call(ann, "ticket.count", { id, idempotencyKey: key });
    expect(counted).toMatchObject({ ok: true, value: { count: 1 } });
    expectRepeated(await backend.call(ann, "ticket.count", { id, idempotencyKey: key }), counted);
    const closed = await close(id);
    expectRepeated(await close(id), closed);
    // The ticket is bob's then; that it was given away is nothing that ann could not be told again.
    const give = () => backend.call(ann, "ticket.give", { id, input: { to: "bob" }, idempotencyKey: key });
    expectRepeated(await give().then(() => give()), { ok: true, kind: "none" });
    expect((await stored()).data).toMatchObject([{ count: 2, closed: true, owner: "bob" }]);
  });

  test("may not be read by its caller: then neither can the answer", async () => {
    const first = await create({ input: { ...input, owner: "everyone" } });
    expect(first).toMatchObject({ ok: true, json: expect.stringMatching(/^\{"id":"[^"]+"\}$/) });
    expectRepeated(await create({ input: { ...input, owner: "everyone" } }), first);
  });
});

describe("a key belongs to one caller and one operation", () => {
  test("another caller's is another one", async () => {
    await create();
    expect(await create({ input: { ...input, owner: "bob" } }, bob)).not.toHaveProperty("replayed");
    const namesake = user("ann", [], { iss: "https://other.example" });
    expect(await create({}, namesake)).not.toHaveProperty("replayed");
    expect(await count()).toBe(3);
  });

  test("another operation's is another one", async () => {
    await create();
    expect(await close(await newTicket())).not.toHaveProperty("replayed");
  });

  test.each([
    ["input", { input: { ...input, title: "Other" } }],
    ["selection", { read: { fields: ["id"] } }],
  ])("another %s is another request", async (_what, part) => {
    await create();
    expect(await create(part)).toMatchObject({ error: { code: "idempotency_key_reused", status: 422 } });
    expect(await count()).toBe(1);
    expect(backend.observed.some(({ type }) => type === "idempotency.reused")).toBe(true);
  });

  test("another record or version is another request", async () => {
    const [one, other] = [await newTicket(), await newTicket()];
    await close(one);
    expect(codeOf(await close(other))).toBe("idempotency_key_reused");
    const versioned = { id: one, idempotencyKey: key, preconditions: { ifMatch: [3] } };
    expect(codeOf(await backend.call(ann, "ticket.close", versioned))).toBe("idempotency_key_reused");
  });

  test("reads have no use for one", async () => {
    for (const title of ["a", "b"])
      expect(
        await backend.call(ann, "ticket.list", {
          read: { sort: title === "a" ? "id" : "-id" },
          idempotencyKey: key,
        }),
      ).toMatchObject({ ok: true });
    expect(await keys()).toEqual([]);
  });
});

describe("what is kept", () => {
  test("what a handler decided, after all that it did was undone", async () => {
    const id = await newTicket();
    await backend.trusted().update(ticket, id, { closed: true });
    const refused = await close(id);
    expect(refused).toMatchObject({ error: { code: "already_closed", members: { count: 0 } } });
    await backend.trusted().update(ticket, id, { closed: false });
    expectRepeated(await close(id), refused);
    expect((await stored()).data).toMatchObject([{ count: 0, closed: false }]);
  });

  test("of an answer that is too long the fact: the effect is had once, and a record is given as it is", async () => {
    const id = await newTicket();
    const copy = (copies: number) =>
      backend.call(ann, "ticket.export", { id, input: { copies }, idempotencyKey: `${key}-${copies}` });
    const most = maxKeptBytes / "Leak".length;
    const whole = await copy(most - 10);
    expectRepeated(await copy(most - 10), whole);
    expect(await copy(most)).toMatchObject({ ok: true });
    expect(await copy(most)).toMatchObject({ error: { code: "idempotency_answer_too_large", status: 409 } });
    expect((await stored()).data).toMatchObject([{ count: 2 }]);
    expect(await close(id)).toMatchObject({ ok: true });
    // As if the record had been longer than may be kept.
    await backend.database.pool.query(
      `update keelson.idempotency_keys set body = null,
         answer = (answer::jsonb || '{"cut": true, "format": 2}')::text where operation = 'ticket.close'`,
    );
    await backend.trusted().update(ticket, id, { title: "Now" });
    const again = await close(id);
    expect(again).toMatchObject({ ok: true, replayed: {} });
    expect(again.ok && again.kind === "record" && JSON.parse(again.json)).toMatchObject({
      title: "Now",
      count: 3,
    });
    expect(Math.max(...(await keys()).map(({ body }) => (body ?? "").length))).toBeLessThanOrEqual(
      maxKeptBytes,
    );
  });

  test("nothing of what failed before or without a decision: it had no effect, and may succeed later", async () => {
    const taken = { input: { ...input, code: "A" } };
    const { id } = await backend.trusted().create(ticket, { ...input, owner: "bob", code: "A" });
    expect(codeOf(await create(taken))).toBe("unique_violation");
    expect(codeOf(await create({ input: { title: 1 } }))).toBe("validation_failed");
    expect(codeOf(await create({ input: { ...input, owner: "bob" } }))).toBe("forbidden");
    hooks.during = () => Promise.reject(new Error("a bug"));
    const own = await newTicket();
    expect(codeOf(await close(own))).toBe("internal");
    expect(await keys()).toEqual([]);
    await backend.trusted().delete(ticket, id);
    hooks.during = async () => {};
    expect(await create(taken)).toMatchObject({ ok: true, created: true });
    expect(await close(own)).toMatchObject({ ok: true });
  });

  test("for its time only; then the key is a new one, and what is left is removed in batches", async () => {
    await create();
    for (const other of [randomUUID(), randomUUID()]) await create({ idempotencyKey: other });
    await backend.database.pool.query("update keelson.idempotency_keys set expires_at = now()");
    expect(await create()).not.toHaveProperty("replayed");
    expect(await count()).toBe(4);
    expect(await removeExpiredKeys(backend.database, 1)).toBe(1);
    expect(await removeExpiredKeys(backend.database, 10)).toBe(1);
    expect(await keys()).toMatchObject([{ key, caller: "ann", operation: "ticket.create" }]);
  });
});

describe("who is answered again", () => {
  test("only who may still read what was answered", async () => {
    await create();
    const id = (await stored()).data[0]?.id ?? "";
    await backend.trusted().update(ticket, id, { owner: "bob" });
    expect(codeOf(await create())).toBe("not_found");
    await backend.trusted().update(ticket, id, { owner: "ann" });
    expect(await create()).toMatchObject({ ok: true, replayed: {} });
    await backend.trusted().delete(ticket, id);
    expect(codeOf(await create())).toBe("not_found");
    expect(await count()).toBe(0);
  });

  test("only what they may read: with other roles the record as they see it now", async () => {
    const promoted = user("ann", ["staff"]);
    await create({}, promoted);
    const again = await create();
    expect(again).toMatchObject({ ok: true, created: true, replayed: {} });
    expect(JSON.parse(again.ok && again.kind === "record" ? again.json : "")).not.toHaveProperty("remark");
    const id = await newTicket();
    const call = (caller: Caller) => backend.call(caller, "ticket.count", { id, idempotencyKey: key });
    expect(await call(promoted)).toMatchObject({ ok: true });
    expect(codeOf(await call(ann))).toBe("forbidden");
  });

  test("only who may still call the operation", async () => {
    const issue = (caller: Caller) =>
      backend.call(caller, "ticket.issue", { input: { titles: 2 }, idempotencyKey: key });
    const first = await issue(staff);
    expect(codeOf(await issue(user("sue")))).toBe("forbidden");
    expectRepeated(await issue(staff), first);
    expect(await count()).toBe(2);
  });
});

describe("keys", () => {
  test("are missing where they are required", async () => {
    const issue = (part: object) => backend.call(staff, "ticket.issue", { input: { titles: 1 }, ...part });
    expect(await issue({})).toMatchObject({ error: { code: "idempotency_key_missing", status: 400 } });
    expect(await issue({ idempotencyKey: key })).toMatchObject({ ok: true });
  });

  test.each([
    ["empty", ""],
    ["too long", "k".repeat(256)],
    ["beyond ASCII", "schlüssel"],
    ["with a line break", "a\nb"],
  ])("that are %s are refused", async (_what, idempotencyKey) => {
    expect(await create({ idempotencyKey })).toMatchObject({
      error: { code: "idempotency_key_invalid", status: 400 },
    });
  });

  test("of 255 characters are good, and without a token those of 16", async () => {
    expect(await create({ idempotencyKey: "k".repeat(255) })).toMatchObject({ ok: true });
    const nobody = { input: { ...input, owner: "everyone" } };
    expect(codeOf(await create({ ...nobody, idempotencyKey: "k".repeat(15) }, anonymous))).toBe(
      "idempotency_key_invalid",
    );
    const first = await create({ ...nobody, idempotencyKey: "k".repeat(16) }, anonymous);
    expectRepeated(await create({ ...nobody, idempotencyKey: "k".repeat(16) }, anonymous), first);
  });
});

describe("at the same time", () => {
  test("one of many has the effect, and all have its answer", async () => {
    const id = await newTicket();
    hooks.during = () => new Promise((resolve) => setTimeout(resolve, 30));
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => close(id)));
    const first = outcomes.filter(({ replayed }) => replayed === undefined);
    expect(first).toHaveLength(1);
    for (const outcome of outcomes) expect({ ...outcome, replayed: 0 }).toEqual({ ...first[0], replayed: 0 });
    expect((await stored()).data).toMatchObject([{ count: 1 }]);
  });

  test("what the others ran before they knew is undone: creations, of a unique value too, changes and deletions", async () => {
    const six = async (call: () => Promise<Outcome>) => {
      const outcomes = await Promise.all(Array.from({ length: 6 }, call));
      const first = outcomes.filter(({ replayed }) => replayed === undefined);
      expect(first).toHaveLength(1);
      for (const outcome of outcomes)
        expect({ ...outcome, replayed: 0 }).toEqual({ ...first[0], replayed: 0 });
      return first[0];
    };
    expect(await six(() => create())).toMatchObject({ ok: true, created: true });
    const unique = { input: { ...input, code: "only" }, idempotencyKey: `${key}-unique` };
    expect(await six(() => create(unique))).toMatchObject({ ok: true, created: true });
    expect(await count()).toBe(2);
    const id = await newTicket();
    const part = { id, idempotencyKey: key, preconditions: { ifMatch: [1] } };
    const change = () => backend.call(ann, "ticket.update", { ...part, input: { title: "Flood" } });
    expect(await six(change)).toMatchObject({ ok: true, version: 2 });
    const remove = () => backend.call(ann, "ticket.delete", { id, idempotencyKey: key });
    expect(await six(remove)).toEqual({ ok: true, kind: "none" });
    expect(await keys()).toHaveLength(4);
  });

  test("who has waited for as long as for any lock is told to come again", async () => {
    const id = await newTicket();
    const [running, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    hooks.during = () => {
      running.resolve();
      return released.promise;
    };
    const first = close(id);
    await running.promise;
    expect(await close(id)).toMatchObject({
      error: { code: "idempotency_in_progress", status: 409, headers: { "retry-after": "1" } },
    });
    released.resolve();
    expectRepeated(await close(id), await first);
  });

  test("a process that dies leaves nothing in the way of the next try", async () => {
    const id = await newTicket();
    hooks.during = async () => {
      hooks.during = async () => {};
      await backend.database.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()",
      );
    };
    expect(codeOf(await close(id))).toBe("unavailable");
    const done = await close(id);
    expect(done).toMatchObject({ ok: true });
    expect(done).not.toHaveProperty("replayed");
    expect((await stored()).data).toMatchObject([{ count: 1, closed: true }]);
  });
});
