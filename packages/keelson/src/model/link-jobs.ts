import { durationMs } from "../base/duration.ts";
import { everyone } from "../declare/access.ts";
import type { Backend } from "../declare/backend.ts";
import type { Job } from "../declare/job.ts";
import type { CustomOperation } from "../declare/operation.ts";
import type { JobModel } from "./app-model.ts";
import type { DraftResource } from "./draft-resource.ts";
import { linkCustom } from "./link-operations.ts";

/** What holds where nothing is declared. */
const jobDefaults = { retries: 8, retryFrom: "1s", retryTo: "10m", timeout: "30s" } as const;

/** The jobs of a back end by name. */
export const linkJobs = (
  backend: Pick<Backend, "jobs">,
  drafts: ReadonlyMap<string, DraftResource>,
): ReadonlyMap<string, JobModel> =>
  new Map((backend.jobs ?? []).map((job) => [job.name, linkJob(job, drafts, false)]));

/** Jobs of Keelson's own, which no back end declares. */
export const linkInternalJobs = (jobs: readonly Job[]): ReadonlyMap<string, JobModel> =>
  new Map(jobs.map((job) => [job.name, linkJob(job, new Map(), true)]));

/** A declaration that was found right, as data. */
function linkJob(declaration: Job, drafts: ReadonlyMap<string, DraftResource>, internal: boolean): JobModel {
  const { retry = {}, timeout, concurrency, priority = 0, transaction = "one" } = declaration.options;
  return Object.freeze({
    name: declaration.name,
    declaration,
    operation: Object.freeze(linkCustom(operationOf(declaration), new Map(), drafts)),
    retry: {
      limit: retry.limit ?? jobDefaults.retries,
      fromMs: durationMs(retry.from ?? jobDefaults.retryFrom) ?? 0,
      toMs: durationMs(retry.to ?? jobDefaults.retryTo) ?? 0,
    },
    timeoutMs: durationMs(timeout ?? jobDefaults.timeout) ?? 0,
    concurrency,
    priority,
    transaction,
    internal,
  });
}

/** A run as an operation: who may enqueue it was decided where it was enqueued. */
function operationOf({ name, options }: Job): CustomOperation {
  const { input, errors = {}, description, run } = options;
  return Object.freeze({
    type: "operation",
    effect: "write",
    name: `job.${name}`,
    on: "nothing",
    ...(input === undefined ? {} : { input }),
    ...(description === undefined ? {} : { description }),
    errors,
    access: everyone,
    run: run as unknown as CustomOperation["run"],
  });
}
