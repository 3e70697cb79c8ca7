import type { Caller } from "../base/caller.ts";
import type { Clock } from "../base/clock.ts";
import type { NewId } from "../base/id.ts";
import type { AnswerCache } from "../cache/answer-cache.ts";
import type { Database } from "../data/database.ts";
import type { KeyClaim } from "../data/idempotency-records.ts";
import type { CursorCodec } from "../data/plan/cursor.ts";
import type { ListSelection, Selection } from "../data/plan/selection.ts";
import type { PlanCache } from "../data/plan-cache.ts";
import type { Session } from "../data/transaction.ts";
import type { VersionPins } from "../data/version-pins.ts";
import type { Entry } from "../limit/concurrency.ts";
import type { AppModel, JobModel, VersionModel } from "../model/app-model.ts";
import type { PolicyView } from "../model/policy-view.ts";
import type { Observe } from "../observe/observation.ts";
import type { Queue } from "../queue/open-queue.ts";
import type { FileFormat } from "../transfer/file-format.ts";
import type { Admission } from "./admission.ts";
import type { CallWatch } from "./call-watch.ts";
import type { Envelope } from "./envelope.ts";
import type { Executed } from "./executed.ts";
import type { Footprint } from "./footprint.ts";
import type { InputValidators } from "./input-validators.ts";
import type { Integrations } from "./integrations.ts";
import type { KeptAnswer } from "./kept-answer.ts";
import type { LimitStanding, Limits } from "./limits.ts";
import type { Outcome, RecallNote, Replayed } from "./outcome.ts";
import type { StatementTally } from "./statement-tally.ts";
import type { Upgraded } from "./version/upgraded.ts";

/** The queue, and what may be put into it. */
export interface Jobs {
  /** By name, Keelson's own included. */
  readonly models: ReadonlyMap<string, JobModel>;
  readonly queue: Queue;
}

/** Imports and exports. */
export interface TransferSettings {
  /** Of a file that is imported, decompressed. */
  readonly maxImportBytes: number;
  /** How long operations that have ended, their files and reports are kept. */
  readonly retentionMs: number;
  /** How long a process that is not heard of keeps an operation. */
  readonly leaseMs: number;
}

/** What the pipeline works with: made once at boot, the same for every call. */
export interface App {
  readonly model: AppModel;
  readonly database: Database;
  readonly plans: PlanCache;
  readonly viewOf: (caller: Caller) => PolicyView;
  /** Verifies a bearer token; throws `invalid_token`. */
  readonly verifyToken: (token: string) => Caller | Promise<Caller>;
  readonly validators: InputValidators;
  readonly cursors: CursorCodec;
  readonly admission: Admission;
  /** Absent where nothing is limited. */
  readonly limits?: Limits;
  /** Which version each credential began with; absent where none are kept. */
  readonly pins?: VersionPins;
  /** How long answers are kept under their idempotency keys. */
  readonly keyRetentionMs: number;
  /** Only where some read declares one. */
  readonly cache?: AnswerCache<KeptAnswer>;
  /** Only where there are jobs. */
  readonly jobs?: Jobs;
  readonly transfers: TransferSettings;
  /** Only where there are integrations. */
  readonly integrations?: Integrations;
  readonly observe: Observe;
  /** Only in development. */
  readonly watch?: CallWatch;
  readonly clock: Clock;
  readonly newId: NewId;
  /** The pipeline itself, for calls that handlers make. */
  readonly run: (envelope: Envelope) => Promise<Outcome>;
}

/**
 * One call on its way through the pipeline. Each step fills in its own part and reads only what earlier
 * steps have filled in; the comments name the step.
 */
export interface Call {
  readonly app: App;
  readonly envelope: Envelope;
  /** admit: whether the call counts as in progress. */
  admitted: boolean;
  /** limit: what counts the call as in progress, and for whom. */
  entered: Entry | undefined;
  /** limit: how the caller stands. */
  limits: LimitStanding | undefined;
  /** authenticate */
  caller: Caller;
  view: PolicyView;
  /** upgrade: the version that the call is worded in, where the door has versions. */
  version: VersionModel | undefined;
  /** upgrade: the request in the words of now, where the version is an older one. */
  upgraded: Upgraded | undefined;
  /** validate: input with defaults of shape, not of value. */
  input: unknown;
  /** validate: what to read, or what to answer after a write. */
  selection: ListSelection | Selection;
  /** receive: the file that came with the call. */
  received: { readonly id: string; readonly sha256: string; readonly format: FileFormat } | undefined;
  /** replay: the idempotency key, where there is one. */
  claim: KeyClaim | undefined;
  /** replay, or execute: set when the answer is that of an earlier call. */
  replayed: Replayed | undefined;
  /** execute */
  executed: Executed;
  /** recall: set when the answer was kept, or is kept from now on. */
  recalled: RecallNote | undefined;
  /** What the call reads and changes. Only where something depends on it: a back end that keeps answers. */
  readonly footprint: Footprint | undefined;
  /** Statements run so far. */
  readonly tally: StatementTally;
  /** Where statements run: the pool, or the transaction that a handler opened. */
  session: Session;
}

/** A step: looks at the call, fills in its part or throws a KeelsonError. Synchronous where it can be. */
export type Step = (call: Call) => void | Promise<void>;
