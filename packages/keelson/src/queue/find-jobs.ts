import type { Session, Statement } from "../data/transaction.ts";
import { textsOf, type WireRow } from "../data/wire-row.ts";

/** Where a job is in its life; dead letters are kept apart. */
export type JobState = "waiting" | "delayed" | "running" | "completed" | "cancelled";

/** A job as those see it who look after it. Times are RFC 3339 UTC. */
export interface JobRecord {
  readonly id: string;
  readonly job: string;
  readonly state: JobState;
  readonly input: unknown;
  readonly caller: { readonly kind: string; readonly id?: string; readonly reason?: string };
  readonly requestId: string;
  readonly priority: number;
  readonly key: string | null;
  readonly group: string | null;
  /** Runs so far, the one that is going on included. */
  readonly attempts: number;
  readonly retryLimit: number;
  readonly enqueuedAt: string;
  readonly startsAt: string;
  readonly endedAt: string | null;
  /** What the run that is going on last said. */
  readonly progress: JobProgress | null;
}

/** How far a run has come. */
export interface JobProgress {
  readonly done: number;
  readonly total?: number;
  readonly note?: string;
}

/** A run that is going on, or that did not end well. */
export interface JobAttempt {
  readonly attempt: number;
  readonly process: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: "retried" | "dead" | "lost" | "released" | "cancelled" | null;
  readonly code: string | null;
  readonly message: string | null;
}

export interface JobFilter {
  readonly job?: string;
  readonly state?: JobState;
  readonly id?: string;
  /** @defaultValue 100 */
  readonly limit?: number;
}

const time = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const state = `case when j.state = 'active' then 'running' when j.state in ('created', 'retry')
  then case when j.start_after > keelson_jobs.job_now() then 'delayed' else 'waiting' end else j.state::text end`;

const find: Statement = {
  name: "k_job_find",
  text: `select json_build_object(
      'id', j.id, 'job', regexp_replace(j.name, '\\.keyed$', ''), 'state', ${state},
      'input', j.data->'input', 'requestId', j.data->>'requestId',
      'caller', json_strip_nulls(json_build_object('kind', j.data->'caller'->>'kind', 'id', j.data->'caller'->>'id',
        'reason', j.data->'caller'->>'reason')),
      'priority', j.priority, 'key', j.singleton_key, 'group', j.group_id,
      'attempts', case when j.started_on is null then 0 else j.retry_count + 1 end, 'retryLimit', j.retry_limit,
      'enqueuedAt', ${time("j.created_on")}, 'startsAt', ${time("j.start_after")},
      'endedAt', ${time("j.completed_on")},
      'progress', (select a.progress from keelson.job_attempts a
        where a.job_id = j.id and a.attempt = j.retry_count + 1))::text
    from keelson_jobs.job j
    where ($1::text is null or j.name in ($1, $1 || '.keyed'))
      and ($2::text is null or ${state} = $2)
      and ($3::uuid is null or j.id = $3::uuid)
    order by j.created_on desc, j.id desc limit $4`,
};

/** Jobs that are not dead letters, the newest first. */
export const findJobs = (
  session: Session,
  { job, state: wanted, id, limit = 100 }: JobFilter,
): Promise<readonly JobRecord[]> =>
  session.run(find, [job ?? null, wanted ?? null, id ?? null, limit], parsed<JobRecord>);

const attempts: Statement = {
  name: "k_job_attempts",
  text: `select json_build_object('attempt', attempt, 'process', process, 'startedAt', ${time("started_at")},
      'endedAt', ${time("ended_at")}, 'outcome', outcome, 'code', code, 'message', message)::text
    from keelson.job_attempts where job_id = $1::uuid order by attempt`,
};

/** The run that is going on, and those that did not end well; of one that did nothing is kept. */
export const jobAttempts = (session: Session, id: string): Promise<readonly JobAttempt[]> =>
  session.run(attempts, [id], parsed<JobAttempt>);

const parsed = <T>(rows: readonly WireRow[]): readonly T[] =>
  rows.map((row) => JSON.parse(textsOf(row)[0] ?? "null") as T);
