import { failure, KeelsonError } from "../../base/error.ts";
import { isLockTimeout } from "../../data/database-error.ts";
import {
  findKeyRecord,
  insertKeyRecord,
  type KeyClaim,
  type KeyRecord,
  takeKey,
  waitForKey,
} from "../../data/idempotency-records.ts";
import type { Session, Transaction } from "../../data/transaction.ts";
import type { Call } from "../call.ts";
import { measuredSession } from "../measured-session.ts";
import { answerAgain } from "./answer-again.ts";
import { failureOf, successOf } from "./stored-answer.ts";

/** Another call with the same key was first; what it was answered, if this call has seen it. */
class Beaten extends Error {
  readonly record: KeyRecord | undefined;

  constructor(record?: KeyRecord) {
    super("another call with the same idempotency key was first");
    this.record = record;
  }
}

/**
 * Runs an effect and writes down its answer in one transaction, so that a key is known exactly where its effect
 * is committed: of a call that broke off there is nothing left that could be in the way of the next try.
 *
 *     free ──take──→ taken ──commit──→ answered ──retention──→ free
 *                      └──rollback, lost connection──→ free
 *
 * Calls with a key that is taken wait for it as for any lock. Where there are no advisory locks they run the effect
 * too, and lose at the primary key; their transaction is undone and they answer what the first one did.
 */
export async function executeOnce(
  call: Call,
  claim: KeyClaim,
  effect: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  try {
    await call.app.database.transaction("write", async (transaction) => {
      const session = measuredSession(call, transaction);
      await taken(call, claim, session);
      await effect(transaction);
      const answer = await successOf(call, transaction);
      if (!(await insertKeyRecord(session, claim, answer, call.app.keyRetentionMs))) throw new Beaten();
    });
  } catch (error) {
    await settleFailure(call, claim, error);
  }
}

async function taken(call: Call, claim: KeyClaim, session: Session): Promise<void> {
  if (await takeKey(session, claim)) return;
  try {
    await waitForKey(session, claim);
  } catch (error) {
    throw isLockTimeout(error) ? inProgress(call, error) : error;
  }
  const record = await findKeyRecord(session, claim);
  if (record) throw new Beaten(record);
}

function inProgress(call: Call, cause: unknown): KeelsonError {
  const { envelope, caller } = call;
  call.app.observe({
    type: "idempotency.inProgress",
    requestId: envelope.requestId,
    operation: envelope.operation.name,
    callerId: caller.id,
  });
  return failure("idempotency_in_progress", { headers: { "retry-after": "1" }, cause });
}

/**
 * A failure may be due to what another call with the same key has done meanwhile, and a connection that was lost
 * at the commit says nothing about it: the key knows. What a handler decided is an answer like any other.
 */
async function settleFailure(call: Call, claim: KeyClaim, error: unknown): Promise<void> {
  if (error instanceof KeelsonError && error.code === "idempotency_in_progress") throw error;
  const session = measuredSession(call, call.session);
  const find = (): Promise<KeyRecord | undefined> => findKeyRecord(session, claim).catch(() => undefined);
  const isDecided = error instanceof KeelsonError && isDeclared(call, error);
  const record = (error instanceof Beaten ? error.record : undefined) ?? (await find());
  if (record) return answerAgain(call, claim, record);
  if (!isDecided) throw error instanceof Beaten ? inProgress(call, error) : error;
  const answer = failureOf(call, error);
  if (await insertKeyRecord(session, claim, answer, call.app.keyRetentionMs)) throw error;
  const first = await find();
  if (first) return answerAgain(call, claim, first);
  throw error;
}

const isDeclared = ({ envelope: { operation } }: Call, { code }: KeelsonError): boolean =>
  operation.kind === "custom" && operation.errors.has(code);
