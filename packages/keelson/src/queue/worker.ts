import type { Database } from "../data/database.ts";
import type { JobModel } from "../model/app-model.ts";
import type { JobEnded, Observe, WorkerTask } from "../observe/observation.ts";
import { dueJobs } from "./due-jobs.ts";
import { keepLeases, noteProgress } from "./keep-leases.ts";
import type { ClaimedJob, Queue } from "./open-queue.ts";
import { rescueJobs } from "./rescue.ts";
import { noteBegun, releaseJob } from "./settle.ts";

/** Why a run is not to go on. */
export type RunEnd = "timeout" | "cancelled" | "lost" | "released";

/** What the worker and whoever performs a job say to each other while it runs. */
export interface RunControl {
  /** Aborted when the run is not to go on. */
  readonly signal: AbortSignal;
  /** Set once `signal` is aborted. */
  readonly end: RunEnd | undefined;
  /** Has the signal aborted. The first reason counts. */
  abort(end: RunEnd): void;
  /** Written down with the next look at the clock. */
  progress(value: object): void;
}

/** Runs a job and settles it. Must not reject: what goes wrong is the job's. */
export type Perform = (job: ClaimedJob, control: RunControl) => Promise<JobEnded>;

export interface WorkerOptions {
  readonly database: Database;
  readonly queue: Queue;
  readonly jobs: readonly JobModel[];
  readonly perform: Perform;
  readonly observe: Observe;
  /** What this process is called in the history of runs. */
  readonly process: string;
  /** How many jobs run at the same time. */
  readonly concurrency: number;
  /** How long a lease lasts without being renewed; renewed three times as often. */
  readonly leaseMs: number;
  readonly poisonAfter: number;
  /** How often it looks for what nobody has told it of. @defaultValue 1,000 ms */
  readonly pollMs?: number;
}

interface Run {
  readonly claimed: ClaimedJob;
  readonly control: RunControl;
  readonly done: Promise<void>;
  written: object | undefined;
  pending: object | undefined;
}

const progressMs = 500;

