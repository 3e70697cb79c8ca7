import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { newMemoryLimiter } from "../../src/limit/memory-limiter.ts";
import { openRedis } from "../../src/limit/open-redis.ts";
import { redisCounts } from "../../src/limit/redis-counts.ts";
import { openRedisLink } from "../../src/limit/redis-link.ts";
import { newSharedLimiter } from "../../src/limit/shared-limiter.ts";
import type { RatePolicy } from "../../src/model/limit-model.ts";
import type { Observation } from "../../src/observe/observation.ts";
import { localRedis, redisPath } from "../support/local-redis.ts";

const url = (await localRedis()) ?? "";
const contender = fileURLToPath(new URL("./limit-contender.ts", import.meta.url));
const stopped = { now: () => 1_000, monotonicMs: () => 1_000 };
const alice = { caller: "alice", tenant: "acme", address: "192.0.2.1" };

/** So long that nothing comes back while a test runs. */
const rate = (requests: number, part: Partial<RatePolicy> = {}): RatePolicy => ({
  kind: "rate",
  name: "rate",
  per: "caller",
  requests,
  windowMs: requests * 600_000,
  ...part,
});

/** How often each of two processes was allowed to take, calling at the same time. */
async function contend(
  policies: readonly RatePolicy[],
  callsEach: number,
  cost = 1,
): Promise<readonly number[]> {
  const prefix = `keelson-test:${randomUUID()}`;
  const args = ["--conditions=keelson-source", contender, url, prefix, JSON.stringify(policies)];
  const outputs = await Promise.all(
    [1, 2].map(() => promisify(execFile)(process.execPath, [...args, String(callsEach), String(cost)])),
  );
  return outputs.map(({ stdout }) => Number(stdout));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

async function open(redisUrl: string, part: { patienceMs?: number; probeEveryMs?: number } = {}) {
  const observed: Observation[] = [];
  const link = await openRedisLink({
    redis: await openRedis(redisUrl),
    observe: (observation) => void observed.push(observation),
    probeEveryMs: 20,
    patienceMs: 5_000,
    ...part,
  });
  onTestFinished(() => link.close());
  const prefix = `keelson-test:${randomUUID()}`;
  const limiter = newSharedLimiter({ link, prefix, local: newMemoryLimiter(stopped) });
  const take = async (policies: readonly RatePolicy[], times: number): Promise<number> => {
    const decisions = await Promise.all(
      Array.from({ length: times }, () => limiter.take(policies, alice, 1)),
    );
    return decisions.filter(({ allowed }) => allowed).length;
  };
  const until = async (isShared: boolean): Promise<void> => {
    while ((link.degraded === undefined) !== isShared) await pause(5);
  };
  return { link, observed, take, until };
}

describe.skipIf(url === "")("two processes on one Redis", () => {
  it("allow exactly as many as one would, of ten times as many at once", async () => {
    const allowed = await contend([rate(100)], 500);
    expect(sum(allowed)).toBe(100);
  });

  it("allow exactly a quota", async () => {
    expect(sum(await contend([rate(37, { kind: "quota", windowMs: 86_400_000 })], 185))).toBe(37);
  });

  it("count what calls cost", async () => {
    expect(sum(await contend([rate(100)], 200, 7))).toBe(14);
  });

  it("hold several windows together, and take nothing from one when another refuses", async () => {
    const wide = rate(40, { name: "wide", kind: "quota", windowMs: 86_400_000 });
    expect(sum(await contend([rate(25), wide], 200))).toBe(25);
    expect(sum(await contend([rate(60), wide], 200))).toBe(40);
  });

  it("say what is left and how long to wait, as memory does", async () => {
    const redis = await openRedis(url);
    await redis.connect();
    onTestFinished(() => redis.disconnect());
    const shared = redisCounts(redis, `keelson-test:${randomUUID()}`);
    const memory = newMemoryLimiter(stopped);
    const policies = [
      rate(5, { name: "five" }),
      rate(4, { name: "four", kind: "quota", windowMs: 86_400_000, per: "tenant" }),
    ];
    for (const cost of [1, 2, 3, 1, 1]) {
      const inMemory = memory.take(policies, alice, cost);
      const inRedis = await shared(policies, alice, cost);
      expect({ ...inRedis, waitMs: 0 }).toEqual({ ...inMemory, waitMs: 0 });
      // Redis's clock goes on between two calls; a minute is more than a test takes.
      expect(Math.abs(inRedis.waitMs - inMemory.waitMs)).toBeLessThan(60_000);
    }
  });
});

describe.skipIf(url === "")("when Redis is lost", () => {
  it("a cut connection leads to local limits, which go on from where they were, and back", async () => {
    await using path = await redisPath(url);
    const { link, observed, take, until } = await open(path.url);
    expect(link.degraded).toBeUndefined();
    const policies = [rate(10)];
    expect(await take(policies, 6)).toBe(6);
    await path.cut();
    await until(false);
    expect(await take(policies, 100)).toBe(4);
    await path.mend();
    await until(true);
    expect(observed.map(({ type }) => type)).toEqual(["limits.local", "limits.shared"]);
  });

  it("an answer that does not come is not waited for", async () => {
    await using path = await redisPath(url);
    const { link, take, until } = await open(path.url, { patienceMs: 10 });
    const policies = [rate(10)];
    path.block();
    expect(await take(policies, 100)).toBe(10);
    expect(link.degraded).toMatch(/longer than 10 ms/);
    path.unblock();
    await until(true);
  });

  it("a start without Redis counts locally and finds it later", async () => {
    await using path = await redisPath(url);
    await path.cut();
    const { link, observed, take, until } = await open(path.url);
    expect(link.degraded).toMatch(/ECONNREFUSED/);
    const policies = [rate(10)];
    expect(await take(policies, 100)).toBe(10);
    await path.mend();
    await until(true);
    expect(observed.map(({ type }) => type)).toEqual(["limits.local", "limits.shared"]);
    expect(await take(policies, 100)).toBe(10);
  });
});
