import type { Session, Statement } from "../data/transaction.ts";
import type { WireRow } from "../data/wire-row.ts";
import { cancelChannel, wakeChannel } from "./wake-channel.ts";

const cancel: Statement = {
  name: "k_job_cancel",
  text: `with done as (
    update keelson_jobs.job set state = 'cancelled', completed_on = keelson_jobs.job_now()
    where id = $1::uuid and state < 'completed' returning id, retry_count
  ), ended as (
    update keelson.job_attempts a set ended_at = keelson_jobs.job_now(), outcome = 'cancelled' from done
    where a.job_id = done.id and a.attempt = done.retry_count + 1 and a.ended_at is null
  )
  select pg_notify('${cancelChannel}', id::text) from done`,
};

/**
 * Cancels a job: one that waits does not run, one that is running is told to end and cannot commit anything more.
 * False where it has ended, or there is none.
 */
export const cancelJob = (session: Session, id: string): Promise<boolean> =>
  session.run(cancel, [id], isFound);

const hurry: Statement = {
  name: "k_job_hurry",
  text: `with done as (
    update keelson_jobs.job set start_after = keelson_jobs.job_now(), completed_on = null,
      state = case state when 'retry' then state else 'created' end,
      retry_limit = greatest(retry_limit, retry_count + 1)
    where id = $1::uuid and state in ('created', 'retry', 'cancelled') returning name
  )
  select pg_notify('${wakeChannel}', name) from done`,
};

/** Has a job run now that was to run later, or that was cancelled. False where it runs, has ended, or there is none. */
export const hurryJob = (session: Session, id: string): Promise<boolean> => session.run(hurry, [id], isFound);

const isFound = ([row]: readonly WireRow[]): boolean => row !== undefined;
