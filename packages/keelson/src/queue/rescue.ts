import type { Database } from "../data/database.ts";
import type { Statement, Transaction } from "../data/transaction.ts";
import { textsOf } from "../data/wire-row.ts";
import { buryJob, type Lease, postponeJob } from "./settle.ts";

/** A job whose worker did not renew its lease, and what became of it. */
export interface RescuedJob extends Lease {
  readonly job: string;
  /** Of the worker, where it is known. */
  readonly process: string | undefined;
  readonly dead: "exhausted" | "poison" | undefined;
}

export interface RescueOptions {
  /** How long a lease lasts without being renewed. */
  readonly leaseMs: number;
  /** A job that has lost its lease so often is given up: it may be what ends its processes. */
  readonly poisonAfter: number;
}

const batchSize = 100;

// What another process is rescuing is skipped; a worker that is just completing it holds the row.
const overdue: Statement = {
  name: "k_job_overdue",
  text: `select j.name, j.id, j.retry_count + 1, j.retry_limit, a.process,
      (select count(*) from keelson.job_attempts l where l.job_id = j.id and l.outcome = 'lost')
    from keelson_jobs.job j
    left join keelson.job_attempts a on a.job_id = j.id and a.attempt = j.retry_count + 1
    where j.state = 'active' and j.heartbeat_on < keelson_jobs.job_now() - make_interval(secs => $1::double precision)
    order by j.heartbeat_on limit ${batchSize} for update of j skip locked`,
};

/** Takes jobs from workers that are gone, or that have stood still for longer than their lease. */
export function rescueJobs(
  database: Pick<Database, "transaction">,
  options: RescueOptions,
): Promise<readonly RescuedJob[]> {
  return database.transaction("write", async (tx) => {
    const found = await tx.run(overdue, [options.leaseMs / 1_000], (rows) => rows.map((row) => textsOf(row)));
    const rescued: RescuedJob[] = [];
    for (const texts of found) rescued.push(await rescue(tx, texts, options));
    return rescued;
  });
}

async function rescue(
  tx: Transaction,
  [queue, id, attempt, retryLimit, process, lostBefore]: readonly (string | null)[],
  { leaseMs, poisonAfter }: RescueOptions,
): Promise<RescuedJob> {
  const lease: Lease = { queue: queue ?? "", id: id ?? "", attempt: Number(attempt) };
  const job = lease.queue.replace(/\.keyed$/, "");
  const times = Number(lostBefore) + 1;
  const dead = times >= poisonAfter ? "poison" : lease.attempt > Number(retryLimit) ? "exhausted" : undefined;
  const fault = {
    code: "lease_lost",
    message: `Its process did not renew the lease of ${leaseMs} ms${times > 1 ? `; the ${times}th time` : ""}.`,
  };
  if (dead === undefined) await postponeJob(tx, lease, fault, 0, "lost");
  else await buryJob(tx, lease, job, dead, fault);
  return { ...lease, job, process: process ?? undefined, dead };
}
