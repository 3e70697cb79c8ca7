import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LeakError, type TestBackend, testBackend } from "../../src/testing/index.ts";
import { desk, script } from "./desk.ts";

let t: TestBackend<typeof desk>;
beforeEach(async () => {
  t = await testBackend(desk, { settleMs: 50 });
});
afterEach(() => t.close().catch(() => {}));

const leaks = async (): Promise<readonly string[]> => {
  const error = await t.close().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof LeakError ? error.leaks : [];
};

it("a call whose handler does not end is named, with its transaction", async () => {
  const begun = Promise.withResolvers<void>();
  script.run = async (look) => {
    await look();
    begun.resolve();
    return new Promise(() => {});
  };
  void t.anonymous.stall().catch(() => {});
  await begun.promise;
  expect(await leaks()).toEqual([
    expect.stringMatching(/^stall is still running/),
    expect.stringMatching(/^1 connection of the back end is still in use.*idle in transaction: select/),
  ]);
});

it("a handler that does not end before its first statement has no transaction yet, but its connection", async () => {
  const begun = Promise.withResolvers<void>();
  script.run = () => {
    begun.resolve();
    return new Promise(() => {});
  };
  void t.anonymous.stall().catch(() => {});
  await begun.promise;
  expect(await leaks()).toEqual([
    expect.stringMatching(/^stall is still running/),
    "1 connection of the back end is still in use.",
  ]);
});

it("a call that ends soon is waited for", async () => {
  const patient = await testBackend(desk, { settleMs: 10_000 });
  script.run = () => pause(20);
  void patient.anonymous.stall();
  await expect(patient.close()).resolves.toBeUndefined();
});

it("a transaction of t.db that was left open is told", async () => {
  await t.db.startTransaction().execute();
  expect(await leaks()).toEqual([expect.stringMatching(/^1 connection of t\.db is still in use/)]);
});

it("a rejected promise that a handler left behind is told, with its handler", async () => {
  // The runner has a listener of its own, which would fail this test.
  const others = process.listeners("unhandledRejection").slice(0, -1);
  for (const other of others) process.off("unhandledRejection", other);
  try {
    script.run = () => void Promise.reject(new Error("nobody waits"));
    await t.anonymous.stall();
    await pause(5);
    expect(await leaks()).toEqual([
      expect.stringMatching(/^stall has left a promise that was rejected: Error: nobody waits/),
    ]);
  } finally {
    for (const other of others) process.on("unhandledRejection", other);
  }
});

it("nothing is told of a test that awaited everything, and closing again does nothing", async () => {
  script.run = () => undefined;
  await t.anonymous.stall();
  const write = vi.spyOn(process.stdout, "write");
  await t.close();
  await t.close();
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
});
