import type { Database } from "../data/database.ts";
import type { JobModel } from "../model/app-model.ts";
import type { JobEnded } from "../observe/observation.ts";
import type { Queue } from "./open-queue.ts";
import { noteBegun } from "./settle.ts";
import { newControl, type Perform } from "./worker.ts";

export interface DrainOptions {
  readonly database: Database;
  readonly queue: Queue;
  readonly jobs: readonly JobModel[];
  readonly perform: Perform;
  readonly process: string;
}

/** Runs what is due, and what that leads to, one after the other; gives how each run ended. */
export async function drainJobs(options: DrainOptions): Promise<readonly JobEnded[]> {
  const ended: JobEnded[] = [];
  for (let before = -1; before < ended.length; ) {
    before = ended.length;
    for (const job of options.jobs) ended.push(...(await drainOne(options, job)));
  }
  return ended;
}

async function drainOne(
  { database, queue, perform, process }: DrainOptions,
  job: JobModel,
): Promise<readonly JobEnded[]> {
  const claimed = await queue.claim(job, 1);
  await noteBegun(database, claimed, process);
  const ended: JobEnded[] = [];
  for (const each of claimed) {
    const control = newControl(() => {});
    const timer = setTimeout(() => control.abort("timeout"), job.timeoutMs);
    ended.push(await perform(each, control).finally(() => clearTimeout(timer)));
  }
  return claimed.length === 0
    ? ended
    : [...ended, ...(await drainOne({ database, queue, jobs: [], perform, process }, job))];
}
