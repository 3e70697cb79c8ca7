import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { newConcurrency } from "../../src/limit/concurrency.ts";
import type { Subjects } from "../../src/limit/limiter.ts";
import { newMemoryLimiter } from "../../src/limit/memory-limiter.ts";
import { SubjectMap } from "../../src/limit/subject-map.ts";
import type { RatePolicy } from "../../src/model/limit-model.ts";

const rate = (requests: number, windowMs: number, part: Partial<RatePolicy> = {}): RatePolicy => ({
  kind: "rate",
  name: "rate",
  per: "caller",
  requests,
  windowMs,
  ...part,
});

const someone = (caller: string): Subjects => ({ caller, tenant: "acme", address: "192.0.2.1" });

/** A limiter whose time stands still until it is moved. */
function stopped() {
  let nowMs = 5_000.25;
  const clock: Clock = { now: () => nowMs, monotonicMs: () => nowMs };
  return {
    limiter: newMemoryLimiter(clock),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe("a rate", () => {
  it.each([1, 3, 7, 60, 600, 1_799, 100_000])("of %i allows exactly as many at once", (requests) => {
    const { limiter } = stopped();
    const policies = [rate(requests, 60_000)];
    let allowed = 0;
    for (let call = 0; call < 10 * requests; call += 1)
      if (limiter.take(policies, someone("alice"), 1).allowed) allowed += 1;
    expect(allowed).toBe(requests);
  });

  it("comes back evenly, and says when and how much", () => {
    const { limiter, pass } = stopped();
    const policies = [rate(60, 60_000)];
    const take = () => limiter.take(policies, someone("alice"), 1);
    expect(take()).toMatchObject({ allowed: true, remaining: 59, waitMs: 1_000 });
    for (let call = 0; call < 59; call += 1) take();
    expect(take()).toMatchObject({ allowed: false, remaining: 0, violated: policies });
    expect(take().waitMs).toBeCloseTo(990, -2);
    pass(1_000);
    expect(take()).toMatchObject({ allowed: true, remaining: 0 });
    expect(take()).toMatchObject({ allowed: false });
    pass(30_000);
    expect(take()).toMatchObject({ allowed: true, remaining: 29 });
    pass(3_600_000);
    expect(take()).toMatchObject({ allowed: true, remaining: 59 });
  });

  it("counts every caller apart, and those of one tenant together", () => {
    const { limiter } = stopped();
    const perCaller = [rate(1, 60_000)];
    expect(limiter.take(perCaller, someone("alice"), 1).allowed).toBe(true);
    expect(limiter.take(perCaller, someone("bob"), 1).allowed).toBe(true);
    expect(limiter.take(perCaller, someone("alice"), 1).allowed).toBe(false);
    const perTenant = [rate(1, 60_000, { per: "tenant" })];
    expect(limiter.take(perTenant, someone("alice"), 1).allowed).toBe(true);
    expect(limiter.take(perTenant, someone("bob"), 1).allowed).toBe(false);
  });

  it("takes what a call costs, or nothing at all", () => {
    const { limiter } = stopped();
    const policies = [rate(10, 60_000)];
    expect(limiter.take(policies, someone("alice"), 8).remaining).toBe(2);
    expect(limiter.take(policies, someone("alice"), 3)).toMatchObject({ allowed: false, remaining: 2 });
    expect(limiter.take(policies, someone("alice"), 2)).toMatchObject({ allowed: true, remaining: 0 });
    // What costs more than there ever is takes all there is.
    expect(limiter.take(policies, someone("bob"), 1_000)).toMatchObject({ allowed: true, remaining: 0 });
  });
});

describe("a quota", () => {
  it("begins with the first request and is full again at its end", () => {
    const { limiter, pass } = stopped();
    const policies = [rate(3, 3_600_000, { kind: "quota" })];
    const take = () => limiter.take(policies, someone("alice"), 1);
    expect(take()).toMatchObject({ allowed: true, remaining: 2, waitMs: 3_600_000 });
    take();
    pass(3_599_000);
    expect(take()).toMatchObject({ allowed: true, remaining: 0, waitMs: 1_000 });
    expect(take()).toMatchObject({ allowed: false, waitMs: 1_000 });
    pass(1_000);
    expect(take()).toMatchObject({ allowed: true, remaining: 2 });
  });
});

describe("several windows", () => {
  const burst = rate(5, 1_000, { name: "burst" });
  const hourly = rate(12, 3_600_000, { name: "hourly", kind: "quota" });

  it("hold together, and a refusal takes from none", () => {
    const { limiter, pass } = stopped();
    const take = () => limiter.take([burst, hourly], someone("alice"), 1);
    for (let call = 0; call < 5; call += 1) expect(take().allowed).toBe(true);
    for (let call = 0; call < 50; call += 1)
      expect(take()).toMatchObject({ allowed: false, violated: [burst] });
    pass(1_000);
    for (let call = 0; call < 5; call += 1) expect(take().allowed).toBe(true);
    pass(1_000);
    expect(take()).toMatchObject({ allowed: true, policy: hourly, remaining: 1 });
    expect(take().allowed).toBe(true);
    expect(take()).toMatchObject({ allowed: false, policy: hourly, violated: [hourly] });
  });
});

describe("what is remembered", () => {
  it("is bounded, and forgotten after two generations", () => {
    const map = new SubjectMap<number>(1_000, 10);
    for (let subject = 0; subject < 1_000; subject += 1) map.set(String(subject), subject, 0);
    expect(map.size).toBeLessThanOrEqual(20);
    expect(map.get("999", 0)).toBe(999);
    expect(map.get("999", 999)).toBe(999);
    expect(map.get("999", 1_500)).toBe(999);
    expect(map.get("999", 9_000)).toBeUndefined();
    expect(map.size).toBe(0);
  });
});

describe("calls at the same time", () => {
  it("are let in up to the limit, and one for each that leaves", () => {
    const concurrency = newConcurrency();
    const policy = { kind: "concurrent", name: "c", per: "caller", concurrent: 2 } as const;
    const enter = (name: string) => concurrency.enter([policy], someone(name));
    const [first, second, third] = [enter("alice"), enter("alice"), enter("alice")];
    expect([first, second, third].map(({ full }) => full)).toEqual([undefined, undefined, policy]);
    expect(enter("bob").full).toBeUndefined();
    // There was no place, so there is none to give back.
    third.leave();
    expect(enter("alice").full).toBe(policy);
    first.leave();
    expect([enter("alice").full, enter("alice").full]).toEqual([undefined, policy]);
  });

  it("take places under all policies or under none", () => {
    const concurrency = newConcurrency();
    const perCaller = { kind: "concurrent", name: "caller", per: "caller", concurrent: 2 } as const;
    const perTenant = { kind: "concurrent", name: "tenant", per: "tenant", concurrent: 1 } as const;
    const first = concurrency.enter([perCaller, perTenant], someone("alice"));
    expect(concurrency.enter([perCaller, perTenant], someone("alice")).full).toBe(perTenant);
    expect(concurrency.enter([perCaller], someone("alice")).full).toBeUndefined();
    first.leave();
    expect(concurrency.enter([perCaller, perTenant], someone("alice")).full).toBeUndefined();
  });
});
