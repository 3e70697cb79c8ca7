import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Observation } from "../../../src/observe/observation.ts";
import { newPressure, type PressureReading } from "../../../src/operation/pressure.ts";
import { type OpenDoor, openDoor, recordOutcome } from "../open-door.ts";

const calm: PressureReading = { loopDelayMs: 0, waiting: 0, inProgress: 100 };

let nowMs = 0;
let reading = calm;
let door: OpenDoor;
let observed: Observation[] = [];

beforeEach(async () => {
  nowMs = 0;
  reading = calm;
  observed = [];
  door = await openDoor({
    pressure: newPressure({
      clock: { now: () => nowMs, monotonicMs: () => nowMs },
      read: () => reading,
      maxWaiting: 100,
      observe: (observation) => void observed.push(observation),
    }),
  });
  door.outcome = recordOutcome();
});
afterEach(() => door.close());

/** How many of so many requests are refused while time stands still. */
async function refusedOf(count: number): Promise<number> {
  let refused = 0;
  for (let request = 0; request < count; request += 1) {
    const { status } = await door.send("GET", "/v1/orders/0190c5a2-7b2c-7d3e-8f4a-1b2c3d4e5f60");
    if (status === 503) refused += 1;
  }
  return refused;
}

/** Lets readings happen: one each tenth of a second that somebody asks. */
async function pass(tenths: number): Promise<void> {
  for (let tenth = 0; tenth < tenths; tenth += 1) {
    nowMs += 100;
    await refusedOf(1);
  }
}

describe("under pressure", () => {
  it.each([
    ["a late event loop", { loopDelayMs: 500, waiting: 0, inProgress: 100 }],
    ["statements that wait", { loopDelayMs: 0, waiting: 101, inProgress: 0 }],
  ])("%s: a growing part is refused, never all, and nobody once it is over", async (_title, beyond) => {
    await pass(5);
    expect(await refusedOf(20)).toBe(0);
    reading = beyond;
    await pass(3);
    const few = await refusedOf(20);
    expect(few).toBeGreaterThan(3);
    expect(few).toBeLessThan(9);
    await pass(30);
    const most = await refusedOf(20);
    expect(most).toBeGreaterThanOrEqual(17);
    expect(most).toBeLessThan(20);
    reading = calm;
    await pass(50);
    expect(await refusedOf(20)).toBe(0);
    const told = observed.filter(({ type }) => type === "requests.shed");
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThan(10);
  });

  it("a late event loop with few calls is somebody else's doing", async () => {
    reading = { loopDelayMs: 5_000, waiting: 0, inProgress: 3 };
    await pass(30);
    expect(await refusedOf(20)).toBe(0);
  });

  it("the refusal says when to come again, and comes before the body is read or the call begins", async () => {
    reading = { loopDelayMs: 500, waiting: 0, inProgress: 100 };
    await pass(30);
    const before = door.envelopes.length;
    const head =
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n";
    for (let attempt = 0; ; attempt += 1) {
      // Nothing of the body is ever sent: an answer can only be one that does not wait for it.
      const answer = await door.raw(`${head}Connection: close\r\nExpect: 100-continue\r\n\r\n`);
      if (answer.includes(" 100 Continue") && attempt < 3) continue;
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer).toMatch(/\r\nRetry-After: [1-4]\r\n/i);
      expect(answer).toContain("http-problem-types#temporary-reduced-capacity");
      break;
    }
    expect(door.envelopes.length).toBe(before);
  });

  it("health is answered all the same", async () => {
    reading = { loopDelayMs: 5_000, waiting: 5_000, inProgress: 100 };
    await pass(30);
    for (let request = 0; request < 20; request += 1) {
      expect((await door.send("GET", "/livez")).status).toBe(200);
      expect((await door.send("GET", "/readyz")).status).toBe(200);
    }
  });
});
