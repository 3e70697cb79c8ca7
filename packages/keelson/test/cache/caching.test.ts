import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { anonymous, type Caller, user } from "../../src/base/caller.ts";
import type { Freshness } from "../../src/operation/envelope.ts";
import type { Outcome } from "../../src/operation/outcome.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { handlers, shelf } from "./shelf-model.ts";

let backend: TestBackend;
let nowMs = Date.now();

beforeAll(async () => {
  backend = await openTestBackend(shelf, {
    clock: { now: () => nowMs, monotonicMs: () => performance.now() },
  });
});
afterAll(() => backend?.close());
beforeEach(async () => {
  await backend.database.pool.query("truncate authors, topics, books, diaries, offers cascade");
  backend.app.cache?.changed("all");
  handlers.runs = 0;
  handlers.during = async () => {};
});

const ann = user("ann", ["staff"]);
const bob = user("bob");

type Part = Parameters<TestBackend["call"]>[2];

async function read(operation: string, part: Part = {}, caller: Caller = anonymous) {
  const outcome = await backend.call(caller, operation, part);
  return { how: statusOf(outcome), ...contentOf(outcome) };
}

const statusOf = (outcome: Outcome): string | undefined =>
  outcome.ok ? outcome.recalled?.status : outcome.error.code;

function contentOf(outcome: Outcome): { value: unknown } {
  if (!outcome.ok) return { value: undefined };
  if (outcome.kind === "value") return { value: outcome.value };
  if (!("json" in outcome)) return { value: undefined };
  return { value: JSON.parse(outcome.json) };
}

const titlesOf = ({ value }: { value: unknown }) => (value as { title: string }[]).map(({ title }) => title);

async function create(operation: string, input: object, caller: Caller = ann): Promise<string> {
  const outcome = await backend.call(caller, operation, { input });
  if (!outcome.ok || outcome.kind !== "record") throw new Error(JSON.stringify(outcome));
  return outcome.id;
}

async function done(outcome: Promise<Outcome>): Promise<Outcome> {
  const ended = await outcome;
  if (!ended.ok) throw ended.error;
  return ended;
}

