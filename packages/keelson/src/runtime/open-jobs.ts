import { hostname } from "node:os";
import { randomBelow } from "../base/random.ts";
import type { AppModel } from "../model/app-model.ts";
import { linkInternalJobs } from "../model/link-jobs.ts";
import { offersTransfers } from "../model/link-transfers.ts";
import type { Observe } from "../observe/observation.ts";
import type { App, Jobs } from "../operation/call.ts";
import { transferJob } from "../operation/transfer/run-transfer.ts";
import { cleanJobs } from "../queue/clean.ts";
import { openQueue } from "../queue/open-queue.ts";
import { listenForJobs } from "../queue/wake-channel.ts";
import { Worker } from "../queue/worker.ts";
import { jobDoor } from "../transport/job/job-door.ts";
import { startCleaning } from "./cleaning.ts";
import type { Config } from "./config.ts";
import type { OpenData } from "./open-data.ts";

/**
 * Opens the queue; undefined where there are no jobs.
 *
 * @param app - asked when a job of Keelson's own runs: the queue is opened before the pipeline is put together
 */
export async function openJobs(
  model: Pick<AppModel, "jobs" | "resources">,
  data: Pick<OpenData, "database">,
  app: () => App,
): Promise<Jobs | undefined> {
  const models = new Map([
    ...model.jobs,
    ...linkInternalJobs(offersTransfers(model) ? [transferJob(app)] : []),
  ]);
  if (models.size === 0) return undefined;
  return { models, queue: await openQueue(data.database, models.values()) };
}

/** The part of a process that runs jobs. */
export interface JobRunner {
  readonly worker: Worker;
  start(): void;
  /** Finishes what is running, or gives it back. */
  stop(timeoutMs: number): Promise<void>;
}

export interface JobRunnerOptions {
  readonly app: App;
  readonly jobs: Jobs;
  readonly data: Pick<OpenData, "database" | "url">;
  readonly config: Pick<Config, "jobConcurrency" | "jobLeaseMs" | "jobRetentionMs" | "deadLetterRetentionMs">;
  readonly observe: Observe;
  /** Names of the jobs to run. @defaultValue all */
  readonly only?: readonly string[];
  /** After how many lost leases a job is given up. @defaultValue 3: it may be what ends its workers */
  readonly poisonAfter?: number;
}

/** What this process is called in the history of jobs. */
const processName = (): string => `${hostname()}:${process.pid}`;

/** Puts the worker together with its door, the connection that it is woken by, and the cleaning. */
export function newJobRunner({
  app,
  jobs,
  data,
  config,
  observe,
  only,
  poisonAfter = 3,
}: JobRunnerOptions): JobRunner {
  const { database } = data;
  const name = processName();
  const worker = new Worker({
    database,
    queue: jobs.queue,
    jobs: [...jobs.models.values()].filter((job) => only === undefined || only.includes(job.name)),
    perform: jobDoor({ app, randomBelow, process: name }),
    observe,
    process: name,
    concurrency: config.jobConcurrency,
    leaseMs: config.jobLeaseMs,
    poisonAfter,
  });
  let close = async (): Promise<void> => {};
  return {
    worker,
    start: () => {
      worker.start();
      // Behind a transaction pooler nothing can be listened to.
      const wakes = database.pooled
        ? undefined
        : listenForJobs(data.url, `keelson ${app.model.name} jobs`, {
            wake: (queue) => worker.wake(queue),
            cancelled: (id) => worker.cancel(id),
            missed: () => worker.wake(),
          });
      const cleaning = startCleaning(async () => {
        const removed = await cleanJobs(database, {
          completedMs: config.jobRetentionMs,
          deadLettersMs: config.deadLetterRetentionMs,
        });
        if (removed.jobs + removed.deadLetters > 0) observe({ type: "jobs.cleaned", ...removed });
      });
      close = async () => {
        wakes?.close();
        await cleaning.stop();
      };
    },
    stop: async (timeoutMs) => {
      await worker.stop(timeoutMs);
      await close();
    },
  };
}
