import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { AnswerCache } from "../../src/cache/answer-cache.ts";
import { RedisCache } from "../../src/cache/redis-cache.ts";
import { openRedis } from "../../src/limit/open-redis.ts";
import type { Observation } from "../../src/observe/observation.ts";
import { localRedis, redisPath } from "../support/local-redis.ts";

const url = (await localRedis()) ?? "";

/** One process's cache, as it is made for a server. */
async function openProcess(fingerprint: string, at = url) {
  const observed: Observation["type"][] = [];
  const [commands, subscriptions] = [await openRedis(at), await openRedis(at)];
  const shared = new RedisCache<string>({
    commands,
    subscriptions,
    fingerprint,
    observe: ({ type }) => void observed.push(type),
  });
  const cache = new AnswerCache<string>({
    clock: { now: () => Date.now() },
    bytesOf: (value) => value.length,
    shared,
    openChannel: shared.open,
  });
  for (const connection of [commands, subscriptions]) connection.connect().catch(() => {});
  onTestFinished(() => cache.close());
  await expect.poll(() => observed).toContain("cache.connected");
  await expect.poll(() => commands.status).toBe("ready");
  const ask = async (value: string, tables: readonly string[] | undefined = ["books"]) => {
    const recalled = await cache.recall({
      key: "the books",
      tables,
      ttlMs: 60_000,
      staleMs: 0,
      load: async () => ({ value, tables: tables ?? ["books"], timed: false }),
    });
    return { value: recalled.value, how: recalled.shared ? "shared" : recalled.status };
  };
  return { cache, ask, observed };
}

describe.skipIf(url === "")("processes that share a Redis", () => {
  test("share answers, whether or not the tables are known beforehand", async () => {
    for (const tables of [["books"], undefined]) {
      const model = randomUUID();
      const [a, b] = [await openProcess(model), await openProcess(model)];
      expect(await a.ask("made by a", tables)).toEqual({ value: "made by a", how: "miss" });
      await expect.poll(() => b.ask("made by b", tables)).toEqual({ value: "made by a", how: "shared" });
      expect(await b.ask("?", tables)).toEqual({ value: "made by a", how: "hit" });
    }
  });

  test("share nothing with another model", async () => {
    const [a, b] = [await openProcess(randomUUID()), await openProcess(randomUUID())];
    await a.ask("a");
    expect(await b.ask("b")).toEqual({ value: "b", how: "miss" });
  });

  test("hear of each other's changes, and do not find what was before them", async () => {
    const model = randomUUID();
    const [a, b, c] = [await openProcess(model), await openProcess(model), await openProcess(model)];
    await a.ask("before");
    await b.ask("before");
    a.cache.changed(["books"]);
    // Its own change a process knows at once, in both memories.
    expect(await a.ask("after")).toEqual({ value: "after", how: "miss" });
    await expect.poll(async () => (await b.ask("after")).value).toBe("after");
    expect((await c.ask("after")).value).toBe("after");
  });

  test("of any table at all", async () => {
    const model = randomUUID();
    const [a, b] = [await openProcess(model), await openProcess(model)];
    await a.ask("before");
    await b.ask("before");
    a.cache.changed("all");
    expect((await a.ask("after")).value).toBe("after");
    await expect.poll(async () => (await b.ask("after")).value).toBe("after");
  });

  test("an answer that was being made during a change is not shared", async () => {
    const model = randomUUID();
    const [a, b] = [await openProcess(model), await openProcess(model)];
    let finish = (): void => {};
    const slow = a.cache.recall({
      key: "the books",
      tables: ["books"],
      ttlMs: 60_000,
      staleMs: 0,
      load: () =>
        new Promise((resolve) => {
          finish = () => resolve({ value: "before", tables: ["books"], timed: false });
        }),
    });
    await expect.poll(() => finish.toString()).toContain("before");
    b.cache.changed(["books"]);
    // Whether or not word has come to a, the marks are other ones.
    expect((await b.ask("after")).value).toBe("after");
    finish();
    await slow;
    b.cache.changed(["authors"]);
    const c = await openProcess(model);
    expect((await c.ask("after")).value).toBe("after");
  });
});

describe.skipIf(url === "")("when Redis is lost", () => {
  test("answers come from the process's own memory at once, and nothing old comes back with it", async () => {
    const model = randomUUID();
    await using path = await redisPath(url);
    const [a, b] = [await openProcess(model, path.url), await openProcess(model)];
    await a.ask("before");
    await b.ask("before");
    await path.cut();
    await expect.poll(() => a.observed).toContain("cache.disconnected");
    a.cache.changed(["books"]);
    expect(await a.ask("after")).toEqual({ value: "after", how: "miss" });
    expect(await a.ask("?")).toEqual({ value: "after", how: "hit" });
    await path.mend();
    // What could not be told is told now.
    await expect.poll(async () => (await b.ask("after")).value, { timeout: 30_000 }).toBe("after");
    await expect
      .poll(() => a.observed.filter((type) => type === "cache.connected").length, { timeout: 30_000 })
      .toBe(2);
  });

  test("a Redis that says nothing more is not waited for", async () => {
    await using path = await redisPath(url);
    const a = await openProcess(randomUUID(), path.url);
    await a.ask("before");
    path.block();
    a.cache.changed(["books"]);
    expect((await a.ask("after")).value).toBe("after");
    expect((await a.ask("?")).how).toBe("hit");
    await expect.poll(() => a.observed, { timeout: 30_000 }).toContain("cache.disconnected");
    path.unblock();
  });
});
