import type { Caller } from "../base/caller.ts";
import type { ClientAddress } from "../base/client-address.ts";
import type { Session, Transaction } from "../data/transaction.ts";
import type { OperationModel, VersionModel } from "../model/app-model.ts";
import type { FileFormat } from "../transfer/file-format.ts";
import type { Footprint } from "./footprint.ts";
import type { ReadOrigin, ReadRequest } from "./read-request.ts";
import type { StatementTally } from "./statement-tally.ts";
import type { TraceContext } from "./trace-context.ts";

/** What a caller presents to say who they are. Doors pass it on; `authenticate` decides. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "bearer"; readonly token: string }
  /** A caller that the process itself vouches for: tests, the command line, handlers. */
  | { readonly kind: "caller"; readonly caller: Caller };

/** What the record's version must be for the call to go on. */
export interface Preconditions {
  /** Versions of `If-Match`; `*` for any existing record. Undefined when the header was not sent. */
  readonly ifMatch?: readonly number[] | "*";
}

/** How a version is chosen: by name, or else by what is pinned to the credential. */
export interface VersionChoice {
  readonly asked: string | undefined;
  /** upgrade: the version that was chosen, also where it is refused for having ended. */
  chosen: VersionModel | undefined;
}

/** What a caller says about kept answers. */
export interface Freshness {
  /** Older answers are not taken; 0 for one that is made now. */
  readonly maxAgeMs?: number;
  /** False where the answer must not be kept. */
  readonly store?: boolean;
}

/** One run of a job, as the door of jobs knows it. */
export interface JobRun {
  readonly job: { readonly id: string; readonly attempt: number; readonly enqueuedAt: string };
  readonly transaction: "one" | "each";
  readonly timeoutMs: number;
  /** Aborted when the run is not to go on. */
  readonly signal: AbortSignal;
  /** Records that the job is done. Throws when it is somebody else's by now. */
  complete(session: Session): Promise<void>;
  /** Keeps the job ours until the transaction ends. Throws when it is somebody else's by now. */
  hold(tx: Transaction): Promise<void>;
  progress(value: object): void;
}

/** A file on its way in. */
export interface FileContent {
  readonly format: FileFormat;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** One call on one operation, as a door decoded it. */
export interface Envelope {
  /** Which door: `rest`, `local`, `handler`, `job`, `cli`, `test`. */
  readonly door: string;
  readonly operation: OperationModel;
  readonly requestId: string;
  readonly credentials: Credentials;
  /** Where the call came from; absent inside the program. */
  readonly client?: ClientAddress;
  /** The record, for operations on one. */
  readonly id?: string;
  /** Body or parameters of a command, the record to create, the merge patch to apply. */
  readonly input?: unknown;
  /** The file that comes with an import; read while it arrives. */
  readonly content?: FileContent;
  /** For batches: whether one failure undoes all. @defaultValue true */
  readonly atomic?: boolean;
  /** Fault location of a member of `input` given as path segments; by default a JSON Pointer. */
  readonly locateInput?: (path: readonly (string | number)[]) => {
    readonly pointer?: string;
    readonly parameter?: string;
  };
  readonly read?: ReadRequest;
  readonly readOrigin?: ReadOrigin;
  readonly preconditions?: Preconditions;
  /** Names this very intention of the caller: however often it comes, it happens once. For writes. */
  readonly idempotencyKey?: string;
  /** Which version of the API it is worded in; without it the newest. `upgrade` says which it took. */
  readonly apiVersion?: VersionChoice;
  /** Aborted when the caller hangs up. */
  readonly signal?: AbortSignal;
  /** The trace that the call is part of, for services that are called on its behalf. */
  readonly trace?: TraceContext;
  /** The run of a job that this call is … */
  readonly job?: JobRun;
  /** … or whose handler makes it without a transaction: each of its writes makes sure that the job is still its own. */
  readonly partOf?: JobRun;
  /** The transaction to join, for calls that a handler makes. */
  readonly transaction?: Transaction;
  /** How new the answer must be, where kept answers may be given. */
  readonly freshness?: Freshness;
  /** The footprint of the call whose handler makes this one. */
  readonly footprint?: Footprint;
  /** The tally of the call whose handler makes this one. */
  readonly tally?: StatementTally;
  /** Keep others from changing the record until the handler's transaction ends. */
  readonly lock?: boolean;
  /** Records on a page at most, where it is not the resource's own number: exports read long pages. */
  readonly maxLimit?: number;
  /** Set for calls that handlers make: read-only fields may be written and any field may filter and sort. */
  readonly trusted?: boolean;
}

/** Whether a handler makes the call, so that it is part of one that was admitted and counted. */
export const isInner = ({ transaction, partOf }: Pick<Envelope, "transaction" | "partOf">): boolean =>
  transaction !== undefined || partOf !== undefined;
