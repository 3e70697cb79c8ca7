import type { Diagnostic } from "../base/diagnostic.ts";
import type { KeelsonError } from "../base/error.ts";
import type { IntegrationFault } from "../base/integration-error.ts";

/**
 * Everything worth noticing, as one closed union. Code announces; sinks decide what becomes a log line,
 * a metric, a span or an audit row. Add a variant here before you announce something new.
 */
export type Observation =
  | CallEnded
  | StatementRan
  | {
      readonly type: "system.access";
      readonly requestId: string | null;
      readonly reason: string;
      readonly callerId: string | null;
    }
  | {
      readonly type: "transaction.retried";
      readonly requestId: string | null;
      readonly attempt: number;
      readonly sqlState: string;
    }
  | { readonly type: "pool.error"; readonly message: string }
  | {
      /** Requests were refused because there were more than could be answered, since the last such observation. */
      readonly type: "requests.shed";
      readonly count: number;
      /** Calls that may be in progress at once, as things are. */
      readonly room: number;
    }
  | { readonly type: "database.starting"; readonly dataDir: string }
  | { readonly type: "database.relocated"; readonly dataDir: string; readonly reason: string }
  | { readonly type: "database.ready"; readonly version: string; readonly tookMs: number }
  | { readonly type: "database.recovered"; readonly detail: string }
  | { readonly type: "database.stopped"; readonly code: number | null; readonly expected: boolean }
  | { readonly type: "database.log"; readonly line: string }
  | { readonly type: "migration.applied"; readonly id: string; readonly tookMs: number }
  | { readonly type: "migration.waiting"; readonly reason: string; readonly attempt: number }
  | {
      readonly type: "progress";
      readonly task: string;
      readonly done: number;
      readonly total: number | null;
      readonly unit: string;
    }
  | {
      /** A key was answered again, was sent with another request, or was still in progress for too long. */
      readonly type: "idempotency.replayed" | "idempotency.reused" | "idempotency.inProgress";
      readonly requestId: string;
      readonly operation: string;
      readonly callerId: string | null;
    }
  /** Operations whose time was over were removed, and files of which nobody knows any more. */
  | { readonly type: "operations.cleaned"; readonly operations: number; readonly files: number }
  /** Keys whose time was over were removed. */
  | { readonly type: "idempotency.cleaned"; readonly removed: number }
  /** Whether processes hear of each other's changes, and whether they share answers. */
  | {
      readonly type: "cache.connected" | "cache.disconnected";
      readonly over: "postgres" | "redis";
      readonly reason?: string;
    }
  /** What the cache did until the server stopped. */
  | ({ readonly type: "cache.closed" } & CacheFigures)
  | JobBegan
  | JobEnded
  /** A worker did not renew its lease; the job runs again, unless it is given up. */
  | {
      readonly type: "job.lost";
      readonly job: string;
      readonly jobId: string;
      readonly attempt: number;
      readonly process: string | null;
      readonly dead: "exhausted" | "poison" | null;
    }
  /** Somebody took a dead letter back, changed its input, or threw it away; cancelled a job, or had it run at once. */
  | {
      readonly type: "job.redriven" | "job.edited" | "job.discarded" | "job.cancelled" | "job.hurried";
      readonly jobId: string;
      /** Null where only the id is known. */
      readonly job: string | null;
      readonly by: string;
    }
  /** Jobs that were done, and dead letters, were removed when their time was over. */
  | { readonly type: "jobs.cleaned"; readonly jobs: number; readonly deadLetters: number }
  | IntegrationCalled
  /** Most calls of an integration failed, and further ones are refused; some are tried again; they succeed again. */
  | {
      readonly type: "breaker.opened" | "breaker.halfOpen" | "breaker.closed";
      readonly integration: string;
    }
  | RequestRefused
  | RequestEnded
  /** Limits are counted in this process alone, since Redis does not answer … */
  | { readonly type: "limits.local"; readonly reason: string }
  /** … and in Redis again. */
  | { readonly type: "limits.shared" }
  /** What keeps jobs going could not be done, most likely for want of the database; it is tried again. */
  | { readonly type: "worker.failed"; readonly task: WorkerTask; readonly message: string }
  /** A process that runs jobs and serves nobody has begun. */
  | { readonly type: "worker.started"; readonly jobs: readonly string[]; readonly url: string | null }
  | { readonly type: "server.listening"; readonly url: string }
  | { readonly type: "server.draining"; readonly signal: string }
  | { readonly type: "server.stopped"; readonly tookMs: number }
  | { readonly type: "model.reloaded"; readonly tookMs: number }
  | { readonly type: "diagnostic"; readonly diagnostic: Diagnostic };

