import type { Caller } from "../base/caller.ts";
import { durationMs } from "../base/duration.ts";
import { type Fault, failure } from "../base/error.ts";
import type { Statement, Transaction } from "../data/transaction.ts";
import { textsOf } from "../data/wire-row.ts";
import type { EnqueuedJob, EnqueueOptions } from "../declare/enqueue.ts";
import type { JobModel } from "../model/app-model.ts";
import type { Queue } from "./open-queue.ts";
import { payloadOf } from "./payload.ts";

/** A job to enqueue. The input has been validated; it is stored as it was given. */
export interface EnqueueRequest {
  readonly id: string;
  readonly job: JobModel;
  readonly input: unknown;
  /** The input as handlers see it, with its defaults: what keys and groups are made from. */
  readonly validated: unknown;
  readonly caller: Caller;
  readonly requestId: string;
  readonly options: EnqueueOptions;
}

const longestDelayMs = 365 * 86_400_000;
const longestKey = 200;

/** Puts a job in as part of the transaction. @throws KeelsonError `validation_failed` for options that mean nothing */
export async function enqueue(queue: Queue, tx: Transaction, request: EnqueueRequest): Promise<EnqueuedJob> {
  const { id, job, input, validated, caller, requestId, options } = request;
  const startAfter = startOf(options);
  const priority = options.priority ?? job.priority;
  if (!Number.isInteger(priority) || Math.abs(priority) > 1_000)
    throw refused("priority", "must be a whole number from -1000 to 1000.");
  const first = options.deduplicate && (await firstWithKey(tx, job, id, options.deduplicate));
  if (first !== undefined && first !== id) return { id: first, duplicate: true };
  await queue.insert(tx, job, {
    id,
    payload: payloadOf(input, caller, requestId),
    priority,
    startAfter,
    ...placeOf(job, validated, caller),
  });
  return { id, duplicate: false };
}

/** With which other jobs it stands in line, as its declaration says. */
export function placeOf(
  { declaration }: JobModel,
  validated: unknown,
  caller: Caller,
): { readonly key: string | undefined; readonly group: string | undefined } {
  const { key, group } = declaration.options as unknown as {
    readonly key?: (input: unknown) => unknown;
    readonly group?: { readonly by: (input: unknown, caller: Caller) => unknown };
  };
  return {
    key: key && nameOf("key", key(validated)),
    group: group && optionalName("group", group.by(validated, caller)),
  };
}

function startOf({ delay, runAt }: EnqueueOptions): number | string | undefined {
  if (delay !== undefined && runAt !== undefined) throw refused("runAt", "must not be given with `delay`.");
  if (delay !== undefined) {
    const ms = durationMs(delay);
    if (ms === undefined || ms > longestDelayMs)
      throw refused("delay", "must be a duration up to 365d, e.g. 30s, 5m, 2h.");
    return ms;
  }
  if (runAt === undefined) return undefined;
  const moment = typeof runAt === "string" ? new Date(runAt) : runAt;
  if (!Number.isFinite(moment.getTime())) throw refused("runAt", "must be an RFC 3339 timestamp or a Date.");
  return moment.toISOString();
}

function nameOf(option: string, value: unknown): string {
  if (typeof value === "string" && value !== "" && value.length <= longestKey && !value.includes("\0"))
    return value;
  throw refused(option, `must be a text of 1 to ${longestKey} characters.`);
}

const optionalName = (option: string, value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : nameOf(option, value);

// A key whose time is over is as good as gone, whether the cleaning has come by or not.
const takeKey: Statement = {
  name: "k_job_key",
  text: `with taken as (
    insert into keelson.job_keys as k (job, key, job_id, expires_at)
    values ($1, $2, $3, now() + make_interval(secs => $4::double precision))
    on conflict (job, key) do update set job_id = excluded.job_id, expires_at = excluded.expires_at
      where k.expires_at <= now()
    returning job_id)
  select job_id from taken union all
  select job_id from keelson.job_keys where job = $1 and key = $2 limit 1`,
};

/** The id of the job that has the key: this one, or the one that was first. */
async function firstWithKey(
  tx: Transaction,
  { name }: JobModel,
  id: string,
  { key, window }: NonNullable<EnqueueOptions["deduplicate"]>,
): Promise<string> {
  const windowMs = durationMs(window);
  if (windowMs === undefined || windowMs > longestDelayMs)
    throw refused("deduplicate/window", "must be a duration up to 365d, e.g. 10m.");
  const values = [name, nameOf("deduplicate/key", key), id, windowMs / 1_000];
  const look = () => tx.run(takeKey, values, ([row]) => (row ? textsOf(row)[0] : undefined));
  // A row that another transaction has just committed is not in this statement's snapshot, but in the next one's.
  return (await look()) ?? (await look()) ?? id;
}

function refused(option: string, detail: string): Error {
  const fault: Fault = { pointer: `#/options/${option}`, code: "invalid", detail: `\`${option}\` ${detail}` };
  return failure("validation_failed", { detail: "The job cannot be enqueued like this.", errors: [fault] });
}
