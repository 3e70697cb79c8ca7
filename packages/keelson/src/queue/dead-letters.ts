import type { Session, Statement, Transaction } from "../data/transaction.ts";
import { textsOf, type WireRow } from "../data/wire-row.ts";
import type { JobModel } from "../model/app-model.ts";
import type { Queue } from "./open-queue.ts";
import type { Payload } from "./payload.ts";
import type { DeathReason } from "./settle.ts";

/** A job that was given up. Times are RFC 3339 UTC. */
export interface DeadLetter {
  readonly id: string;
  readonly job: string;
  /**
   * `refused`: running it again would have led to the same. `exhausted`: it has been run as often as it may.
   * `poison`: it kept losing its workers. `invalid`: what is stored cannot be read.
   */
  readonly reason: DeathReason;
  /** Of the last failure. */
  readonly code: string;
  readonly message: string;
  readonly input: unknown;
  readonly caller: Payload["caller"];
  readonly requestId: string;
  readonly attempts: number;
  readonly priority: number;
  readonly key: string | null;
  readonly group: string | null;
  readonly enqueuedAt: string;
  readonly diedAt: string;
  /** How often it was taken back before. */
  readonly redrives: number;
}

export interface DeadLetterFilter {
  readonly job?: string | undefined;
  readonly reason?: string | undefined;
  readonly code?: string | undefined;
  /** Those that died at or before this time, RFC 3339. */
  readonly until?: string | undefined;
}

const time = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const columns = `json_build_object('id', id, 'job', job, 'reason', reason, 'code', code, 'message', message,
  'input', payload->'input', 'caller', payload->'caller', 'requestId', payload->>'requestId',
  'attempts', attempts, 'priority', priority, 'key', key, 'group', job_group,
  'enqueuedAt', ${time("enqueued_at")}, 'diedAt', ${time("died_at")}, 'redrives', redrives)::text`;

const matches = `($1::text is null or job = $1) and ($2::text is null or reason = $2)
  and ($3::text is null or code = $3) and ($4::timestamptz is null or died_at <= $4)`;

const list: Statement = {
  name: "k_dead_list",
  text: `select ${columns} from keelson.dead_letters where ${matches} order by died_at desc, id desc limit $5`,
};

/** Dead letters, the newest first. */
export const listDeadLetters = (
  session: Session,
  filter: DeadLetterFilter,
  limit: number,
): Promise<readonly DeadLetter[]> => session.run(list, [...valuesOf(filter), limit], parsed);

const count: Statement = {
  name: "k_dead_count",
  text: `select count(*), ${time("keelson_jobs.job_now()")} from keelson.dead_letters where ${matches}`,
};

/** How many there are, and the time by the database's clock. */
export const countDeadLetters = (
  session: Session,
  filter: DeadLetterFilter,
): Promise<{ readonly count: number; readonly now: string }> =>
  session.run(count, valuesOf(filter), ([row]) => {
    const [found, now] = row ? textsOf(row) : [];
    return { count: Number(found ?? 0), now: now ?? "" };
  });

const next: Statement = {
  name: "k_dead_next",
  text: `select id from keelson.dead_letters where ${matches} order by died_at, id limit $5`,
};

/** Ids, the oldest first. */
export const nextDeadLetters = (
  session: Session,
  filter: DeadLetterFilter,
  limit: number,
): Promise<readonly string[]> =>
  session.run(next, [...valuesOf(filter), limit], (rows) => rows.map((row) => textsOf(row)[0] ?? ""));

const get: Statement = {
  name: "k_dead_get",
  text: `select ${columns} from keelson.dead_letters where id = $1::uuid for update`,
};

/** One dead letter, which others leave alone until the transaction ends. */
export const getDeadLetter = async (session: Session, id: string): Promise<DeadLetter | undefined> =>
  (await session.run(get, [id], parsed))[0];

const edit: Statement = {
  name: "k_dead_edit",
  text: "update keelson.dead_letters set payload = jsonb_set(payload, '{input}', $2::jsonb) where id = $1::uuid returning true",
};

/** Puts another input in the place of the one that it died with. */
export const editDeadLetter = (session: Session, id: string, input: unknown): Promise<boolean> =>
  session.run(edit, [id, JSON.stringify(input)], isFound);

const discard: Statement = {
  name: "k_dead_discard",
  text: "delete from keelson.dead_letters where id = $1::uuid returning true",
};

/** Throws one away. */
export const discardDeadLetter = (session: Session, id: string): Promise<boolean> =>
  session.run(discard, [id], isFound);

// The runs of before count, so that the history goes on; it may be run as often again as it was allowed to.
const resume: Statement = {
  name: "k_dead_resume",
  text: `update keelson_jobs.job set retry_count = $2::integer - 1, retry_limit = $2::integer + $3::integer,
      started_on = keelson_jobs.job_now()
    where id = $1::uuid`,
};

/** Has a dead letter run again, behind those that wait with its key; it keeps its id, its caller and its history. */
export async function redriveDeadLetter(
  queue: Queue,
  tx: Transaction,
  job: JobModel,
  letter: DeadLetter,
  { key, group }: { readonly key: string | undefined; readonly group: string | undefined },
): Promise<void> {
  const { id, input, caller, requestId, priority, attempts, redrives } = letter;
  const payload: Payload = { v: 1, input, caller, requestId, redrives: redrives + 1 };
  await queue.insert(tx, job, { id, payload, priority, startAfter: undefined, key, group });
  await tx.run(resume, [id, attempts, job.retry.limit], () => {});
  await discardDeadLetter(tx, id);
}

const valuesOf = ({ job, reason, code, until }: DeadLetterFilter): readonly unknown[] => [
  job ?? null,
  reason ?? null,
  code ?? null,
  until ?? null,
];

const isFound = ([row]: readonly WireRow[]): boolean => row !== undefined;

const parsed = (rows: readonly WireRow[]): readonly DeadLetter[] =>
  rows.map((row) => JSON.parse(textsOf(row)[0] ?? "null") as DeadLetter);
