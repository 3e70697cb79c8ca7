import type { PgBoss } from "pg-boss";
import type { Database } from "../data/database.ts";
import { jobSchema } from "../data/migrate/job-schema.ts";
import type { Transaction } from "../data/transaction.ts";
import type { JobModel } from "../model/app-model.ts";

/** The queue's tables, by way of pg-boss: how jobs come in, and how they are given out. */
export interface Queue {
  /** Puts a job in, as part of a transaction. */
  insert(tx: Transaction, job: JobModel, entry: QueueEntry): Promise<void>;
  /** Gives out up to `count` jobs that are due, by priority and age; of one key the oldest, and one at a time. */
  claim(job: JobModel, count: number): Promise<readonly ClaimedJob[]>;
  close(): Promise<void>;
}

export interface QueueEntry {
  readonly id: string;
  readonly payload: object;
  readonly priority: number;
  /** Milliseconds from now, or RFC 3339; undefined for at once. */
  readonly startAfter: number | string | undefined;
  readonly key: string | undefined;
  readonly group: string | undefined;
}

/** A job that this process has got to run, for as long as it keeps its lease. */
export interface ClaimedJob {
  readonly job: JobModel;
  /** Where it lies. */
  readonly queue: string;
  readonly id: string;
  /** 1 for the first run; with the id, what the lease is known by. */
  readonly attempt: number;
  /** Runs after which it is given up, less one. */
  readonly retryLimit: number;
  readonly payload: unknown;
  /** RFC 3339 UTC. */
  readonly enqueuedAt: string;
}

/** Ten years: what waits is never thrown away. */
const keepSeconds = 315_360_000;

/** A job with a key is in a queue of another kind; should a declaration get or lose its key, both are emptied. */
const queuesOf = ({ name, declaration }: JobModel): readonly [own: string, other: string] => {
  const names = [name, `${name}.keyed`] as const;
  return declaration.options.key ? [names[1], names[0]] : [names[0], names[1]];
};

/**
 * Opens pg-boss on the pool: without its own timers and loops, which know neither callers nor drains. What it is asked
 * for is putting jobs in and giving them out.
 */
export async function openQueue(database: Database, jobs: Iterable<JobModel>): Promise<Queue> {
  const { PgBoss } = await import("pg-boss");
  const boss = new PgBoss({
    schema: jobSchema,
    migrate: false,
    supervise: false,
    schedule: false,
    db: { executeSql: (text, values) => database.pool.query(text, values as unknown[]) },
  });
  // What goes wrong is thrown to whoever asked; without a listener it would be thrown at everybody.
  boss.on("error", () => {});
  const present = await makeQueues(boss, [...jobs]);
  // After that: what it knows of the queues from its beginning it need not ask for in the middle of a transaction,
  // where it would wait for a second connection while others, with one each, wait for theirs.
  await boss.start();
  return {
    insert: async (tx, job, { id, payload, priority, startAfter, key, group }) => {
      const db = { executeSql: prepared(tx) };
      await boss.insert(
        queuesOf(job)[0],
        [
          {
            id,
            data: payload,
            priority,
            retryLimit: job.retry.limit,
            ...(startAfter === undefined ? {} : { startAfter: textOf(startAfter) }),
            ...(key === undefined ? {} : { singletonKey: key }),
            ...(group === undefined ? {} : { group: { id: group } }),
          },
        ],
        { db },
      );
    },
    claim: async (job, count) => {
      const claimed: ClaimedJob[] = [];
      for (const queue of queuesOf(job).filter((name) => present.has(name))) {
        const batchSize = count - claimed.length;
        if (batchSize > 0) claimed.push(...(await claimFrom(boss, job, queue, batchSize)));
      }
      return claimed;
    },
    close: () => boss.stop({ graceful: false, close: false }),
  };
}

/** Names that statements of pg-boss's are prepared by; there is one for each queue. */
const preparedNames = new Map<string, string>();

/** Runs what is asked often, and answers nothing, as part of a transaction. */
const prepared =
  (tx: Transaction) =>
  async (text: string, values: unknown[] = []): Promise<{ rows: [] }> => {
    const name = preparedNames.get(text) ?? `k_job_put_${preparedNames.size}`;
    preparedNames.set(text, name);
    await tx.run({ name, text }, values, () => {});
    return { rows: [] };
  };

/** pg-boss takes a number for seconds, which are too coarse. */
const textOf = (startAfter: number | string): string =>
  typeof startAfter === "string" ? startAfter : `${startAfter} milliseconds`;

async function claimFrom(
  boss: PgBoss,
  job: JobModel,
  queue: string,
  batchSize: number,
): Promise<readonly ClaimedJob[]> {
  const { group } = job.declaration.options;
  const found = await boss.fetch(queue, {
    batchSize,
    includeMetadata: true,
    ...(group ? { groupConcurrency: group.concurrency } : {}),
  });
  return found.map(({ id, data, retryCount, retryLimit, createdOn }) => ({
    job,
    queue,
    id,
    attempt: retryCount + 1,
    retryLimit,
    payload: data,
    enqueuedAt: createdOn.toISOString(),
  }));
}

/** Registers the queues of the jobs; gives the names of all that there are. */
async function makeQueues(boss: PgBoss, jobs: readonly JobModel[]): Promise<ReadonlySet<string>> {
  const present = new Set((await boss.getQueues()).map(({ name }) => name));
  for (const job of jobs) {
    const [name] = queuesOf(job);
    if (present.has(name)) continue;
    await boss.createQueue(name, {
      policy: job.declaration.options.key ? "key_strict_fifo" : "standard",
      notify: true,
      retentionSeconds: keepSeconds,
    });
    present.add(name);
  }
  return present;
}
