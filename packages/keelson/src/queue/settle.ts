import type { Session, Statement } from "../data/transaction.ts";
import { textsOf, type WireRow } from "../data/wire-row.ts";
import type { ClaimedJob } from "./open-queue.ts";
import { wakeChannel } from "./wake-channel.ts";

/*
 * A job, from being enqueued to its end:
 *
 *     waiting ──claim──→ running ──complete──→ completed
 *        ↑                  ├──postpone, release, lost lease──→ waiting
 *        │                  ├──bury (refused, exhausted, poison)──→ dead letter ──discard──→ gone
 *        │                  └──cancel──→ cancelled
 *        └────────────────────redrive────────────────────────────── dead letter
 *
 * Each way out of `running` is one statement that names the attempt. Where another worker has taken the job over, or
 * somebody has cancelled it, the statement finds nothing, and what was to happen with it does not happen either.
 */

/** Which run of which job. */
export type Lease = Pick<ClaimedJob, "queue" | "id" | "attempt">;

/** Why a run failed, as it is written down. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/** Why a job was given up. */
export type DeathReason = "refused" | "exhausted" | "poison" | "invalid";

const isHeld = "name = $1 and id = $2::uuid and state = 'active' and retry_count = $3::integer - 1";

const began: Statement = {
  name: "k_job_began",
  text: `insert into keelson.job_attempts (job_id, attempt, job, process, started_at)
    select id, attempt, $3, $4, keelson_jobs.job_now() from unnest($1::uuid[], $2::integer[]) as run (id, attempt)
    on conflict (job_id, attempt) do nothing`,
};

/** Notes that this process runs these jobs. */
export const noteBegun = async (
  session: Session,
  jobs: readonly ClaimedJob[],
  process: string,
): Promise<void> => {
  const [first] = jobs;
  if (first === undefined) return;
  const values = [jobs.map(({ id }) => id), jobs.map(({ attempt }) => attempt), first.job.name, process];
  await session.run(began, values, () => {});
};

const complete: Statement = {
  name: "k_job_complete",
  text: `with done as (
    update keelson_jobs.job set state = 'completed', completed_on = keelson_jobs.job_now() where ${isHeld} returning 1
  ), gone as (
    delete from keelson.job_attempts where job_id = $2::uuid and attempt = $3::integer and exists (select from done)
  )
  select from done`,
};

/** Records that a job is done; in the transaction of its effects, these happen once. False: it was not ours any more. */
export const completeJob = (session: Session, lease: Lease): Promise<boolean> =>
  session.run(complete, leaseValues(lease), isFound);

const hold: Statement = {
  name: "k_job_hold",
  text: `select from keelson_jobs.job where ${isHeld} for update`,
};

/** Keeps others from taking the job over until the transaction ends. False: somebody has already. */
export const holdJob = (session: Session, lease: Lease): Promise<boolean> =>
  session.run(hold, leaseValues(lease), isFound);

const ended = (outcome: string) => `ended as (
    update keelson.job_attempts set ended_at = keelson_jobs.job_now(), outcome = '${outcome}', code = $4, message = $5
    where job_id = $2::uuid and attempt = $3::integer and exists (select from done)
  )`;

const postpone = (outcome: "retried" | "lost"): Statement => ({
  name: `k_job_${outcome}`,
  text: `with done as (
    update keelson_jobs.job set state = 'retry', heartbeat_on = null,
      start_after = keelson_jobs.job_now() + make_interval(secs => $6::double precision)
    where ${isHeld} returning start_after
  ), ${ended(outcome)}
  select to_char(start_after at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from done`,
});

const postponements = { retried: postpone("retried"), lost: postpone("lost") } as const;

/** Has a job run again after a while; gives when, or undefined where it was not ours any more. */
export const postponeJob = (
  session: Session,
  lease: Lease,
  { code, message }: Fault,
  delayMs: number,
  outcome: keyof typeof postponements = "retried",
): Promise<string | undefined> =>
  session.run(postponements[outcome], [...leaseValues(lease), code, message, delayMs / 1_000], ([row]) =>
    row ? (textsOf(row)[0] ?? undefined) : undefined,
  );

const release: Statement = {
  name: "k_job_release",
  text: `with done as (
    update keelson_jobs.job set state = 'retry', heartbeat_on = null, retry_limit = retry_limit + 1,
      start_after = keelson_jobs.job_now()
    where ${isHeld} returning 1
  ), ${ended("released")}, told as (
    select pg_notify('${wakeChannel}', $1) from done
  )
  select from told`,
};

/** Gives a job back that this process cannot finish: at once, and without counting the run. */
export const releaseJob = (session: Session, lease: Lease, { code, message }: Fault): Promise<boolean> =>
  session.run(release, [...leaseValues(lease), code, message], isFound);

const bury: Statement = {
  name: "k_job_bury",
  text: `with done as (
    delete from keelson_jobs.job where ${isHeld} returning *
  ), ${ended("dead")}
  insert into keelson.dead_letters (id, job, reason, code, message, payload, attempts, priority, key, job_group,
      retry_limit, enqueued_at, died_at, redrives)
    select id, $6, $7, $4, $5, data, $3::integer, priority, singleton_key, group_id, retry_limit, created_on,
      keelson_jobs.job_now(), coalesce((data->>'redrives')::integer, 0) from done
  on conflict (id) do update set reason = excluded.reason, code = excluded.code, message = excluded.message,
    payload = excluded.payload, attempts = excluded.attempts, died_at = excluded.died_at, redrives = excluded.redrives
  returning true`,
};

/** Makes a dead letter of a job. False: it was not ours any more. */
export const buryJob = (
  session: Session,
  lease: Lease,
  job: string,
  reason: DeathReason,
  { code, message }: Fault,
): Promise<boolean> => session.run(bury, [...leaseValues(lease), code, message, job, reason], isFound);

const leaseValues = ({ queue, id, attempt }: Lease): readonly unknown[] => [queue, id, attempt];

const isFound = ([row]: readonly WireRow[]): boolean => row !== undefined;
