import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Entry, newConcurrency } from "../../src/limit/concurrency.ts";
import { openRedis } from "../../src/limit/open-redis.ts";
import { openRedisLink } from "../../src/limit/redis-link.ts";
import { newSharedConcurrency } from "../../src/limit/shared-concurrency.ts";
import type { ConcurrencyPolicy } from "../../src/model/limit-model.ts";
import type { Observation } from "../../src/observe/observation.ts";
import { localRedis, redisPath } from "../support/local-redis.ts";

const url = (await localRedis()) ?? "";
const holder = fileURLToPath(new URL("./place-holder.ts", import.meta.url));
const alice = { caller: "alice", tenant: "acme", address: "192.0.2.1" };
const most = (concurrent: number, part: Partial<ConcurrencyPolicy> = {}): ConcurrencyPolicy => ({
  kind: "concurrent",
  name: "most",
  per: "caller",
  concurrent,
  ...part,
});
const aMinute = 60_000;

/** Another process that holds as many places as it gets. */
async function hold(prefix: string, policy: ConcurrencyPolicy, calls: number, leaseMs = aMinute) {
  const args = [holder, url, prefix, JSON.stringify(policy), String(calls), String(leaseMs)];
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [
    "--conditions=keelson-source",
    ...args,
  ]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const [said] = await Promise.race([
    once(child.stdout, "data"),
    exited.then(() => Promise.reject(new Error("the holder ended before it held anything"))),
  ]);
  return {
    got: Number(String(said)),
    giveBack: async () => {
      child.stdin.write("\n");
      await exited;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function open(prefix: string, part: { redisUrl?: string; leaseMs?: number; patienceMs?: number } = {}) {
  const { redisUrl = url, leaseMs = aMinute, patienceMs = 5_000 } = part;
  const observed: Observation[] = [];
  const link = await openRedisLink({
    redis: await openRedis(redisUrl),
    observe: (observation) => void observed.push(observation),
    probeEveryMs: 20,
    patienceMs,
  });
  const concurrency = newSharedConcurrency({
    link,
    prefix,
    local: newConcurrency(),
    newId: randomUUID,
    leaseMs,
  });
  onTestFinished(() => {
    concurrency.close();
    link.close();
  });
  const enter = async (policy: ConcurrencyPolicy, times = 1): Promise<readonly Entry[]> => {
    const entries = await Promise.all(
      Array.from({ length: times }, () => concurrency.enter([policy], alice)),
    );
    return entries.filter(({ full }) => full === undefined);
  };
  const until = async (isShared: boolean): Promise<void> => {
    while ((link.degraded === undefined) !== isShared) await pause(5);
  };
  return { link, concurrency, observed, enter, until };
}

const newPrefix = () => `keelson-test:${randomUUID()}`;

describe.skipIf(url === "")("calls in progress in several processes on one Redis", () => {
  it("are exactly as many as one may have, however many come at once", async () => {
    const prefix = newPrefix();
    const holders = await Promise.all([hold(prefix, most(7), 50), hold(prefix, most(7), 50)]);
    expect(holders.reduce((sum, { got }) => sum + got, 0)).toBe(7);
    const here = await open(prefix);
    expect(await here.enter(most(7), 20)).toEqual([]);
    await holders[0].giveBack();
    expect(await here.enter(most(7), 20)).toHaveLength(holders[0].got);
    await holders[1].giveBack();
    expect(await here.enter(most(7), 20)).toHaveLength(holders[1].got);
  });

  it("have their places given back when their process is killed, and not before", async () => {
    const prefix = newPrefix();
    const key = `${prefix}:most:alice`;
    const killed = await hold(prefix, most(3), 3, 1_500);
    expect(killed.got).toBe(3);
    const here = await open(prefix);
    const { redis } = here.link;
    const leaseOf = async (call: string) => Number(await redis.zscore(key, call));
    const [call = ""] = await redis.zrange(key, "0", "-1");
    const first = await leaseOf(call);
    while ((await leaseOf(call)) <= first) await pause(20);
    await killed.kill();
    let entries: readonly Entry[] = [];
    while (entries.length === 0) {
      await pause(20);
      entries = await here.enter(most(3), 5);
    }
    expect(await redis.zcard(key)).toBeLessThanOrEqual(3);
  });

  it("take places under all policies or under none", async () => {
    const { concurrency } = await open(newPrefix());
    const two = most(2);
    const one = most(1, { name: "one", per: "tenant" });
    const first = await concurrency.enter([two, one], alice);
    expect(first.full).toBeUndefined();
    expect((await concurrency.enter([two, one], { ...alice, caller: "bob" })).full).toEqual(one);
    expect((await concurrency.enter([two], { ...alice, caller: "bob" })).full).toBeUndefined();
    first.leave();
    const again = await concurrency.enter([two, one], alice);
    expect(again.full).toBeUndefined();
  });

  it("leave nothing behind in Redis", async () => {
    const prefix = newPrefix();
    const { enter, link } = await open(prefix);
    for (const entry of await enter(most(50), 50)) entry.leave();
    await link.redis.ping();
    expect(await link.redis.keys(`${prefix}*`)).toEqual([]);
  });
});

describe.skipIf(url === "")("when Redis is lost", () => {
  it("each process counts by itself, from what it has in progress, and says so; then together again", async () => {
    const prefix = newPrefix();
    await using path = await redisPath(url);
    const here = await open(prefix, { redisUrl: path.url, leaseMs: 600 });
    const other = await open(prefix);
    const four = most(4);
    const before = await here.enter(four, 3);
    expect(before).toHaveLength(3);
    await path.cut();
    await here.until(false);
    expect(await here.enter(four, 20)).toHaveLength(1);
    before[0]?.leave();
    expect(await here.enter(four, 20)).toHaveLength(1);
    await path.mend();
    await here.until(true);
    expect(here.observed.map(({ type }) => type)).toEqual(["limits.local", "limits.shared"]);
    // What entered meanwhile becomes known to all.
    for (let entered = await other.enter(four); entered.length > 0; entered = await other.enter(four)) {
      for (const entry of entered) entry.leave();
      await pause(10);
    }
  });

  it("an answer that does not come is not waited for, and what it would have taken is given back", async () => {
    const prefix = newPrefix();
    await using path = await redisPath(url);
    const here = await open(prefix, { redisUrl: path.url, patienceMs: 10, leaseMs: 300 });
    path.block();
    const entries = await here.enter(most(4), 20);
    expect(entries).toHaveLength(4);
    expect(here.link.degraded).toMatch(/longer than 10 ms/);
    for (const entry of entries) entry.leave();
    path.unblock();
    await here.until(true);
    const other = await open(prefix);
    let free: readonly Entry[] = [];
    while (free.length < 4) {
      for (const entry of free) entry.leave();
      await pause(20);
      free = await other.enter(most(4), 4);
    }
  });
});
