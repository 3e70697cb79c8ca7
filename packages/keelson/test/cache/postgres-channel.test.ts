import { describe, expect, test } from "vitest";
import { user } from "../../src/base/caller.ts";
import { AnswerCache } from "../../src/cache/answer-cache.ts";
import { postgresChannel } from "../../src/cache/postgres-channel.ts";
import type { Observation } from "../../src/observe/observation.ts";
import { keptBytes } from "../../src/operation/kept-answer.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { shelf } from "./shelf-model.ts";

interface Neighbours extends AsyncDisposable {
  readonly a: TestBackend;
  /** A second process on the same database would hear what this cache hears. */
  readonly heard: AnswerCache<never>;
  readonly observed: Observation["type"][];
}

async function openNeighbours(): Promise<Neighbours> {
  const observed: Observation["type"][] = [];
  const observe = ({ type }: Observation) => void observed.push(type);
  const clock = { now: () => Date.now() };
  const a = await openTestBackend(shelf, {
    cache: (url) =>
      new AnswerCache({
        clock,
        bytesOf: keptBytes,
        openChannel: postgresChannel({ url, applicationName: "channel a", observe }),
      }),
  });
  const heard = new AnswerCache<never>({
    clock,
    bytesOf: () => 1,
    openChannel: postgresChannel({ url: a.url, applicationName: "channel b", observe }),
  });
  await expect.poll(() => observed.filter((type) => type === "cache.connected").length).toBe(2);
  const close = async () => {
    await heard.close();
    await a.close();
  };
  return { a, heard, observed, [Symbol.asyncDispose]: close };
}

const ask = async (cache: AnswerCache<never>, tables: readonly string[]) => {
  const load = async () => ({ value: "made" as never, tables, timed: false });
  return (await cache.recall({ key: tables.join(), tables, ttlMs: 60_000, staleMs: 0, load })).status;
};

describe("processes on one PostgreSQL", () => {
  test("hear of each other's writes, and only of what they touch", async () => {
    await using pair = await openNeighbours();
    const { a, heard } = pair;
    expect(await ask(heard, ["books"])).toBe("miss");
    expect(await ask(heard, ["topics"])).toBe("miss");
    const written = await a.call(user("ann"), "book.create", { input: { title: "Emma" } });
    expect(written.ok).toBe(true);
    await expect.poll(() => ask(heard, ["books"])).toBe("miss");
    expect(await ask(heard, ["topics"])).toBe("hit");
  });

  test("a connection that was lost comes back, and what may have been missed is made anew", async () => {
    await using pair = await openNeighbours();
    const { a, heard, observed } = pair;
    await ask(heard, ["topics"]);
    await a.database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('channel a', 'channel b')",
    );
    await expect.poll(() => observed.filter((type) => type === "cache.disconnected").length).toBe(2);
    // Told while nobody listens: it is kept until somebody does.
    await a.call(user("ann"), "book.create", { input: { title: "Emma" } });
    await expect
      .poll(() => observed.filter((type) => type === "cache.connected").length, { timeout: 30_000 })
      .toBe(4);
    expect(await ask(heard, ["topics"])).toBe("miss");
    expect(await ask(heard, ["topics"])).toBe("hit");
  });
});
