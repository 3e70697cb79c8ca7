import { setTimeout as pause } from "node:timers/promises";
import { failure } from "../base/error.ts";
import { isUuid } from "../base/id.ts";
import type { JobModel } from "../model/app-model.ts";
import { cancelJob, hurryJob } from "../queue/change-jobs.ts";
import {
  countDeadLetters,
  type DeadLetter,
  type DeadLetterFilter,
  discardDeadLetter,
  editDeadLetter,
  getDeadLetter,
  listDeadLetters,
  nextDeadLetters,
  redriveDeadLetter,
} from "../queue/dead-letters.ts";
import { placeOf } from "../queue/enqueue.ts";
import {
  findJobs,
  type JobAttempt,
  type JobFilter,
  type JobRecord,
  jobAttempts,
} from "../queue/find-jobs.ts";
import { callerOf } from "../queue/payload.ts";
import type { App, Jobs } from "./call.ts";
import { validOf } from "./validate-input.ts";

/** Many dead letters, one after the other. */
export interface ManyOptions {
  readonly filter: DeadLetterFilter;
  /** How many a second at most. @defaultValue as fast as it goes */
  readonly perSecond?: number | undefined;
  /** Told after each of them. */
  readonly onProgress?: (progress: ManyProgress) => void;
  /** Ends the work between two of them; what was done stays done. */
  readonly signal?: AbortSignal;
}

/** How far {@link ManyOptions} have come. */
export interface ManyProgress {
  readonly done: number;
  /** Those that could not be taken back, e.g. since their input is not valid any more; they stay. */
  readonly failed: readonly { readonly id: string; readonly message: string }[];
  readonly total: number;
}

/**
 * What those do who look after the jobs. It is above the access rules: whoever lets somebody at it decides who that
 * is, and says so by `by`, which is observed with every change.
 */
export interface JobDesk {
  list(filter: JobFilter): Promise<readonly JobRecord[]>;
  /** @throws KeelsonError `not_found` */
  show(id: string): Promise<{ readonly job: JobRecord; readonly history: readonly JobAttempt[] }>;
  /** @throws KeelsonError `not_found`, `conflict` for one that has ended */
  cancel(id: string, by: string): Promise<void>;
  /** Runs it now. @throws KeelsonError `not_found`, `conflict` for one that runs or has ended */
  hurry(id: string, by: string): Promise<void>;
  readonly deadLetters: {
    list(filter: DeadLetterFilter, limit?: number): Promise<readonly DeadLetter[]>;
    /** @throws KeelsonError `not_found` */
    show(id: string): Promise<{ readonly letter: DeadLetter; readonly history: readonly JobAttempt[] }>;
    /** @throws KeelsonError `not_found`, `validation_failed` */
    edit(id: string, input: unknown, by: string): Promise<void>;
    /** @throws KeelsonError `not_found`, `conflict` where the job is not declared, `validation_failed` */
    redrive(id: string, by: string): Promise<void>;
    /** @throws KeelsonError `not_found` */
    discard(id: string, by: string): Promise<void>;
    /** Those that there are when it begins; what is not done when it ends is done by beginning again. */
    redriveAll(options: ManyOptions, by: string): Promise<ManyProgress>;
    discardAll(options: ManyOptions, by: string): Promise<ManyProgress>;
  };
}

/** Opens the desk of a back end that has jobs. */
export function newJobDesk(app: App, jobs: Jobs): JobDesk {
  const { database } = app;
  const observed = (type: "job.cancelled" | "job.hurried", jobId: string, by: string): void =>
    app.observe({ type, jobId, job: null, by });
  const found = async (id: string): Promise<JobRecord> => {
    const [job] = isUuid(id) ? await findJobs(database, { id }) : [];
    return job ?? notFound("job", id);
  };
  const change = async (id: string, work: typeof cancelJob): Promise<void> => {
    const { state } = await found(id);
    if (!(await work(database, id))) throw failure("conflict", `The job is ${state}.`);
  };
  const one = letters(app, jobs);
  return {
    list: (filter) => findJobs(database, filter),
    show: async (id) => ({ job: await found(id), history: await jobAttempts(database, id) }),
    cancel: async (id, by) => {
      await change(id, cancelJob);
      observed("job.cancelled", id, by);
    },
    hurry: async (id, by) => {
      await change(id, hurryJob);
      observed("job.hurried", id, by);
    },
    deadLetters: {
      list: (filter, limit = 100) => listDeadLetters(database, filter, limit),
      show: async (id) => ({
        letter: await one.get(id),
        history: await jobAttempts(database, id),
      }),
      ...one,
      redriveAll: (options, by) => many(app, options, (id) => one.redrive(id, by)),
      discardAll: (options, by) => many(app, options, (id) => one.discard(id, by)),
    },
  };
}

