import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Duration } from "../base/duration.ts";
import type { Fields, InputOf, KeysWith } from "./field.ts";

type GivenInput<I> = I extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<I>
  : I extends Fields
    ? InputOf<Omit<I, KeysWith<I, "readOnly">>>
    : Record<never, never>;

/** What of a job matters for enqueueing it. */
export interface JobRef<I = unknown> {
  readonly type: "job";
  readonly name: string;
  /** For the compiler alone; there is no such member. */
  readonly "~input"?: I;
}

/** When and how a job is to run. */
export interface EnqueueOptions {
  /** Not before so long, up to 365 days. */
  readonly delay?: Duration;
  /** Not before then: RFC 3339, or a Date. Not with `delay`. */
  readonly runAt?: string | Date;
  /** Instead of the declared one. */
  readonly priority?: number;
  /** While a job with this key was enqueued less than `window` ago, no other one is. */
  readonly deduplicate?: { readonly key: string; readonly window: Duration };
}

/** A job that was enqueued, or that had been before. */
export interface EnqueuedJob {
  readonly id: string;
  /** True where `deduplicate` found one that had been enqueued before: this is its id, and nothing was enqueued. */
  readonly duplicate: boolean;
}

/** Enqueues a job for the caller of this call, in its transaction: it runs once that is committed, or never. */
export type Enqueue = <J extends JobRef>(
  job: J,
  ...given: Record<never, never> extends JobInput<J>
    ? [input?: JobInput<J>, options?: EnqueueOptions]
    : [input: JobInput<J>, options?: EnqueueOptions]
) => Promise<EnqueuedJob>;

/** What is given to enqueue a job. */
export type JobInput<J> = J extends { readonly "~input"?: infer I } ? GivenInput<I> : never;
