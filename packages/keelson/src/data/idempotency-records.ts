import { isMissingValue } from "./database-error.ts";
import type { ReadRows, Session, Statement, Transaction } from "./transaction.ts";
import { textsOf } from "./wire-row.ts";

/** A key as its caller sent it with one request. */
export interface KeyClaim {
  /** SHA-256 over tenant, caller, operation and key, in hex: what the record is found by. */
  readonly scope: string;
  /** SHA-256 over the request, in hex. */
  readonly fingerprint: string;
  /** For people who look into the table. */
  readonly caller: string;
  readonly operation: string;
  readonly key: string;
}

/** What was answered, once. */
export interface KeyRecord {
  readonly fingerprint: string;
  /** What kind of answer it was, as JSON; see `operation/idempotency/stored-answer.ts`. */
  readonly answer: string;
  /** The text of the answer, where it has one. */
  readonly body: string | null;
}

const find: Statement = {
  name: "k_idempotency_find",
  text: `select encode(fingerprint, 'hex'), answer, body from keelson.idempotency_keys
    where scope = $1::bytea and expires_at > now()`,
};

/** The record of a key that has been answered and is still kept. */
export function findKeyRecord(session: Session, { scope }: KeyClaim): Promise<KeyRecord | undefined> {
  return session.run(find, [bytea(scope)], ([row]) => {
    const [fingerprint, answer, body] = row ? textsOf(row) : [];
    return recordOf(fingerprint, answer, body);
  });
}

type Text = string | null | undefined;

const recordOf = (fingerprint: Text, answer: Text, body: Text): KeyRecord | undefined =>
  fingerprint == null ? undefined : { fingerprint, answer: answer ?? "", body: body ?? null };

// The lock may come free after the record was looked for; then the primary key tells.
const take: Statement = {
  name: "k_idempotency_take",
  text: `select pg_try_advisory_xact_lock($1::bigint), encode(k.fingerprint, 'hex'), k.answer, k.body
    from (select 1) as one left join keelson.idempotency_keys as k
      on k.scope = $2::bytea and k.expires_at > now()`,
};

/** How a transaction stands with a key. */
export interface KeyStanding {
  /** It has the key until it ends; false where another transaction has it. */
  readonly taken: boolean;
  readonly record: KeyRecord | undefined;
}

/**
 * Takes the key until the transaction ends, and looks for what it was answered. To take it only saves work: that an
 * effect happens once is due to the primary key of the table.
 */
export const takeKey = (session: Session, claim: KeyClaim): Promise<KeyStanding> =>
  session.run(take, takeValues(claim), standingOf);

/** The same along with the statement that is run next. */
export const takeKeyAlong = (
  transaction: Transaction,
  claim: KeyClaim,
  told: (standing: KeyStanding) => void,
): void => transaction.sendAlong(take, takeValues(claim), (rows) => told(standingOf(rows)));

const takeValues = (claim: KeyClaim): readonly unknown[] => [lockOf(claim), bytea(claim.scope)];

const standingOf: ReadRows<KeyStanding> = ([row]) => {
  const [taken, fingerprint, answer, body] = row ? textsOf(row) : [];
  return { taken: taken === "t", record: recordOf(fingerprint, answer, body) };
};

const wait: Statement = {
  name: "k_idempotency_wait",
  text: "select pg_advisory_xact_lock($1::bigint)",
};

/** Waits for the key, as long as for any lock. */
export const waitForKey = (session: Session, claim: KeyClaim): Promise<void> =>
  session.run(wait, [lockOf(claim)], () => undefined);

// What has expired is as good as gone, whether the cleaning has come by or not. What has not makes the statement fail,
// so that the commit behind it is not run.
const insert: Statement = {
  name: "k_idempotency_insert",
  text: `insert into keelson.idempotency_keys as k (scope, fingerprint, caller, operation, key, answer, body, expires_at)
    values ($1::bytea, $2::bytea, $3, $4, $5, $6, $7, now() + make_interval(secs => $8::double precision))
    on conflict (scope) do update set fingerprint = excluded.fingerprint, caller = excluded.caller,
      operation = excluded.operation, key = excluded.key, answer = excluded.answer, body = excluded.body,
      created_at = excluded.created_at,
      expires_at = case when k.expires_at <= now() then excluded.expires_at end`,
};

/** What a key was answered cannot be written down, since it was answered before. */
export class KeyAnswered extends Error {
  constructor(options?: ErrorOptions) {
    super("another call with the same idempotency key was first", options);
  }
}

/** Writes down what a key was answered. @throws KeyAnswered where it had been answered before */
export async function insertKeyRecord(
  run: Session["run"],
  claim: KeyClaim,
  { answer, body }: Pick<KeyRecord, "answer" | "body">,
  retentionMs: number,
): Promise<void> {
  const { scope, fingerprint, caller, operation, key } = claim;
  const values = [bytea(scope), bytea(fingerprint), caller, operation, key, answer, body, retentionMs / 1000];
  try {
    await run(insert, values, () => undefined);
  } catch (error) {
    throw isMissingValue(error, "idempotency_keys", "expires_at") ? new KeyAnswered({ cause: error }) : error;
  }
}

const removeExpired: Statement = {
  name: "k_idempotency_clean",
  text: `delete from keelson.idempotency_keys where scope in (
      select scope from keelson.idempotency_keys where expires_at <= now()
      order by expires_at limit $1 for update skip locked)
    returning true`,
};

/** Removes some of the records whose time is over; gives how many. Several processes do not wait for each other. */
export const removeExpiredKeys = (session: Session, limit: number): Promise<number> =>
  session.run(removeExpired, [limit], (rows) => rows.length);

const bytea = (hex: string): string => `\\x${hex}`;

/** Equal keys have equal locks; different ones that share a lock only wait for each other. */
const lockOf = ({ scope }: KeyClaim): string =>
  BigInt.asIntN(64, BigInt(`0x${scope.slice(0, 16)}`)).toString();
