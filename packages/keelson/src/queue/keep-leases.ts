import type { Session, Statement } from "../data/transaction.ts";
import { textsOf } from "../data/wire-row.ts";
import type { Lease } from "./settle.ts";

// What was lost or cancelled is not there any more as it was; its state says which.
const beat: Statement = {
  name: "k_job_beat",
  text: `with held as (
    select name, id, attempt from unnest($1::text[], $2::uuid[], $3::integer[]) as held (name, id, attempt)
  ), kept as (
    update keelson_jobs.job j set heartbeat_on = keelson_jobs.job_now() from held h
    where j.name = h.name and j.id = h.id and j.state = 'active' and j.retry_count = h.attempt - 1
    returning j.id
  )
  select h.id, h.attempt, coalesce(
      (select state::text from keelson_jobs.job j where j.name = h.name and j.id = h.id), 'gone')
    from held h where not exists (select from kept k where k.id = h.id)`,
};

/** A lease that is not held any more. */
export interface LostLease {
  readonly id: string;
  readonly attempt: number;
  readonly cancelled: boolean;
}

/** Renews leases, all with one statement; gives those that there are no more. */
export const keepLeases = (session: Session, leases: readonly Lease[]): Promise<readonly LostLease[]> =>
  session.run(
    beat,
    [leases.map(({ queue }) => queue), leases.map(({ id }) => id), leases.map(({ attempt }) => attempt)],
    (rows) =>
      rows.map((row) => {
        const [id, attempt, state] = textsOf(row);
        return { id: id ?? "", attempt: Number(attempt), cancelled: state === "cancelled" };
      }),
  );

const progress: Statement = {
  name: "k_job_progress",
  text: "update keelson.job_attempts set progress = $3::jsonb where job_id = $1::uuid and attempt = $2::integer and ended_at is null",
};

/** Writes down how far a run has come. */
export const noteProgress = (session: Session, { id, attempt }: Lease, value: object): Promise<void> =>
  session.run(progress, [id, attempt, JSON.stringify(value)], () => {});
