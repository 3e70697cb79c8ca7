import { failure, KeelsonError } from "../../base/error.ts";
import { isLockTimeout } from "../../data/database-error.ts";
import {
  findKeyRecord,
  insertKeyRecord,
  KeyAnswered,
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

/** Another call with the same key was first; what it was answered. */
class Beaten extends Error {
  readonly record: KeyRecord;

  constructor(record: KeyRecord) {
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
 *
 * A key is taken along with the beginning of the transaction and written down along with its commit, so that it costs
 * two ways to the server more than the effect alone.
 */
export async function executeOnce(
  call: Call,
  claim: KeyClaim,
  effect: (transaction: Transaction) => Promise<void>,
): Promise<void> {
  try {
    await call.app.database.transaction("write", async (transaction) => {
      await take(call, claim, measuredSession(call, transaction));
      await effect(transaction);
      const answer = await successOf(call, transaction);
      const last = measuredSession(call, { run: transaction.runLast });
      await insertKeyRecord(last.run, claim, answer, call.app.keyRetentionMs);
    });
  } catch (error) {
    await settleFailure(call, claim, error);
  }
}

async function take(call: Call, claim: KeyClaim, session: Session): Promise<void> {
  const { taken, record } = await takeKey(session, claim);
  if (record) throw new Beaten(record);
  if (taken) return;
  try {
    await waitForKey(session, claim);
  } catch (error) {
    throw isLockTimeout(error) ? inProgress(call, error) : error;
  }
  const first = await findKeyRecord(session, claim);
  if (first) throw new Beaten(first);
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
 * at the commit says nothing about it: the key knows. What a handler decided is an answer like any other, whatever its
 * status. Any other failure has undone everything in the database and is not kept: the next try runs again.
 */
async function settleFailure(call: Call, claim: KeyClaim, error: unknown): Promise<void> {
  if (error instanceof KeelsonError && error.code === "idempotency_in_progress") throw error;
  if (error instanceof Beaten) return answerAgain(call, claim, error.record);
  const session = measuredSession(call, call.session);
  const find = (): Promise<KeyRecord | undefined> => findKeyRecord(session, claim).catch(() => undefined);
  const record = await find();
  if (record) return answerAgain(call, claim, record);
  if (error instanceof KeyAnswered) throw inProgress(call, error);
  if (!(error instanceof KeelsonError) || !isDeclared(call, error)) throw error;
  try {
    await insertKeyRecord(session.run, claim, failureOf(call, error), call.app.keyRetentionMs);
  } catch (unkept) {
    const first = await find();
    if (first) return answerAgain(call, claim, first);
    // What is not written down would be decided anew; the caller hears it when it is.
    if (!(unkept instanceof KeyAnswered)) throw unkept;
  }
  throw error;
}

const isDeclared = ({ envelope: { operation } }: Call, { code }: KeelsonError): boolean =>
  operation.kind === "custom" && operation.errors.has(code);