/** A moment that others wait for. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("what was answered is answered again", () => {
  test("from memory, without a statement, to the same question", async () => {
    await create("book.create", { title: "Emma" });
    expect(await read("book.list")).toMatchObject({ how: "miss", value: [{ title: "Emma" }] });
    backend.observed.length = 0;
    expect(await read("book.list")).toMatchObject({ how: "hit", value: [{ title: "Emma" }] });
    expect(backend.observed.findLast(({ type }) => type === "call.ended")).toMatchObject({
      cache: "hit",
      statements: 0,
    });
    expect((await read("book.list", { read: { limit: 1 } })).how).toBe("miss");
    expect((await read("book.list", { read: { filter: { title: "Emma" } } })).how).toBe("miss");
    expect((await read("book.list", { read: { filter: { title: "Ulysses" } } })).value).toEqual([]);
  });

  test("pages go on from a kept page", async () => {
    for (const title of ["a", "b", "c"]) await create("book.create", { title });
    const first = { read: { limit: 2, sort: "title" } };
    await read("book.list", first);
    const kept = await done(backend.call(anonymous, "book.list", first));
    const cursor = kept.ok && kept.kind === "page" ? kept.nextCursor : null;
    expect(titlesOf(await read("book.list", { read: { ...first.read, cursor } }))).toEqual(["c"]);
  });

  test("single records and queries too, and what is missing is looked for again", async () => {
    const id = await create("book.create", { title: "Emma" });
    expect((await read("book.get", { id })).how).toBe("miss");
    expect((await read("book.get", { id })).how).toBe("hit");
    expect(await read("titles")).toMatchObject({ how: "miss", value: { titles: "Emma" } });
    expect(await read("titles")).toMatchObject({ how: "hit", value: { titles: "Emma" } });
    expect((await read("titles", { input: { prefix: "X" } })).value).toMatchObject({ titles: "" });
    expect(handlers.runs).toBe(2);
    const missing = { id: "0190c5a2-7b2c-7d3e-8f4a-1b2c3d4e5f60" };
    expect((await read("book.get", missing)).how).toBe("not_found");
    expect((await read("book.get", missing)).how).toBe("not_found");
  });

  test("a value that its receiver changes stays what it was for others", async () => {
    await read("titles");
    const { value } = await read("titles");
    (value as { titles: string }).titles = "mine";
    expect((await read("titles")).value).toMatchObject({ titles: "" });
  });

  test("for its time, then while a new answer is made, then no more", async () => {
    await create("book.create", { title: "Emma" });
    await read("book.list");
    await backend.database.pool.query("update books set title = 'Changed by others'");
    nowMs += 26_000;
    expect(titlesOf(await read("book.list"))).toEqual(["Emma"]);
    nowMs += 5_000;
    expect(await read("book.list")).toMatchObject({ how: "stale", value: [{ title: "Emma" }] });
    await expect.poll(async () => titlesOf(await read("book.list"))).toEqual(["Changed by others"]);
    await backend.database.pool.query("update books set title = 'Changed again'");
    nowMs += 91_000;
    expect(await read("book.list")).toMatchObject({ how: "miss", value: [{ title: "Changed again" }] });
  });

  test("not after the clock was set back", async () => {
    await read("book.list");
    nowMs -= 1_000;
    expect((await read("book.list")).how).toBe("miss");
    nowMs += 1_000;
  });

  test("a rule about the time of day is asked again soon, however long the ttl", async () => {
    await create("offer.create", { until: new Date(Date.now() + 3_600_000).toISOString() });
    await read("offer.list");
    nowMs += 4_000;
    expect((await read("offer.list")).how).toBe("hit");
    nowMs += 1_001;
    expect((await read("offer.list")).how).toBe("miss");
  });

  test("only where it is declared", async () => {
    const id = await create("offer.create", { until: new Date(Date.now() + 3_600_000).toISOString() });
    expect((await read("offer.get", { id })).how).toBeUndefined();
    expect((await read("author.list")).how).toBeUndefined();
  });

  test("a caller may ask for a newer one, and that it is not kept", async () => {
    await read("book.list");
    const fresh = (freshness: Freshness) => read("book.list", { freshness });
    expect((await fresh({ maxAgeMs: 0 })).how).toBe("request");
    nowMs += 5_000;
    expect((await fresh({ maxAgeMs: 5_000 })).how).toBe("hit");
    expect((await fresh({ maxAgeMs: 4_000 })).how).toBe("request");
    backend.app.cache?.changed("all");
    expect((await fresh({ maxAgeMs: 0, store: false })).how).toBe("request");
    expect((await read("book.list")).how).toBe("miss");
  });
});

describe("what was written is seen at once", () => {
  test("after every kind of single write", async () => {
    await read("book.list");
    const id = await create("book.create", { title: "Emma" });
    expect(titlesOf(await read("book.list"))).toEqual(["Emma"]);
    await done(backend.call(ann, "book.update", { id, input: { title: "Persuasion" } }));
    expect(titlesOf(await read("book.list"))).toEqual(["Persuasion"]);
    await done(backend.call(ann, "book.delete", { id }));
    expect((await read("book.list")).value).toEqual([]);
    expect((await read("book.list")).how).toBe("hit");
  });

  test("in what an answer embeds, filters by, and links to", async () => {
    const jane = await create("author.create", { name: "Jane" });
    const wit = await create("topic.create", { label: "wit" });
    const id = await create("book.create", { title: "Emma", author: jane, topics: [wit] });
    const embedded = { read: { expand: ["author", "topics"] } };
    const filtered = { read: { filter: { "author.name": "Jane" } } };
    await read("book.list", embedded);
    expect(titlesOf(await read("book.list", filtered))).toEqual(["Emma"]);
    await done(backend.call(ann, "author.update", { id: jane, input: { name: "J. A." } }));
    expect(await read("book.list", embedded)).toMatchObject({ value: [{ author: { name: "J. A." } }] });
    expect((await read("book.list", filtered)).value).toEqual([]);
    await done(backend.call(ann, "topic.update", { id: wit, input: { label: "irony" } }));
    expect(await read("book.list", embedded)).toMatchObject({
      value: [{ topics: { data: [{ label: "irony" }] } }],
    });
    await done(backend.call(ann, "book.update", { id, input: { topics: [] } }));
    expect(await read("book.list", embedded)).toMatchObject({ value: [{ topics: { data: [] } }] });
  });

  test("also where the database takes rows along", async () => {
    const jane = await create("author.create", { name: "Jane" });
    await create("book.create", { title: "Emma", author: jane });
    await read("book.list");
    await done(backend.call(ann, "author.delete", { id: jane }));
    expect((await read("book.list")).value).toEqual([]);
  });

  test("and what has nothing to do with it stays", async () => {
    await read("book.list");
    await create("topic.create", { label: "wit" });
    expect((await read("book.list")).how).toBe("hit");
    const failed = await backend.call(ann, "book.create", { input: { title: 5 } });
    expect(failed.ok).toBe(false);
    expect((await read("book.list")).how).toBe("hit");
  });

  test("after a command's commit, not before it, and not after its failure", async () => {
    const id = await create("book.create", { title: "Emma" });
    await read("book.list");
    const [reached, go] = [gate(), gate()];
    handlers.during = async () => {
      reached.open();
      await go.opened;
    };
    const running = backend.call(ann, "book.retitle", { id, input: { title: "Persuasion" } });
    await reached.opened;
    // Its own reads see what it did; everybody else does not.
    expect(titlesOf(await read("book.list"))).toEqual(["Emma"]);
    go.open();
    expect(contentOf(await done(running)).value).toEqual({ seen: "Persuasion" });
    expect(titlesOf(await read("book.list"))).toEqual(["Persuasion"]);
    handlers.during = async () => {};
    await backend.call(ann, "book.retitle", { id, input: { title: "Emma", fail: true } });
    expect(await read("book.list")).toMatchObject({ how: "hit", value: [{ title: "Persuasion" }] });
  });

  test("after hand-written SQL: what it names, or everything where it is text", async () => {
    const jane = await create("author.create", { name: "Jane" });
    await create("book.create", { title: "Emma", author: jane });
    const embedded = { read: { expand: ["author"] } };
    for (const input of [{ name: "A" }, { name: "B", asText: true }]) {
      await read("book.list", embedded);
      await done(backend.call(ann, "renameAuthors", { input }));
      expect(await read("book.list", embedded)).toMatchObject({ value: [{ author: { name: input.name } }] });
    }
  });

  test("in queries by what their handlers read, hand-written SQL included", async () => {
    expect(await read("countAuthors")).toMatchObject({ value: { count: 0 } });
    expect(await read("countAnything")).toMatchObject({ value: { count: 0 } });
    await create("author.create", { name: "Jane" });
    expect(await read("countAuthors")).toMatchObject({ how: "miss", value: { count: 1 } });
    await create("topic.create", { label: "wit" });
    expect((await read("countAuthors")).how).toBe("hit");
    expect(await read("countAnything")).toMatchObject({ how: "miss", value: { count: 1 } });
  });

  test("by an answer that was being made when the write was committed", async () => {
    const id = await create("book.create", { title: "Emma" });
    const [reached, go] = [gate(), gate()];
    handlers.during = async () => {
      reached.open();
      await go.opened;
    };
    const before = read("titles");
    await reached.opened;
    handlers.during = async () => {};
    await done(backend.call(ann, "book.update", { id, input: { title: "Persuasion" } }));
    // Who asks now does not wait for the answer that began before, and that one is not kept.
    expect(await read("titles")).toMatchObject({ how: "miss", value: { titles: "Persuasion" } });
    go.open();
    expect((await before).value).toMatchObject({ titles: "Emma" });
    expect(await read("titles")).toMatchObject({ how: "hit", value: { titles: "Persuasion" } });
  });

  test("under concurrent reads by others", async () => {
    const id = await create("book.create", { title: "0" });
    let writing = true;
    const others = Array.from({ length: 4 }, async () => {
      while (writing) {
        await read("book.list");
        await turn();
      }
    });
    for (let n = 1; n <= 60; n += 1) {
      await done(backend.call(ann, "book.update", { id, input: { title: String(n) } }));
      expect(titlesOf(await read("book.list"))).toEqual([String(n)]);
    }
    writing = false;
    await Promise.all(others);
  });
});

describe("one makes the answer for all who ask meanwhile", () => {
  test("and they get the same", async () => {
    const go = gate();
    handlers.during = () => go.opened;
    const all = Array.from({ length: 20 }, () => read("titles"));
    await expect.poll(() => handlers.runs).toBe(1);
    go.open();
    const answers = await Promise.all(all);
    expect(handlers.runs).toBe(1);
    expect(answers.map(({ how }) => how).sort()).toEqual([...Array(19).fill("collapsed"), "miss"]);
  });

  test("a failure is for all of them, and is not kept", async () => {
    const go = gate();
    handlers.during = async () => {
      await go.opened;
      throw new Error("no");
    };
    const all = Array.from({ length: 3 }, () => read("titles"));
    await expect.poll(() => handlers.runs).toBe(1);
    go.open();
    expect((await Promise.all(all)).map(({ how }) => how)).toEqual(["internal", "internal", "internal"]);
    handlers.during = async () => {};
    expect((await read("titles")).how).toBe("miss");
  });

  test("whoever hangs up leaves it to the others; with the last one it is told to stop", async () => {
    const go = gate();
    let told: AbortSignal | undefined;
    handlers.during = async (signal) => {
      told = signal;
      await go.opened;
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const ask = (signal: AbortSignal) => read("titles", { signal });
    const asked = [ask(first.signal), ask(second.signal)];
    await expect.poll(() => told !== undefined).toBe(true);
    first.abort();
    expect((await asked[0])?.how).toBe("deadline_exceeded");
    expect(told?.aborted).toBe(false);
    go.open();
    expect((await asked[1])?.how).toBe("collapsed");
    backend.app.cache?.changed("all");

    const never = gate();
    told = undefined;
    handlers.during = async (signal) => {
      told = signal;
      await never.opened;
    };
    const alone = new AbortController();
    const gone = ask(alone.signal);
    await expect.poll(() => told !== undefined).toBe(true);
    alone.abort();
    expect((await gone).how).toBe("deadline_exceeded");
    expect((told as AbortSignal | undefined)?.aborted).toBe(true);
    handlers.during = async () => {};
    expect((await read("titles")).how).toBe("miss");
    never.open();
  });
});

test("figures say how often it helped", async () => {
  const before = backend.app.cache?.figures;
  await read("book.list");
  await read("book.list");
  const after = backend.app.cache?.figures;
  expect(after?.hits).toBe((before?.hits ?? 0) + 1);
  expect(after?.misses).toBe((before?.misses ?? 0) + 1);
  expect(after?.hitRatio).toBeGreaterThan(0);
  expect(after?.bytes).toBeGreaterThan(0);
});

test("who brings a name of their own to a query gets an answer of their own", async () => {
  expect((await read("titles", {}, ann)).value).toMatchObject({ whose: "ann" });
  expect((await read("titles", {}, bob)).value).toMatchObject({ whose: "bob" });
  expect((await read("titles")).value).toMatchObject({ whose: "nobody" });
});
