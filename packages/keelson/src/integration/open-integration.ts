import { bulkhead } from "cockatiel";
import type { Clock } from "../base/clock.ts";
import type { IntegrationFault } from "../base/integration-error.ts";
import type { StartTimer } from "../base/timer.ts";
import type { Setting } from "../declare/integration.ts";
import type { IntegrationModel, IntegrationOperationModel } from "../model/integration-model.ts";
import type { Observe } from "../observe/observation.ts";
import type { Send } from "../outbound/outgoing-request.ts";
import { type Attempt, newAttempts } from "./attempt.ts";
import { type AuthFields, authFields } from "./auth-fields.ts";
import { type BreakerStanding, newBreaker } from "./breaker.ts";
import { CallFailure } from "./call-failure.ts";
import { newDeadline, pause } from "./deadline.ts";
import { encodeCall } from "./encode-call.ts";
import { integrationErrorOf } from "./integration-error-of.ts";
import { type CheckShape, judgeAnswer } from "./judge-answer.ts";
import { RetryBudget } from "./retry-budget.ts";
import { retryPauseMs } from "./retry-pause.ts";
import type { UpstreamCall, UpstreamResult } from "./upstream-call.ts";

/** A service that the back end depends on, ready to be called. */
export interface OpenIntegration {
  readonly model: IntegrationModel;
  readonly standing: BreakerStanding;
  /** @throws IntegrationError, or the reason of the caller's signal */
  call(call: UpstreamCall): Promise<UpstreamResult>;
  /** As if nothing had been called yet. */
  reset(): void;
  close(): void;
}

export interface IntegrationParts {
  readonly model: IntegrationModel;
  /** Without a slash at the end. */
  readonly baseUrl: URL;
  readonly setting: (of: Setting) => string;
  readonly connections: { readonly send: Send; close(): void };
  /** By operation; undefined where the answer is of no interest. */
  readonly checkOf: (operation: IntegrationOperationModel) => CheckShape | undefined;
  readonly observe: Observe;
  readonly clock: Clock;
  readonly startTimer: StartTimer;
  /** For the pauses between attempts. @defaultValue startTimer */
  readonly startPause?: StartTimer;
  readonly randomBelow: (limit: number) => number;
}

/**
 * Opens an integration. A call is a row of attempts within one deadline: each waits for its turn (bulkhead), asks the
 * breaker, is sent and judged. What failed in passing is tried again after a pause, as long as it may be sent twice, the
 * limit and the budget allow it, and the pause fits into what is left of the time.
 */
export function openIntegration(parts: IntegrationParts): OpenIntegration {
  const { model, observe, clock } = parts;
  const { name } = model;
  const auth = authFields(model.auth, parts.setting);
  let guard = newGuard(parts, auth);
  return {
    model,
    get standing() {
      return guard.breaker?.standing ?? "closed";
    },
    async call(call) {
      const startedMs = clock.monotonicMs();
      const progress: Progress = { attempts: 0, status: null };
      const ended = (fault?: IntegrationFault | "aborted", error?: string): void =>
        observe({
          type: "integration.called",
          integration: name,
          operation: call.operation.name,
          requestId: call.requestId,
          attempts: progress.attempts,
          status: progress.status,
          tookMs: clock.monotonicMs() - startedMs,
          ...(fault === undefined ? {} : { fault }),
          ...(error === undefined ? {} : { error }),
        });
      try {
        const result = await run(parts, { call, progress, ...guard });
        if (result.kind === "declared") ended("declared", result.error);
        else ended();
        return result;
      } catch (thrown) {
        if (!(thrown instanceof CallFailure)) {
          ended("aborted");
          throw thrown;
        }
        ended(thrown.fault);
        throw integrationErrorOf(thrown, name, call.operation.name, progress.attempts);
      }
    },
    reset: () => {
      guard = newGuard(parts, auth);
    },
    close: () => parts.connections.close(),
  };
}

/** What remembers how calls went. */
function newGuard(parts: IntegrationParts, auth: AuthFields) {
  const { model, observe, clock } = parts;
  const breaker =
    model.breaker &&
    newBreaker({
      model: model.breaker,
      clock,
      isFailure: (error) => error instanceof CallFailure && error.speaksAgainstService,
      changed: (to) => observe({ type: `breaker.${to === "open" ? "opened" : to}`, integration: model.name }),
    });
  const places = bulkhead(model.concurrent, model.queue);
  return {
    breaker,
    attempt: newAttempts({ ...parts, auth, places, breaker }),
    budget: new RetryBudget(model.retry?.budget ?? 0),
  };
}

interface Progress {
  attempts: number;
  status: number | null;
}

interface Running {
  readonly call: UpstreamCall;
  readonly progress: Progress;
  readonly attempt: Attempt;
  readonly budget: RetryBudget;
}

async function run(parts: IntegrationParts, running: Running): Promise<UpstreamResult> {
  const { model, clock, startTimer, startPause = startTimer } = parts;
  const { call, budget } = running;
  const encoded = encodeCall(call.operation, call.input);
  const endsMs = clock.monotonicMs() + model.totalTimeoutMs;
  const whole = newDeadline(call.signal, model.totalTimeoutMs, startTimer, () =>
    CallFailure.late(`no answer within ${model.totalTimeoutMs} ms in all`),
  );
  budget.called();
  try {
    for (let repetition = 1; ; repetition += 1) {
      try {
        return await once(parts, running, { encoded, signal: whole.signal });
      } catch (thrown) {
        const waitMs = repeatAfterMs(parts, running, thrown, repetition);
        if (waitMs === undefined || waitMs >= endsMs - clock.monotonicMs() || !budget.take()) throw thrown;
        await pause(waitMs, whole.signal, startPause);
      }
    }
  } finally {
    whole.close();
  }
}

/** One attempt, held against what was declared. */
async function once(
  { checkOf }: IntegrationParts,
  { call, progress, attempt }: Running,
  sent: Pick<Parameters<Attempt>[0], "encoded" | "signal">,
): Promise<UpstreamResult> {
  const answer = await attempt({
    ...sent,
    call,
    begun: () => {
      progress.attempts += 1;
      progress.status = null;
    },
    answered: (status) => {
      progress.status = status;
    },
  });
  const judged = await judgeAnswer(call.operation, answer, checkOf(call.operation));
  if (judged.kind === "output") return judged;
  if (judged.kind === "declared") return { ...judged, attempts: progress.attempts };
  if (judged.kind === "wrong") throw new CallFailure("wrongAnswer", judged.what, { status: answer.status });
  throw new CallFailure("status", `it answered ${answer.status}`, {
    status: answer.status,
    body: judged.body,
  });
}

/** How long to wait before trying again; undefined where that is not to be. */
function repeatAfterMs(
  { model: { retry }, randomBelow }: IntegrationParts,
  { call }: Running,
  thrown: unknown,
  repetition: number,
): number | undefined {
  if (!retry || repetition > retry.limit || !(thrown instanceof CallFailure)) return undefined;
  if (call.signal?.aborted || !thrown.passes(retry.statuses)) return undefined;
  if (!call.operation.idempotent && !thrown.unsent) return undefined;
  return retryPauseMs(retry, repetition, thrown.retryAfterMs, randomBelow);
}
