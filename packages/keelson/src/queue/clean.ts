import type { Session, Statement } from "../data/transaction.ts";

/** How long what has ended is kept. */
export interface JobRetention {
  readonly completedMs: number;
  readonly deadLettersMs: number;
}

/** How many were removed. */
export interface CleanedJobs {
  readonly jobs: number;
  readonly deadLetters: number;
}

const jobs: Statement = {
  name: "k_job_clean",
  text: `delete from keelson_jobs.job where (name, id) in (
      select name, id from keelson_jobs.job
      where state > 'active' and completed_on < keelson_jobs.job_now() - make_interval(secs => $1::double precision)
      order by completed_on limit $2 for update skip locked)
    returning true`,
};

const deadLetters: Statement = {
  name: "k_job_clean_dead",
  text: `delete from keelson.dead_letters where id in (
      select id from keelson.dead_letters
      where died_at < keelson_jobs.job_now() - make_interval(secs => $1::double precision)
      order by died_at limit $2 for update skip locked)
    returning true`,
};

const keys: Statement = {
  name: "k_job_clean_keys",
  text: `delete from keelson.job_keys where (job, key) in (
      select job, key from keelson.job_keys where expires_at <= now() order by expires_at limit $1 for update skip locked)
    returning true`,
};

// A run of a job that is neither waiting nor a dead letter any more.
const attempts: Statement = {
  name: "k_job_clean_runs",
  text: `delete from keelson.job_attempts where (job_id, attempt) in (
      select a.job_id, a.attempt from keelson.job_attempts a
      where a.started_at < keelson_jobs.job_now() - make_interval(secs => $1::double precision)
        and not exists (select from keelson_jobs.job j where j.name in (a.job, a.job || '.keyed') and j.id = a.job_id)
        and not exists (select from keelson.dead_letters d where d.id = a.job_id)
      order by a.started_at limit $2 for update skip locked)
    returning true`,
};

const batchSize = 1_000;

/** Removes what has been kept for long enough, a batch of each; several processes do not wait for each other. */
export async function cleanJobs(session: Session, retention: JobRetention): Promise<CleanedJobs> {
  const count = (rows: readonly unknown[]): number => rows.length;
  const completedSeconds = retention.completedMs / 1_000;
  const removed = {
    jobs: await session.run(jobs, [completedSeconds, batchSize], count),
    deadLetters: await session.run(deadLetters, [retention.deadLettersMs / 1_000, batchSize], count),
  };
  await session.run(keys, [batchSize], count);
  await session.run(attempts, [completedSeconds, batchSize], count);
  return removed;
}
