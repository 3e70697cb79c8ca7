import type { Caller } from "../base/caller.ts";
import type { EnqueuedJob, EnqueueOptions, JobRef } from "../declare/enqueue.ts";
import type { JobEnded } from "../observe/observation.ts";
import type { App } from "../operation/call.ts";
import { enqueueFor } from "../operation/enqueue-in.ts";
import { type JobDesk, newJobDesk } from "../operation/job-desk.ts";
import { drainJobs } from "../queue/drain-jobs.ts";
import { findJobs, type JobRecord } from "../queue/find-jobs.ts";
import { jobDoor } from "../transport/job/job-door.ts";

/** The jobs of a back end under test, before they have types. */
export interface TestJobs {
  enqueue(caller: Caller, job: JobRef, input: unknown, options?: EnqueueOptions): Promise<EnqueuedJob>;
  run(): Promise<readonly JobEnded[]>;
  readonly desk: JobDesk;
  list(job?: JobRef): Promise<readonly JobRecord[]>;
}

export function newTestJobs(app: App, ready: () => Promise<void> | undefined): TestJobs {
  const needed = () => {
    if (app.jobs) return app.jobs;
    throw new TypeError("this back end has no jobs; declare some in backend({ jobs })");
  };
  return {
    get desk() {
      return newJobDesk(app, needed());
    },
    enqueue: async (caller, job, input, options) => {
      await ready();
      return app.database.transaction("write", (tx) => {
        const enqueue = enqueueFor(app, caller, app.newId(), tx) as (
          ...given: unknown[]
        ) => Promise<EnqueuedJob>;
        return enqueue(job, input, options);
      });
    },
    run: async () => {
      await ready();
      const { queue, models } = needed();
      const process = "test";
      return drainJobs({
        database: app.database,
        queue,
        jobs: [...models.values()],
        // Without jitter: a test that moves the clock on knows by how much.
        perform: jobDoor({ app, randomBelow: (limit) => limit - 1, process }),
        process,
      });
    },
    list: async (job) => {
      await ready();
      needed();
      return findJobs(app.database, { ...(job ? { job: job.name } : {}), limit: 1_000 });
    },
  };
}
