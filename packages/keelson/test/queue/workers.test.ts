import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type TestBackend, testBackend } from "../../src/testing/index.ts";
import { seed } from "../support/seed.ts";
import { bomb, pack, sort, sorting, toss } from "./sorting-model.ts";

const program = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

let t: TestBackend<typeof sorting>;
const children = new Set<WorkerProcess>();

beforeAll(async () => {
  t = await testBackend(sorting);
});
afterEach(async () => {
  await Promise.all([...children].map((child) => child.end("SIGKILL")));
  await t.reset();
});
afterAll(() => t.close());

/** A worker that has begun, and what it says. */
interface WorkerProcess {
  readonly child: ChildProcess;
  said(pattern: RegExp): Promise<void>;
  /** Signals it and waits for its end; gives the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

async function startWorker(...args: readonly string[]): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ["--conditions=keelson-source", program, t.databaseUrl, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin?.on("error", () => {});
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  let text = "";
  const waiting = new Set<() => void>();
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (const look of waiting) look();
  });
  const worker: WorkerProcess = {
    child,
    said: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!pattern.test(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    end: async (signal) => {
      children.delete(worker);
      child.kill(signal);
      // What is stopped does not hear anything else.
      if (signal === "SIGKILL") child.kill("SIGCONT");
      const [code, by] = await ended;
      return code ?? by;
    },
  };
  children.add(worker);
  await worker.said(/^ready$/m);
  return worker;
}

const parcels = () =>
  t.db.selectFrom("parcel").select(["belt", "number", "by"]).orderBy("createdAt").execute();

/** Waits for what takes as long as it takes. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const count = async (text: string): Promise<number> => {
  const { rows } = await sql.raw<{ count: string }>(text).execute(t.db);
  return Number(rows[0]?.count);
};
const unfinished = () => count("select count(*) from keelson_jobs.job where state < 'completed'");
const placed = () => count("select count(*) from parcels");

/** Numbers that look random and are the same every time. */
function newChance(): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe("workers that are killed", () => {
  test("lose nothing, do nothing twice, and keep the order of each key", async () => {
    const below = newChance();
    const belts = Array.from({ length: 12 }, (_, index) => `belt ${index}`);
    const inOrder = async (kind: typeof sort | typeof toss, belt: string, last: number) => {
      for (let number = 1; number <= last; number += 1)
        await t.enqueue({ id: "foreman" }, kind, { belt, number });
    };
    const enqueued = Promise.all([
      ...belts.map((belt) => inOrder(sort, belt, 15)),
      ...["a", "b", "c", "d"].map((heap) => inOrder(toss, heap, 30)),
    ]);
    const workers = await Promise.all([startWorker(), startWorker(), startWorker()]);
    await enqueued;
    for (let kill = 1; kill <= 4; kill += 1) {
      await until(async () => (await placed()) >= kill * 50);
      const victim = below(workers.length);
      // The second one is only stopped, for longer than its lease, and goes on as if nothing had been.
      if (kill === 2) {
        const stopped = workers[victim]?.child;
        stopped?.kill("SIGSTOP");
        setTimeout(() => stopped?.kill("SIGCONT"), 2_500);
        continue;
      }
      await workers[victim]?.end("SIGKILL");
      workers[victim] = await startWorker();
    }
    await until(async () => (await unfinished()) === 0);
    expect(await t.jobDesk.deadLetters.list({})).toEqual([]);
    const done = await parcels();
    expect(done).toHaveLength(300);
    for (const belt of belts)
      expect(done.filter((each) => each.belt === belt).map(({ number }) => number)).toEqual(
        Array.from({ length: 15 }, (_, index) => index + 1),
      );
    expect(new Set(done.map(({ belt, number }) => `${belt} ${number}`)).size).toBe(300);
    for (const worker of workers) expect(await worker.end("SIGTERM")).toBe(0);
  }, 60_000);

  test("and wake up again after their lease cannot commit what they were doing", async () => {
    await t.enqueue({ id: "foreman" }, toss, { belt: "heap", number: 1 });
    const sleeper = await startWorker("held", "500");
    await sleeper.said(/^inside heap 1$/m);
    sleeper.child.kill("SIGSTOP");
    const other = await startWorker("held", "500");
    await other.said(/^inside heap 1$/m);
    other.child.stdin?.write("go on\n");
    await until(async () => (await unfinished()) === 0);
    sleeper.child.kill("SIGCONT");
    sleeper.child.stdin?.write("go on\n");
    await sleeper.said(/^given up: lost$/m);
    expect(await parcels()).toEqual([{ belt: "heap", number: 1, by: `process ${other.child.pid}` }]);
    const [job] = await t.jobs();
    expect((await t.jobDesk.show(job?.id ?? "")).history).toMatchObject([
      {
        attempt: 1,
        outcome: "lost",
        code: "lease_lost",
        process: expect.stringMatching(`:${sleeper.child.pid}$`),
      },
    ]);
  }, 60_000);

  test("by a job are given no further one of it", async () => {
    const { id } = await t.enqueue({ id: "foreman" }, bomb, {});
    await t.enqueue({ id: "foreman" }, toss, { belt: "heap", number: 1 }, { delay: "1ms" });
    for (let life = 1; life <= 2; life += 1) {
      const [code] = (await once((await startWorker("busy", "500", "2")).child, "exit")) as [number | null];
      expect(code).toBeNull();
    }
    const survivor = await startWorker("busy", "500", "2");
    await until(async () => (await t.jobDesk.deadLetters.list({})).length === 1);
    expect(await t.jobDesk.deadLetters.list({})).toMatchObject([
      { id, job: "bomb", reason: "poison", code: "lease_lost" },
    ]);
    await until(async () => (await unfinished()) === 0);
    expect(await parcels()).toHaveLength(1);
    expect(await survivor.end("SIGTERM")).toBe(0);
  }, 60_000);
});

test("a group that has much to do leaves room for others", async () => {
  for (const number of [1, 2, 3, 4, 5, 6]) await t.enqueue({ id: "foreman" }, pack, { belt: "a", number });
  await t.enqueue({ id: "foreman" }, pack, { belt: "b", number: 1 });
  const worker = await startWorker("held", "60000");
  await worker.said(/^inside b 1$/m);
  await worker.said(/^inside a 1$/m);
  expect(await count("select count(*) from keelson_jobs.job where state = 'active'")).toBe(2);
});

describe("a worker that is told to stop", () => {
  test("finishes what it is doing", async () => {
    await t.enqueue({ id: "foreman" }, toss, { belt: "heap", number: 1 });
    const worker = await startWorker("held");
    await worker.said(/^inside heap 1$/m);
    const ended = worker.end("SIGTERM");
    worker.child.stdin?.write("go on\n");
    expect(await ended).toBe(0);
    expect(await t.jobs()).toMatchObject([{ state: "completed", attempts: 1 }]);
    expect(await parcels()).toHaveLength(1);
  });

  test("gives back what it cannot finish, and that run does not count", async () => {
    await t.enqueue({ id: "foreman" }, toss, { belt: "heap", number: 1 });
    const stuck = await startWorker("stuck", "60000");
    await stuck.said(/^inside heap 1$/m);
    expect(await stuck.end("SIGTERM")).toBe(0);
    expect(await parcels()).toEqual([]);
    expect(await t.jobs()).toMatchObject([{ state: "waiting", attempts: 1, retryLimit: 51 }]);
    expect(await t.runJobs()).toMatchObject([{ type: "job.finished", attempt: 2 }]);
  });
});
