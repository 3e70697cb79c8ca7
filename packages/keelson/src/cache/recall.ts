import type { Tables } from "./table-changes.ts";

/** How an answer came about, in the words of RFC 9211 as far as it has them. */
export type RecallStatus =
  /** Kept, and within its time. */
  | "hit"
  /** Kept, and past its time: a new one is being made. */
  | "stale"
  /** Made for this call. */
  | "miss"
  /** Made for another call, and waited for. */
  | "collapsed"
  /** Made for this call, because its caller wanted no kept one. */
  | "request";

/** What is asked of the cache. */
export interface RecallRequest<V> {
  /** Everything that the answer depends on, besides the tables. */
  readonly key: string;
  /** What the answer is made from, where that is known before it is made. */
  readonly tables: readonly string[] | undefined;
  readonly ttlMs: number;
  readonly staleMs: number;
  /** Answers that are older are not taken; 0 for one that is made now. @defaultValue any age within its time */
  readonly maxAgeMs?: number | undefined;
  /** False where the answer must not be kept. @defaultValue true */
  readonly store?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Makes the answer. Errors are not kept. */
  load(signal: AbortSignal | undefined): Promise<Loaded<V>>;
}

/** An answer as it was made. */
export interface Loaded<V> {
  readonly value: V;
  readonly tables: Tables;
  /** It depends on the time of day, so it is not kept for long. */
  readonly timed: boolean;
}

/** An answer, and where it comes from. */
export interface Recalled<V> {
  readonly value: V;
  readonly status: RecallStatus;
  /** Whether it came from the memory that processes share. */
  readonly shared: boolean;
  readonly ageMs: number;
  /** How long it is good for, counted from when it was made. */
  readonly lifetimeMs: number;
  readonly staleMs: number;
  /** Whether it is kept for the next call. */
  readonly stored: boolean;
}