/** What is done with a single dead letter: each in a transaction in which nobody else has it. */
function letters(app: App, { models, queue }: Jobs) {
  const taken = <T>(
    id: string,
    work: (
      letter: DeadLetter,
      tx: Parameters<Parameters<App["database"]["transaction"]>[1]>[0],
    ) => Promise<T>,
  ): Promise<T> =>
    app.database.transaction("write", async (tx) => {
      const letter = isUuid(id) ? await getDeadLetter(tx, id) : undefined;
      return work(letter ?? notFound("dead letter", id), tx);
    });
  const valid = async (job: JobModel, input: unknown): Promise<unknown> =>
    validOf(await app.validators.of(job.operation, false)(input));
  const modelOf = ({ job }: DeadLetter): JobModel => {
    const model = models.get(job);
    if (model) return model;
    throw failure("conflict", `This back end declares no job "${job}" any more.`);
  };
  const told = async (
    type: "job.redriven" | "job.edited" | "job.discarded",
    by: string,
    work: Promise<DeadLetter>,
  ): Promise<void> => {
    const { id, job } = await work;
    app.observe({ type, jobId: id, job, by });
  };
  return {
    get: (id: string) => taken(id, async (letter) => letter),
    edit: (id: string, input: unknown, by: string) =>
      told(
        "job.edited",
        by,
        taken(id, async (letter, tx) => {
          await valid(modelOf(letter), input);
          await editDeadLetter(tx, id, input);
          return letter;
        }),
      ),
    redrive: (id: string, by: string) =>
      told(
        "job.redriven",
        by,
        taken(id, async (letter, tx) => {
          const job = modelOf(letter);
          const caller = callerOf({
            v: 1,
            input: letter.input,
            caller: letter.caller,
            requestId: letter.requestId,
          });
          if (!caller)
            throw failure("conflict", "This version of Keelson cannot read for whom it is to run.");
          const place = placeOf(job, await valid(job, letter.input), caller);
          await redriveDeadLetter(queue, tx, job, letter, place);
          return letter;
        }),
      ),
    discard: (id: string, by: string) =>
      told(
        "job.discarded",
        by,
        taken(id, async (letter, tx) => {
          await discardDeadLetter(tx, id);
          return letter;
        }),
      ),
  };
}

const batchSize = 100;

async function many(
  app: App,
  { filter, perSecond, onProgress, signal }: ManyOptions,
  work: (id: string) => Promise<void>,
): Promise<ManyProgress> {
  const { count: total, now } = await countDeadLetters(app.database, filter);
  // What dies again meanwhile is not taken back again.
  const until = filter.until !== undefined && filter.until < now ? filter.until : now;
  const failed: { readonly id: string; readonly message: string }[] = [];
  let done = 0;
  const startedMs = app.clock.monotonicMs();
  for (let ids = await due(); ids.length > 0 && !signal?.aborted; ids = await due())
    for (const id of ids) {
      if (signal?.aborted) break;
      await work(id).then(
        () => {
          done += 1;
        },
        (error: unknown) => {
          // Somebody else may have been at it meanwhile.
          failed.push({ id, message: error instanceof Error ? error.message : String(error) });
        },
      );
      onProgress?.({ done, failed, total });
      if (perSecond === undefined) continue;
      const waitMs = ((done + failed.length) * 1_000) / perSecond - (app.clock.monotonicMs() - startedMs);
      if (waitMs > 0) await pause(waitMs, undefined, { ...(signal ? { signal } : {}) }).catch(() => {});
    }
  return { done, failed, total };

  /** Those that could not be done stay where they are, in front. */
  async function due(): Promise<readonly string[]> {
    const skipped = new Set(failed.map(({ id }) => id));
    const found = await nextDeadLetters(app.database, { ...filter, until }, batchSize + skipped.size);
    return found.filter((id) => !skipped.has(id));
  }
}

function notFound(what: string, id: string): never {
  throw failure("not_found", `There is no ${what} "${id}".`);
}
