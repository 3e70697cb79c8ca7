import { failure, type KeelsonError } from "../../base/error.ts";
import type { Session } from "../../data/transaction.ts";
import type { JobModel } from "../../model/app-model.ts";
import type { JobEnded } from "../../observe/observation.ts";
import type { App } from "../../operation/call.ts";
import type { JobRun } from "../../operation/envelope.ts";
import type { ClaimedJob } from "../../queue/open-queue.ts";
import { callerOf, isPayload, type Payload } from "../../queue/payload.ts";
import { retryDelayMs } from "../../queue/retry-delay.ts";
import {
  buryJob,
  completeJob,
  type DeathReason,
  type Fault,
  holdJob,
  postponeJob,
} from "../../queue/settle.ts";
import type { Perform, RunControl } from "../../queue/worker.ts";

export interface JobDoorOptions {
  readonly app: App;
  readonly randomBelow: (limit: number) => number;
  readonly process: string;
}

/**
 * The door of jobs: what was claimed becomes an envelope in the name of whoever enqueued it, and the outcome an end of
 * the job. It decides nothing about the call, only whether it is made again.
 */
export const jobDoor =
  (options: JobDoorOptions): Perform =>
  async (claimed, control) => {
    const { app, process } = options;
    const startedMs = app.clock.monotonicMs();
    const payload = isPayload(claimed.payload) ? claimed.payload : undefined;
    const about = {
      job: claimed.job.name,
      jobId: claimed.id,
      attempt: claimed.attempt,
      requestId: payload?.requestId ?? null,
      process,
    };
    app.observe({ type: "job.started", ...about });
    const ending = await end(options, claimed, payload, control).catch(
      // The lease runs out, and somebody else tries.
      (error: unknown): Ending => ({ type: "job.unsettled", message: messageOf(error) }),
    );
    const ended: JobEnded = { ...about, ...ending, tookMs: app.clock.monotonicMs() - startedMs };
    app.observe(ended);
    return ended;
  };

type Ending =
  | { readonly type: "job.finished" }
  | { readonly type: "job.failed"; readonly code: string; readonly message: string; readonly retryAt: string }
  | {
      readonly type: "job.dead";
      readonly code: string;
      readonly message: string;
      readonly reason: DeathReason;
    }
  | { readonly type: "job.given up"; readonly because: "cancelled" | "lost" | "released" }
  | { readonly type: "job.unsettled"; readonly message: string };

async function end(
  { app, randomBelow }: JobDoorOptions,
  claimed: ClaimedJob,
  payload: Payload | undefined,
  control: RunControl,
): Promise<Ending> {
  const caller = payload && callerOf(payload);
  if (!payload || !caller) return bury(app, claimed, "invalid", unreadable);
  const run = runOf(claimed, control);
  const outcome = await app.run({
    door: "job",
    operation: claimed.job.operation,
    requestId: payload.requestId,
    credentials: { kind: "caller", caller },
    input: payload.input,
    signal: control.signal,
    job: run,
  });
  if (outcome.ok) return { type: "job.finished" };
  if (control.end !== undefined && control.end !== "timeout")
    return { type: "job.given up", because: control.end };
  const fault = faultOf(outcome.error, claimed.job, control);
  if (isRefusal(outcome.error, claimed.job)) return bury(app, claimed, "refused", fault);
  if (claimed.attempt > claimed.retryLimit) return bury(app, claimed, "exhausted", fault);
  const delayMs = retryDelayMs(claimed.job.retry, claimed.attempt, randomBelow);
  const retryAt = await postponeJob(app.database, claimed, fault, delayMs);
  return retryAt === undefined ? lost : { type: "job.failed", ...fault, retryAt };
}

const lost: Ending = { type: "job.given up", because: "lost" };

const unreadable: Fault = {
  code: "unreadable",
  message: "It was enqueued by a version of Keelson whose words this one does not know.",
};

async function bury(app: App, claimed: ClaimedJob, reason: DeathReason, fault: Fault): Promise<Ending> {
  const isOurs = await buryJob(app.database, claimed, claimed.job.name, reason, fault);
  return isOurs ? { type: "job.dead", ...fault, reason } : lost;
}

function runOf(claimed: ClaimedJob, control: RunControl): JobRun {
  const { id, attempt, enqueuedAt, job } = claimed;
  const orLost = async (held: Promise<boolean>): Promise<void> => {
    if (await held) return;
    control.abort("lost");
    throw failure("internal", { cause: new Error("another worker has taken the job over") });
  };
  return {
    job: { id, attempt, enqueuedAt },
    transaction: job.transaction,
    timeoutMs: job.timeoutMs,
    signal: control.signal,
    complete: (session: Session) => orLost(completeJob(session, claimed)),
    hold: (tx) => orLost(holdJob(tx, claimed)),
    progress: control.progress,
  };
}

/** What others cause and time mends, although it is the caller's to repeat. */
const passing = new Set(["conflict", "idempotency_in_progress", "rate_limited", "request_timeout"]);

/** Whether running it again would lead to the same: it was declared to fail like this, or what it asked for is wrong. */
const isRefusal = ({ code, status }: KeelsonError, { operation }: JobModel): boolean =>
  operation.errors.has(code) || (status < 500 && !passing.has(code));

function faultOf(error: KeelsonError, { timeoutMs }: JobModel, control: RunControl): Fault {
  if (control.end === "timeout") return { code: "timeout", message: `It took longer than ${timeoutMs} ms.` };
  const [first] = error.errors;
  // What callers are not told, whoever looks after jobs wants to know.
  const isHidden = error.code === "internal" || error.code.startsWith("upstream_");
  const message = isHidden ? messageOf(error.cause ?? error) : error.message;
  return {
    code: error.code,
    message: first ? `${message} ${first.pointer ?? ""}: ${first.detail}` : message,
  };
}

const longestMessage = 2_000;

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll("\0", "").slice(0, longestMessage);
