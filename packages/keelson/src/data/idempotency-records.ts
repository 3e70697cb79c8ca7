import type { Session, Statement } from "./transaction.ts";
import { textsOf, type WireRow } from "./wire-row.ts";

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
    if (!row) return undefined;
    const [fingerprint, answer, body] = textsOf(row);
    return { fingerprint: fingerprint ?? "", answer: answer ?? "", body: body ?? null };
  });
}

const take: Statement = {
  name: "k_idempotency_take",
  text: "select pg_try_advisory_xact_lock($1::bigint)",
};

const wait: Statement = {
  name: "k_idempotency_wait",
  text: "select pg_advisory_xact_lock($1::bigint)",
};

/**
 * Takes the key until the transaction ends; false where another transaction has it. It only saves work: that an
 * effect happens once is due to the primary key of the table.
 */
export const takeKey = (session: Session, claim: KeyClaim): Promise<boolean> =>
  session.run(take, [lockOf(claim)], isTrue);

/** Waits for the key, as long as for any lock. */
export const waitForKey = (session: Session, claim: KeyClaim): Promise<void> =>
  session.run(wait, [lockOf(claim)], () => undefined);

// What has expired is as good as gone, whether the cleaning has come by or not.
const insert: Statement = {
  name: "k_idempotency_insert",
  text: `insert into keelson.idempotency_keys as k (scope, fingerprint, caller, operation, key, answer, body, expires_at)
    values ($1::bytea, $2::bytea, $3, $4, $5, $6, $7, now() + make_interval(secs => $8::double precision))
    on conflict (scope) do update set fingerprint = excluded.fingerprint, caller = excluded.caller,
      operation = excluded.operation, key = excluded.key, answer = excluded.answer, body = excluded.body,
      created_at = excluded.created_at, expires_at = excluded.expires_at
    where k.expires_at <= now()
    returning true`,
};

/** Writes down what a key was answered; false where it had been answered before. */
export function insertKeyRecord(
  session: Session,
  claim: KeyClaim,
  { answer, body }: Pick<KeyRecord, "answer" | "body">,
  retentionMs: number,
): Promise<boolean> {
  const { scope, fingerprint, caller, operation, key } = claim;
  const values = [bytea(scope), bytea(fingerprint), caller, operation, key, answer, body, retentionMs / 1000];
  return session.run(insert, values, isTrue);
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

const isTrue = ([row]: readonly WireRow[]): boolean => row !== undefined && textsOf(row)[0] === "t";
