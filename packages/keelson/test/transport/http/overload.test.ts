import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Observation } from "../../../src/observe/observation.ts";
import { newPressure, type PressureReading } from "../../../src/operation/pressure.ts";
import { type OpenDoor, openDoor, recordOutcome } from "../open-door.ts";

const atEase = { utilization: 0.5, waiting: 0 };
const busy = { utilization: 0.99, waiting: 0 };

let nowMs = 0;
let reading: Omit<PressureReading, "ended"> = atEase;
let ended = 0;
let inProgress = 0;
let door: OpenDoor;
let observed: Observation[] = [];

beforeEach(async () => {
  nowMs = 0;
  ended = 0;
  inProgress = 0;
  reading = atEase;
  observed = [];
  door = await openDoor({
    pressure: newPressure({
      clock: { now: () => nowMs, monotonicMs: () => nowMs },
      read: () => ({ ...reading, ended }),
      inProgress: () => inProgress,
      observe: (observation) => void observed.push(observation),
    }),
  });
  door.outcome = recordOutcome();
});
afterEach(() => door.close());

const ask = async (): Promise<number> =>
  (await door.send("GET", "/v1/orders/0190c5a2-7b2c-7d3e-8f4a-1b2c3d4e5f60")).status;

/** Lets readings happen, one each tenth of a second, in which so many calls end. */
async function pass(tenths: number, endedEach = 0): Promise<void> {
  for (let tenth = 0; tenth < tenths; tenth += 1) {
    nowMs += 100;
    ended += endedEach;
    await ask();
  }
}

describe("under pressure", () => {
  it.each([
    ["an event loop without time to spare", busy],
    ["statements that wait", { utilization: 0.1, waiting: 1 }],
  ])("%s: what exceeds the room is refused, and nobody once it is over", async (_title, beyond) => {
    inProgress = 1_000;
    await pass(5);
    expect(await ask()).toBe(200);
    reading = beyond;
    await pass(40);
    expect(await ask()).toBe(503);
    inProgress = 127;
    expect(await ask()).toBe(200);
    inProgress = 128;
    expect(await ask()).toBe(503);
    reading = atEase;
    await pass(1);
    expect(await ask()).toBe(200);
  });

  it("there is room for what is ended in a tenth of a second", async () => {
    reading = busy;
    await pass(50, 300);
    inProgress = 295;
    expect(await ask()).toBe(200);
    inProgress = 305;
    expect(await ask()).toBe(503);
    await pass(50, 200);
    inProgress = 195;
    expect(await ask()).toBe(200);
    inProgress = 205;
    expect(await ask()).toBe(503);
  });

  it("it is told at most once a second, with how many were refused", async () => {
    reading = busy;
    inProgress = 1_000;
    await pass(35);
    const told = observed.filter((observation) => observation.type === "requests.shed");
    expect(told.map(({ count }) => count)).toEqual([9, 10, 10]);
  });

  it("quiet hours do not make a process think itself slow", async () => {
    await pass(100, 1);
    reading = busy;
    await pass(1, 1);
    inProgress = 150;
    expect(await ask()).toBe(200);
  });

  it("the refusal says when to come again, and comes before the body is read or the call begins", async () => {
    reading = busy;
    inProgress = 1_000;
    await pass(2);
    const before = door.envelopes.length;
    const head =
      "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n";
    // Nothing of the body is ever sent: an answer can only be one that does not wait for it.
    const answer = await door.raw(
      `${head}X-Request-Id: my-own\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/\r\nRetry-After: [1-4]\r\n/i);
    expect(answer).toMatch(/\r\nX-Request-Id: my-own\r\n/);
    expect(answer).toContain("http-problem-types#temporary-reduced-capacity");
    expect(answer).toContain('"requestId":"my-own"');
    expect(door.envelopes.length).toBe(before);
  });

  it("health is answered all the same", async () => {
    reading = { utilization: 1, waiting: 5_000 };
    inProgress = 1_000;
    await pass(2);
    expect((await door.send("GET", "/livez")).status).toBe(200);
    expect((await door.send("GET", "/readyz?verbose")).status).toBe(200);
  });
});
