import type { KeelsonError } from "../base/error.ts";
import type { RecallStatus } from "../cache/recall.ts";
import type { BatchItemResult } from "./batch/batch-result.ts";
import type { LimitStanding } from "./limits.ts";

/** How a call ended. Records are JSON text, which doors pass through. */
export type Outcome =
  | RecordOutcome
  | PageOutcome
  | BatchOutcome
  | (Repeatable & { readonly ok: true; readonly kind: "value"; readonly value: unknown })
  | (Repeatable & { readonly ok: true; readonly kind: "none" })
  | (Repeatable & { readonly ok: false; readonly error: KeelsonError });

interface Repeatable {
  /** Set when this is the answer of an earlier call with the same idempotency key. */
  readonly replayed?: Replayed;
  /** How the caller stands with what is limited. */
  readonly limits?: LimitStanding;
  /** Set for reads whose answers are kept. */
  readonly recalled?: RecallNote;
}

/** Where an answer that is kept comes from, and for how long it is good. */
export interface RecallNote {
  readonly status: RecallStatus;
  /** It came from the memory that processes share. */
  readonly shared: boolean;
  /** Whether it is kept for the next call. */
  readonly stored: boolean;
  readonly ageMs: number;
  /** Counted from when it was made. */
  readonly lifetimeMs: number;
  /** For how long after that it may be given while a new one is made. */
  readonly staleMs: number;
  /** Whether anybody may keep a copy, and give it to anybody. */
  readonly isPublic: boolean;
  /** Tells the content from others, where no version does. */
  readonly tag?: string;
  /** What was made of a page before, for the next time; undefined where requests differ in more than the answer. */
  readonly page: KeptPage | undefined;
}

/** What a kept page need not be made of twice. */
export interface KeptPage {
  /** With its cursors. */
  outcome?: PageOutcome;
  /** As the REST door sends it. */
  body?: Buffer;
}

/** Where an answer comes from that was given before. */
export interface Replayed {
  /** Of the call that had the effect. */
  readonly requestId: string;
}

export interface RecordOutcome extends Repeatable {
  readonly ok: true;
  readonly kind: "record";
  /** The record as JSON text. */
  readonly json: string;
  readonly id: string;
  /** Null for rows of views, which have none. */
  readonly version: number | null;
  readonly created: boolean;
  /** True when relations were embedded, so that `version` alone does not identify the content. */
  readonly composed: boolean;
}

export interface PageOutcome extends Repeatable {
  readonly ok: true;
  readonly kind: "page";
  /** The records as a JSON array text. */
  readonly json: string;
  readonly nextCursor: string | null;
  readonly prevCursor: string | null;
}

export interface BatchOutcome extends Repeatable {
  readonly ok: true;
  readonly kind: "batch";
  /** Whether one failure would have undone all; then nothing failed. */
  readonly atomic: boolean;
  /** What became of each item, in the order of the request. */
  readonly items: readonly BatchItemResult[];
}
