import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Caller } from "../base/caller.ts";
import type { Duration } from "../base/duration.ts";
import type { Enqueue, JobRef } from "./enqueue.ts";
import type { Fields, InputOf } from "./field.ts";
import type { Db, HandlerContext } from "./handler.ts";
import type { DeclaredError } from "./operation.ts";

type InputSpec = Fields | StandardSchemaV1;
type InputValue<I> = I extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<I>
  : I extends Fields
    ? InputOf<I>
    : Record<never, never>;

/** How often a job that failed is run again, and when. */
export interface RetryOptions {
  /** How often it is run again after the first time, 0 to 100. @defaultValue 8 */
  readonly limit?: number;
  /** The longest wait before the first repetition; it doubles with every further one. @defaultValue "1s" */
  readonly from?: Duration;
  /** What the longest wait grows to. @defaultValue "10m" */
  readonly to?: Duration;
}

/** How many jobs of one group, e.g. of one tenant, run at the same time, over all processes. */
export interface JobGroup<Input> {
  /** Names the group; jobs without one are not held back. */
  readonly by: (input: Input, caller: Caller) => string | null | undefined;
  /** From 1 to 1,000. */
  readonly concurrency: number;
}

/** What a job is made of. */
export interface JobOptions<I extends InputSpec, E extends string> {
  /** Fields, or a Standard Schema (Zod, Valibot, ArkType); checked when it is enqueued and when it runs. @defaultValue none */
  readonly input?: I;
  /** Documentation, in Markdown. */
  readonly description?: string;
  /** Why it can fail for good: a job that fails with one of these is not run again. */
  readonly errors?: { readonly [K in E]: DeclaredError };
  /** Jobs that fail are run again after a random wait up to a bound that doubles (full jitter). */
  readonly retry?: RetryOptions;
  /** How long one run may take before `signal` is aborted and it counts as failed, `1s` to `1d`. @defaultValue "30s" */
  readonly timeout?: Duration;
  /** How many run at the same time in one process, 1 to 1,000. @defaultValue as many as the process runs jobs */
  readonly concurrency?: number;
  /** Jobs with the same key run one at a time, in the order in which they were enqueued. */
  readonly key?: (input: InputValue<I>) => string;
  /** Keeps one tenant, or whatever shares a group, from taking all workers. */
  readonly group?: JobGroup<InputValue<I>>;
  /** Higher ones first, -1,000 to 1,000. @defaultValue 0 */
  readonly priority?: number;
  /**
   * `one`: the whole run is one transaction, in which the job is also recorded as done; its effects happen once.
   * `each`: every write commits by itself, for work that takes long; what was done before a crash is done again.
   *
   * @defaultValue "one"
   */
  readonly transaction?: "one" | "each";
  /** Ordinary code. What it throws rolls back its transaction, and the job is run again. */
  run(context: JobContext<InputValue<I>, E>): Promise<void> | void;
}

/** What a job is given when it runs. */
export interface JobContext<Input, ErrorName extends string = string>
  extends Pick<
    HandlerContext<undefined, Input, ErrorName>,
    "input" | "caller" | "db" | "use" | "fail" | "now"
  > {
  /** Enqueues another job; with `transaction: "one"`, together with everything else that this one does. */
  readonly enqueue: Enqueue;
  /** Aborted when the time is over, the job is cancelled, or another worker has taken it over. */
  readonly signal: AbortSignal;
  /** The request id of what enqueued the job. */
  readonly requestId: string;
  readonly job: {
    /** The same for all runs. */
    readonly id: string;
    /** 1 for the first run. */
    readonly attempt: number;
    /** RFC 3339 UTC. */
    readonly enqueuedAt: string;
  };
  /** Says how far the work has come, for those who look at the job. Written down at most twice a second. */
  progress(done: number, total?: number, note?: string): void;
  /**
   * Does something in one transaction, which is rolled back when another worker has taken the job over. Only of use
   * with `transaction: "each"`; otherwise it is part of the one transaction.
   */
  transaction<T>(work: (within: { readonly db: Db; readonly enqueue: Enqueue }) => Promise<T>): Promise<T>;
}

/** Work that is done after the answer: a frozen value. */
export interface Job<Name extends string = string, I = unknown> extends JobRef<I> {
  readonly name: Name;
  readonly options: Omit<JobOptions<InputSpec, string>, "run" | "key" | "group"> & {
    readonly key?: (input: never) => string;
    readonly group?: JobGroup<never>;
    readonly run: (context: JobContext<never, never>) => unknown;
  };
}

/** Declares a job: work in the background, with retries. Add it to `backend({ jobs })`. */
export function job<
  const N extends string,
  I extends InputSpec = Record<never, never>,
  E extends string = never,
>(name: N, options: JobOptions<I, E>): Job<N, I> {
  return Object.freeze({ type: "job", name, options: Object.freeze({ ...options }) }) as unknown as Job<N, I>;
}