/**
 * Runs jobs in this process.
 *
 *     idle ──start──→ working ──stop──→ draining ──all done, or time over──→ stopped
 *
 * Working, it claims jobs whenever it has room and has reason to think that there are some: it was told, a claim before
 * came back full, or its look around found some. Draining, it claims nothing, and gives back what is not done in time.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #running = new Map<string, Run>();
  /** Jobs of which there may be more. */
  readonly #hopeful: Set<JobModel>;
  readonly #timers: NodeJS.Timeout[] = [];
  #next = 0;
  #claiming: Promise<void> | undefined;
  #again = false;
  #state: "idle" | "working" | "draining" | "stopped" = "idle";

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#hopeful = new Set(options.jobs);
  }

  /** How many jobs are being run. */
  get running(): number {
    return this.#running.size;
  }

  get working(): boolean {
    return this.#state === "working";
  }

  start(): void {
    if (this.#state !== "idle") return;
    this.#state = "working";
    const { leaseMs, pollMs = 1_000 } = this.#options;
    this.#every("look", pollMs, () => this.#look());
    this.#every("renew", Math.max(50, leaseMs / 3), () => this.#renew());
    this.#every("rescue", Math.max(100, Math.min(2_000, leaseMs / 3)), () => this.#rescue());
    this.#every("progress", progressMs, () => this.#writeProgress());
    this.#claim();
  }

  /** There may be something in this queue, or in all. */
  wake(queue?: string): void {
    const name = queue?.replace(/\.keyed$/, "");
    for (const job of this.#options.jobs) if (name === undefined || job.name === name) this.#hopeful.add(job);
    this.#claim();
  }

  /** Ends the run of a job that was cancelled. */
  cancel(id: string): void {
    for (const { claimed, control } of this.#running.values())
      if (claimed.id === id) control.abort("cancelled");
  }

  /** Waits for the jobs that are running, and gives back what is not done in time. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#state === "stopped") return;
    this.#state = "draining";
    await this.#claiming;
    const all = (): Promise<unknown> => Promise.all([...this.#running.values()].map(({ done }) => done));
    if (await endsWithin(all(), timeoutMs)) return this.#stopped();
    for (const run of this.#running.values()) {
      run.control.abort("released");
      const fault = { code: "released", message: "The process was stopped before it was done." };
      await releaseJob(this.#options.database, run.claimed, fault).catch(() => false);
    }
    await endsWithin(all(), lastWordsMs);
    this.#stopped();
  }

  #stopped(): void {
    this.#state = "stopped";
    for (const timer of this.#timers) clearInterval(timer);
  }

  /** One at a time. What fails is told, and tried again at the next turn. */
  #every(task: WorkerTask, ms: number, work: () => Promise<void>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy || this.#state === "stopped") return;
      busy = true;
      work()
        .catch((error: unknown) => this.#tell(task, error))
        .finally(() => {
          busy = false;
        });
    }, ms);
    this.#timers.push(timer.unref());
  }

  #tell(task: WorkerTask, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#options.observe({ type: "worker.failed", task, message });
  }

  #claim(): void {
    if (this.#state !== "working") return;
    this.#again = true;
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined;
    });
  }

  async #claimAll(): Promise<void> {
    const { jobs } = this.#options;
    while (this.#again && this.#state === "working") {
      this.#again = false;
      this.#next += 1;
      const turns = jobs.map((_, index) => jobs[(index + this.#next) % jobs.length] as JobModel);
      const hopeful = turns.filter((job) => this.#hopeful.has(job));
      for (const [index, job] of hopeful.entries()) {
        const count = this.#roomFor(job, hopeful.length - index);
        if (count > 0) await this.#claimSome(job, count);
      }
    }
  }

  /** An equal part of the room for everybody who is still to come. */
  #roomFor({ name, concurrency = Number.POSITIVE_INFINITY }: JobModel, others: number): number {
    const own = [...this.#running.values()].filter(({ claimed }) => claimed.job.name === name).length;
    const free = this.#options.concurrency - this.#running.size;
    return Math.min(Math.ceil(free / others), concurrency - own);
  }

  async #claimSome(job: JobModel, count: number): Promise<void> {
    const { queue, database, process } = this.#options;
    // Before asking: what comes in meanwhile sets it again.
    this.#hopeful.delete(job);
    try {
      const claimed = await queue.claim(job, count);
      await noteBegun(database, claimed, process);
      // Of one group no more than its share is given out, and what comes behind it is only seen the next time.
      if (claimed.length === count || (claimed.length > 0 && job.declaration.options.group)) {
        this.#hopeful.add(job);
        this.#again = true;
      }
      for (const each of claimed) this.#begin(each);
    } catch (error) {
      // What was claimed without being run loses its lease; the look around finds the rest.
      this.#tell("claim", error);
    }
  }

  #begin(claimed: ClaimedJob): void {
    const control = newControl((value) => {
      run.pending = value;
    });
    const run: Run = {
      claimed,
      control,
      done: this.#perform(claimed, control),
      written: undefined,
      pending: undefined,
    };
    this.#running.set(nameOf(claimed), run);
  }

  async #perform(claimed: ClaimedJob, control: RunControl): Promise<void> {
    const { perform } = this.#options;
    const timer = setTimeout(() => control.abort("timeout"), claimed.job.timeoutMs);
    try {
      // Not before it is known to be running.
      await Promise.resolve();
      await perform(claimed, control);
    } finally {
      clearTimeout(timer);
      this.#running.delete(nameOf(claimed));
      const { key, group } = claimed.job.declaration.options;
      if (key !== undefined || group !== undefined) this.#hopeful.add(claimed.job);
      if (this.#hopeful.size > 0) this.#claim();
    }
  }

  async #look(): Promise<void> {
    if (this.#state !== "working" || this.#running.size >= this.#options.concurrency) return;
    for (const queue of await dueJobs(this.#options.database)) this.wake(queue);
  }

  async #renew(): Promise<void> {
    const leases = [...this.#running.values()].map(({ claimed }) => claimed);
    if (leases.length === 0) return;
    for (const { id, attempt, cancelled } of await keepLeases(this.#options.database, leases)) {
      this.#running.get(nameOf({ id, attempt }))?.control.abort(cancelled ? "cancelled" : "lost");
    }
  }

  async #rescue(): Promise<void> {
    const { database, leaseMs, poisonAfter, observe } = this.#options;
    if (this.#state !== "working") return;
    for (const { job, id, attempt, process, dead } of await rescueJobs(database, { leaseMs, poisonAfter })) {
      observe({ type: "job.lost", job, jobId: id, attempt, process: process ?? null, dead: dead ?? null });
      this.wake(job);
    }
  }

  async #writeProgress(): Promise<void> {
    for (const run of this.#running.values()) {
      if (run.pending === run.written || run.pending === undefined) continue;
      run.written = run.pending;
      await noteProgress(this.#options.database, run.claimed, run.pending);
    }
  }
}

/** A job can be claimed again before its last run has quite ended here. */
const nameOf = ({ id, attempt }: Pick<ClaimedJob, "id" | "attempt">): string => `${id} ${attempt}`;

/** How long runs that were told to end may take for it. */
const lastWordsMs = 1_000;

async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a run and its worker tell each other by. */
export function newControl(progress: (value: object) => void): RunControl {
  const controller = new AbortController();
  let end: RunEnd | undefined;
  return {
    signal: controller.signal,
    get end() {
      return end;
    },
    abort(reason) {
      if (end !== undefined) return;
      end = reason;
      controller.abort(new Error(endings[reason]));
    },
    progress,
  };
}

const endings: Readonly<Record<RunEnd, string>> = {
  timeout: "the job took longer than its timeout",
  cancelled: "the job was cancelled",
  lost: "another worker has taken the job over",
  released: "the process is stopping",
};
