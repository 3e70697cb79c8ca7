import type { Session, Statement } from "../transaction.ts";
import {
  type OperationRecord,
  operationJson,
  type RowCounts,
  readOperation,
  readOperations,
} from "./operation-record.ts";

/**
 * Who works on an operation, and how far they are:
 *
 *     pending ──claim──→ running ──finish──→ succeeded | failed | cancelled
 *        │                 │  └──lease expired, or let go──→ claimed by the next, from its checkpoint
 *        └──cancel──→ cancelled
 *
 * A claim raises the fence. Whatever its holder commits is committed together with an {@link advance}, which demands the
 * same fence: of one that was taken for dead and is not, nothing is kept. Times are the database's.
 */
const claim: Statement = {
  name: "k_operation_claim",
  text: `update keelson.operations o set state = 'running', fence = fence + 1, holder = $3,
      lease_until = clock_timestamp() + make_interval(secs => $2::double precision),
      started_at = coalesce(started_at, clock_timestamp())
    where id = $1::uuid and (state = 'pending' or state = 'running' and lease_until <= clock_timestamp()
      or state = 'running' and fence = $4::integer)
    returning ${operationJson("o")}`,
};

/** Who wants an operation, and for how long. */
export interface Holding {
  readonly leaseMs: number;
  readonly holder: string;
  /** The fence of a claim whose holder is known to be gone: its lease is not waited for. */
  readonly abandoned?: number | undefined;
}

/** Takes an operation that nobody works on; undefined where somebody does, or it has ended. */
export const claimOperation = (
  session: Session,
  id: string,
  { leaseMs, holder, abandoned }: Holding,
): Promise<OperationRecord | undefined> =>
  session.run(claim, [id, leaseMs / 1_000, holder, abandoned], readOperation);

/** What has been added since the last checkpoint, and where to go on. */
export interface Advance extends RowCounts {
  readonly done: number;
  readonly checkpoint: string | null;
  readonly total?: number | null;
}

/** Which claim is meant. */
export type Claim = Pick<OperationRecord, "id" | "fence">;

const advance: Statement = {
  name: "k_operation_advance",
  text: `update keelson.operations o set done = done + $3::bigint, created = created + $4::bigint,
      updated = updated + $5::bigint, skipped = skipped + $6::bigint, failed = failed + $7::bigint,
      checkpoint = $8, total = coalesce($9::bigint, total),
      lease_until = clock_timestamp() + make_interval(secs => $10::double precision)
    where id = $1::uuid and fence = $2::integer and state = 'running'
    returning ${operationJson("o")}`,
};

/** Writes a checkpoint and extends the lease; undefined where the claim is lost: then nothing may be committed. */
export function advanceOperation(
  session: Session,
  { id, fence }: Claim,
  { done, created, updated, skipped, failed, checkpoint, total = null }: Advance,
  leaseMs: number,
): Promise<OperationRecord | undefined> {
  const values = [id, fence, done, created, updated, skipped, failed, checkpoint, total, leaseMs / 1_000];
  return session.run(advance, values, readOperation);
}

const finish: Statement = {
  name: "k_operation_finish",
  text: `update keelson.operations o set state = $3, error = $4::jsonb, source = null,
      output = case when $3 = 'succeeded' then output end,
      total = case when $3 = 'succeeded' then done else total end,
      ended_at = clock_timestamp(), lease_until = clock_timestamp(),
      expires_at = clock_timestamp() + make_interval(secs => $5::double precision)
    where id = $1::uuid and fence = $2::integer and state = 'running'
    returning ${operationJson("o")}`,
};

export interface Ending {
  readonly state: "succeeded" | "failed" | "cancelled";
  readonly error?: unknown;
}

/** Ends an operation, for good; undefined where the claim is lost. */
export const finishOperation = (
  session: Session,
  { id, fence }: Claim,
  { state, error }: Ending,
  retentionMs: number,
): Promise<OperationRecord | undefined> =>
  session.run(
    finish,
    [id, fence, state, error === undefined ? null : JSON.stringify(error), retentionMs / 1_000],
    readOperation,
  );

const letGo: Statement = {
  name: "k_operation_let_go",
  text: `update keelson.operations set lease_until = clock_timestamp()
    where id = $1::uuid and fence = $2::integer and state = 'running' returning true`,
};

/** Lets others go on from the checkpoint at once. */
export const releaseOperation = (session: Session, { id, fence }: Claim): Promise<void> =>
  session.run(letGo, [id, fence], () => undefined);

const cancel: Statement = {
  name: "k_operation_cancel",
  text: `update keelson.operations o set cancel_requested = true,
      state = case when state = 'pending' then 'cancelled' else state end,
      ended_at = case when state = 'pending' then clock_timestamp() else ended_at end,
      source = case when state = 'running' then source end,
      output = case when state = 'running' then output end
    where id = $1::uuid and state in ('pending', 'running')
    returning ${operationJson("o")}`,
};

/** Asks for an end: at once where nobody has begun, otherwise at the next checkpoint. Undefined where it has ended. */
export const cancelOperation = (session: Session, id: string): Promise<OperationRecord | undefined> =>
  session.run(cancel, [id], readOperation);

const revive: Statement = {
  name: "k_operation_revive",
  text: `update keelson.operations o set lease_until = clock_timestamp()
    where id in (
      select id from keelson.operations
      where runner = 'server' and state = 'running'
        and lease_until < clock_timestamp() - make_interval(secs => $1::double precision)
      order by id limit $2 for update skip locked)
    returning ${operationJson("o")}`,
};

/** Operations of the servers that have been left for so long that nobody will come back for them; each is given once. */
export const reviveOperations = (
  session: Session,
  leftMs: number,
  limit: number,
): Promise<readonly OperationRecord[]> => session.run(revive, [leftMs / 1_000, limit], readOperations);
