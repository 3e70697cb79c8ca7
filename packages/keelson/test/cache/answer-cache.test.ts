import { describe, expect, test } from "vitest";
import { AnswerCache } from "../../src/cache/answer-cache.ts";
import type { ChannelListener } from "../../src/cache/change-channel.ts";
import { PendingChanges, parseChange, printChange } from "../../src/cache/change-channel.ts";
import { TableChanges } from "../../src/cache/table-changes.ts";

/** A cache by hand: the time, what others say, and how often something was made. */
function openCache(maxBytes?: number) {
  const world = {
    nowMs: 0,
    made: 0,
    told: [] as unknown[],
    listener: undefined as ChannelListener | undefined,
  };
  const cache = new AnswerCache<string>({
    clock: { now: () => world.nowMs },
    bytesOf: (value) => value.length,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    openChannel: (listener) => {
      world.listener = listener;
      return { announce: (tables) => void world.told.push(tables), close: async () => {} };
    },
  });
  const ask = async (key: string, value = key) => {
    const { status } = await cache.recall({
      key,
      tables: ["books"],
      ttlMs: 60_000,
      staleMs: 0,
      load: async () => {
        world.made += 1;
        return { value, tables: ["books"], timed: false };
      },
    });
    return status;
  };
  return { world, cache, ask };
}

describe("memory is bounded", () => {
  test("what was not asked for longest goes first", async () => {
    const { cache, ask } = openCache(10_000);
    await ask("kept", "x".repeat(500));
    for (let n = 0; n < 200; n += 1) {
      await ask(`other ${n}`, "x".repeat(500));
      if (n % 5 === 0) expect(await ask("kept")).toBe("hit");
    }
    expect(cache.figures.bytes).toBeLessThanOrEqual(10_000);
    expect(cache.figures.entries).toBeLessThan(12);
    expect(await ask("other 0")).toBe("miss");
  });

  test("an answer that would drive out many others is not kept", async () => {
    const { cache, ask } = openCache(10_000);
    await ask("small");
    await ask("large", "x".repeat(5_000));
    expect(await ask("large")).toBe("miss");
    expect(await ask("small")).toBe("hit");
    expect(cache.figures.bytes).toBeLessThan(1_000);
  });
});

describe("other processes", () => {
  test("are told, and heard", async () => {
    const { world, cache, ask } = openCache();
    world.listener?.connected();
    await ask("a");
    world.listener?.changed(["authors"]);
    expect(await ask("a")).toBe("hit");
    world.listener?.changed(["books"]);
    expect(await ask("a")).toBe("miss");
    cache.changed(["books"]);
    expect(await ask("a")).toBe("miss");
    expect(world.told).toEqual([["books"]]);
  });

  test("while they are not heard, answers are kept for a second", async () => {
    const { world, ask } = openCache();
    await ask("a");
    world.nowMs += 1_000;
    expect(await ask("a")).toBe("hit");
    world.nowMs += 1;
    expect(await ask("a")).toBe("miss");
    world.listener?.connected();
    world.nowMs += 30_000;
    expect(await ask("a")).toBe("hit");
    world.listener?.lost("test");
    expect(await ask("a")).toBe("miss");
  });

  test("what was missed is not believed once they are heard again", async () => {
    const { world, ask } = openCache();
    world.listener?.connected();
    await ask("a");
    world.listener?.lost("test");
    world.listener?.connected();
    expect(await ask("a")).toBe("miss");
  });
});

test("changes are counted by table", () => {
  const changes = new TableChanges();
  changes.note(["books"]);
  const since = changes.count;
  expect(changes.noneSince(["books"], since)).toBe(true);
  changes.note(["authors"]);
  expect(changes.noneSince(["books"], since)).toBe(true);
  expect(changes.noneSince(["books", "authors"], since)).toBe(false);
  expect(changes.noneSince("all", since)).toBe(false);
  changes.note("all");
  expect(changes.noneSince(["books"], since)).toBe(false);
  expect(changes.noneSince(["books"], changes.count)).toBe(true);
});

test("a message is read as it was written; what is unreadable or too long is everything", () => {
  expect(parseChange(printChange("me", ["books"]))).toEqual({ from: "me", tables: ["books"] });
  const many = Array.from({ length: 1_000 }, (_, n) => `table_${n}`);
  expect(parseChange(printChange("me", many))).toEqual({ from: "me", tables: "all" });
  for (const text of ["", "{", "null", "[]", '{"from":"me","tables":[1]}'])
    expect(parseChange(text)).toMatchObject({ tables: "all" });
  const pending = new PendingChanges();
  pending.add(["a"]);
  pending.add(["a", "b"]);
  expect(pending.take()).toEqual(["a", "b"]);
  expect(pending.any).toBe(false);
  pending.add("all");
  pending.add(["c"]);
  expect(pending.take()).toBe("all");
});
