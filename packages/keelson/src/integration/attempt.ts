import { type BulkheadPolicy, BulkheadRejectedError } from "cockatiel";
import type { Clock } from "../base/clock.ts";
import type { StartTimer } from "../base/timer.ts";
import { untilAborted } from "../base/until-aborted.ts";
import type { IntegrationModel } from "../model/integration-model.ts";
import type { IncomingAnswer, Send } from "../outbound/outgoing-request.ts";
import { SendFailure } from "../outbound/send-failure.ts";
import type { AuthFields } from "./auth-fields.ts";
import { type Breaker, BreakerOpen } from "./breaker.ts";
import { CallFailure, isDistress } from "./call-failure.ts";
import { newDeadline } from "./deadline.ts";
import type { EncodedCall } from "./encode-call.ts";
import { declaredErrorOf, looseBody } from "./judge-answer.ts";
import { retryAfterMs } from "./retry-pause.ts";
import type { UpstreamCall } from "./upstream-call.ts";

/** Makes one attempt of a call. @throws CallFailure, or the signal's reason */
export type Attempt = (given: {
  readonly call: UpstreamCall;
  readonly encoded: EncodedCall;
  /** Of the whole call. */
  readonly signal: AbortSignal;
  readonly begun: () => void;
  readonly answered: (status: number) => void;
}) => Promise<IncomingAnswer>;

export interface AttemptParts {
  readonly model: IntegrationModel;
  readonly baseUrl: URL;
  readonly connections: { readonly send: Send };
  readonly auth: AuthFields;
  readonly places: BulkheadPolicy;
  readonly breaker: Breaker | undefined;
  readonly clock: Clock;
  readonly startTimer: StartTimer;
}

/** A place first, then the breaker's word: what it lets through is sent at once. */
export function newAttempts(parts: AttemptParts): Attempt {
  const { places, breaker } = parts;
  return async (given) => {
    const send = () => sendOnce(parts, given);
    const guarded = () => (breaker ? breaker.run(send) : send());
    try {
      // The place is free once the attempt has ended; whoever has gone by then is not kept.
      return await untilAborted(given.signal, places.execute(guarded, given.signal));
    } catch (error) {
      throw failureOf(error, given.signal);
    }
  };
}

async function sendOnce(
  { model, baseUrl, connections, auth, clock, startTimer }: AttemptParts,
  { call, encoded, signal, begun, answered }: Parameters<Attempt>[0],
): Promise<IncomingAnswer> {
  const { attemptTimeoutMs, keyed, method } = call.operation;
  const attempt = newDeadline(
    signal,
    attemptTimeoutMs,
    startTimer,
    () => new CallFailure("timeout", `no answer within ${attemptTimeoutMs} ms`),
  );
  begun();
  try {
    const who = await credentials(auth, attempt.signal);
    const answer = await connections.send({
      operation: call.operation.name,
      method,
      target: targetOf(baseUrl, encoded),
      headers: {
        ...lowerCased(model.headers),
        accept: "application/json",
        "user-agent": "keelson",
        ...(encoded.body === undefined ? {} : { "content-type": "application/json" }),
        ...call.headers,
        "x-request-id": call.requestId,
        ...(keyed ? { [model.idempotencyHeader.toLowerCase()]: call.idempotencyKey } : {}),
        ...lowerCased(who),
      },
      ...(encoded.body === undefined ? {} : { body: encoded.body }),
      maxAnswerBytes: model.maxAnswerBytes,
      signal: attempt.signal,
    });
    answered(answer.status);
    if (isDistress(answer.status) && declaredErrorOf(call.operation, answer) === undefined)
      throw new CallFailure("status", `it answered ${answer.status}`, {
        status: answer.status,
        body: looseBody(answer),
        retryAfterMs: retryAfterMs(answer.headers["retry-after"], clock.now()),
      });
    return answer;
  } catch (error) {
    throw failureOf(error, signal);
  } finally {
    attempt.close();
  }
}

/** A function that cannot say who calls is like a service that cannot be reached. */
async function credentials(auth: AuthFields, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  try {
    return await untilAborted(signal, Promise.resolve(auth(signal)));
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new CallFailure("unreachable", "its auth function failed", { unsent: true, cause });
  }
}

const targetOf = ({ pathname }: URL, { path, query }: EncodedCall): string =>
  `${pathname.replace(/\/$/, "")}${path}${query === "" ? "" : `?${query}`}`;

const lowerCased = (fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));

/** Every way to fail in one word. What is none of the service's doing stays as it is. */
function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof CallFailure) return error;
  if (signal.aborted) return signal.reason;
  if (error instanceof SendFailure)
    return new CallFailure(error.fault, error.message, { unsent: error.unsent, cause: error.cause });
  if (error instanceof BreakerOpen)
    return new CallFailure("breakerOpen", error.message, { retryAfterMs: error.retryAfterMs });
  if (error instanceof BulkheadRejectedError)
    return new CallFailure("bulkheadFull", "too many calls are under way");
  return error;
}
