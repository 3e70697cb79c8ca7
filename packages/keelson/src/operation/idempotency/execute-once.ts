import { failure, KeelsonError } from "../../base/error.ts";
import { isLockTimeout } from "../../data/database-error.ts";
import {
  findKeyRecord,
  insertKeyRecord,
  KeyAnswered,
  type KeyClaim,
  type KeyRecord,
  type KeyStanding,
  takeKey,
  takeKeyAlong,
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

/** Another call has the key, and has not been answered yet. */
class Held extends Error {
  constructor(options?: ErrorOptions) {
    super("another call has the same idempotency key", options);
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
 * A key is taken along with the first statement of the effect and written down along with the commit, so that it costs
 * one way to the server more than the effect alone. Where the key turns out not to be free, that first statement is
 * undone; only then does the call wait.
 */
export async function executeOnce(call: Call, claim: KeyClaim, effect: Effect): Promise<void> {
  try {
    if (beginsWithStatement(call)) {
      try {
        return await attempt(call, claim, (transaction) => effect(takingFirst(call, claim, transaction)));
      } catch (error) {
        if (!(error instanceof Held)) throw error;
      }
    }
    await attempt(call, claim, async (transaction) => {
      await take(call, claim, measuredSession(call, transaction));
      await effect(transaction);
    });
  } catch (error) {
    await settleFailure(call, claim, error);
  }
}

type Effect = (transaction: Transaction) => Promise<void>;

const attempt = (call: Call, claim: KeyClaim, effect: Effect): Promise<void> =>
  call.app.database.transaction("write", async (transaction) => {
    await effect(transaction);
    const answer = await successOf(call, transaction);
    const last = measuredSession(call, { run: transaction.runLast });
    await insertKeyRecord(last.run, claim, answer, call.app.keyRetentionMs);
  });

/**
 * Whether a statement comes first whose failure nobody catches. A handler that is called on no row may do anything
 * before its first statement, and a batch goes on after that of an item has failed.
 */
const beginsWithStatement = ({ envelope: { operation } }: Call): boolean =>
  operation.kind === "custom" ? operation.on === "row" : operation.kind !== "batch";

/** A transaction whose first statement takes the key along, and counts for nothing where the key is not free. */
function takingFirst(call: Call, claim: KeyClaim, transaction: Transaction): Transaction {
  let isFirst = true;
  const first: Session["run"] = async (...asked) => {
    isFirst = false;
    let standing: KeyStanding | undefined;
    takeKeyAlong(transaction, claim, (told) => {
      standing = told;
    });
    // Overlaps with that of the statement: it is counted, and its time is not counted twice.
    call.tally.begin();
    try {
      const answer = await transaction.run(...asked);
      checkFree(call, standing);
      return answer;
    } catch (error) {
      checkFree(call, standing, error);
      throw error;
    } finally {
      call.tally.end();
    }
  };
  return { ...transaction, run: (...asked) => (isFirst ? first(...asked) : transaction.run(...asked)) };
}

function checkFree(call: Call, standing: KeyStanding | undefined, cause?: unknown): void {
  if (standing?.record) throw new Beaten(standing.record);
  // What the other call has locked was waited for by then.
  if (standing?.taken === false) throw isLockTimeout(cause) ? inProgress(call, cause) : new Held({ cause });
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
 * at the commit says nothing about it: the key knows. What a handler decided is an answer like any other.
 * Any other failure has undone everything in the database and is not kept: the next try runs again.
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