/** Counts of calls by where their answer came from, and what is kept. */
export interface CacheFigures {
  readonly hits: number;
  readonly stale: number;
  readonly misses: number;
  readonly collapsed: number;
  /** Callers wanted no kept answer. */
  readonly requests: number;
  /** Hits that came from the memory that processes share; they are in `hits`. */
  readonly sharedHits: number;
  readonly entries: number;
  readonly bytes: number;
  /** (hits + stale + collapsed) ÷ all; 0 when nothing was asked yet. */
  readonly hitRatio: number;
}

/** One call through the pipeline, whatever door it came by and however it ended. */
export interface CallEnded {
  readonly type: "call.ended";
  readonly requestId: string;
  readonly door: string;
  readonly operation: string;
  readonly callerId: string | null;
  readonly tookMs: number;
  /** Those of the calls that its handler made and of hand-written SQL included. */
  readonly statements: number;
  /** How long the call waited for them: connections, locks and the way there and back included. */
  readonly sqlMs: number;
  /** The version of the API that the call was worded in, where there are versions. */
  readonly apiVersion?: string;
  /**
   * Where an answer came from that may be kept: `hit` and `stale` from memory, `collapsed` from a call that was under
   * way, `miss` and `request` (the caller wanted a new one) from the database.
   */
  readonly cache?: "hit" | "stale" | "miss" | "collapsed" | "request";
  /** Absent on success. */
  readonly error?: KeelsonError;
}

/** What a worker does besides running jobs. */
export type WorkerTask = "claim" | "look" | "renew" | "rescue" | "progress";

interface AboutJob {
  readonly job: string;
  readonly jobId: string;
  /** 1 for the first run. */
  readonly attempt: number;
  /** Of the call that enqueued it; null where it cannot be read. */
  readonly requestId: string | null;
  readonly process: string;
}

/** A run of a job began. */
export interface JobBegan extends AboutJob {
  readonly type: "job.started";
}

/** A run of a job ended. */
export type JobEnded = AboutJob & { readonly tookMs: number } & (
    | { readonly type: "job.finished" }
    /** It will run again. */
    | {
        readonly type: "job.failed";
        readonly code: string;
        readonly message: string;
        readonly retryAt: string;
      }
    /** It is a dead letter now. */
    | { readonly type: "job.dead"; readonly code: string; readonly message: string; readonly reason: string }
    /** It was not this process's to end. */
    | { readonly type: "job.given up"; readonly because: "cancelled" | "lost" | "released" }
    /** The database could not be told how it ended: it runs again when its lease is over. */
    | { readonly type: "job.unsettled"; readonly message: string }
  );

/** A call of a service that the back end depends on, with its repetitions. */
export interface IntegrationCalled {
  readonly type: "integration.called";
  readonly integration: string;
  readonly operation: string;
  readonly requestId: string;
  /** How often it was tried; 0 where it was refused before. */
  readonly attempts: number;
  /** Of the last answer; null where there was none. */
  readonly status: number | null;
  readonly tookMs: number;
  /** What went wrong, e.g. `timeout`; absent on success. */
  readonly fault?: IntegrationFault | "aborted";
  /** The declared error that was answered. */
  readonly error?: string;
}

/** A request that ended at the door, before or after its call: malformed, unknown path, or an error of ours (500). */
export interface RequestRefused {
  readonly type: "request.refused";
  readonly door: string;
  /** Method and path, without the query; null where the bytes were no request. */
  readonly request: string | null;
  /** Null where the bytes were no request. */
  readonly requestId: string | null;
  readonly error: KeelsonError;
}

/** An HTTP request that was answered, or whose caller hung up. Announced in development only: it has the query. */
export interface RequestEnded {
  readonly type: "request.ended";
  readonly door: string;
  readonly requestId: string;
  readonly method: string;
  /** As sent: path and query. */
  readonly target: string;
  /** Null when the caller had hung up. */
  readonly status: number | null;
  /** Of the answer as sent, header section included; null when unknown. */
  readonly bytes: number | null;
  readonly tookMs: number;
}

export interface StatementRan {
  readonly type: "statement.ran";
  readonly requestId: string | null;
  readonly name: string;
  readonly tookMs: number;
}

/** Receives every observation; must not throw and must not block. */
export type Observe = (observation: Observation) => void;

/** Swallows everything: for code under test that needs no sink. */
export const observeNothing: Observe = () => {};
