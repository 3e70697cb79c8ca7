import type { WireRow } from "../wire-row.ts";
import { textsOf } from "../wire-row.ts";

/** How far a long-running operation has come; see `operation-lease.ts`. */
export type OperationState = "pending" | "running" | "succeeded" | "failed" | "cancelled";

/** What became of rows so far. */
export interface RowCounts {
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failed: number;
}

/** A row of `keelson.operations`. */
export interface OperationRecord extends RowCounts {
  readonly id: string;
  readonly kind: string;
  readonly resource: string;
  readonly state: OperationState;
  /** Whoever started it, as JSON. */
  readonly caller: unknown;
  /** Tells callers apart; see `operation/transfer/owner-of.ts`. */
  readonly owner: string;
  /** What was asked, as JSON. */
  readonly request: unknown;
  /** Who runs it: the servers, or the one command that started it. */
  readonly runner: "server" | "command";
  readonly done: number;
  /** Null where nobody knows. */
  readonly total: number | null;
  /** Where to go on. */
  readonly checkpoint: string | null;
  /** What is to be read. */
  readonly source: string | null;
  /** What was written. */
  readonly output: string | null;
  /** Why it failed, as a problem. */
  readonly error: unknown;
  readonly cancelRequested: boolean;
  readonly fence: number;
  /** The process that has the lease, for those who can see whether it lives. */
  readonly holder: string | null;
  /** Nobody else may work on it before; milliseconds since the epoch. */
  readonly leaseUntil: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly expiresAt: number;
}

const ms = (column: string): string => `(extract(epoch from ${column}) * 1000)::bigint`;

/** What every statement about operations answers: the row as one JSON text. */
export const operationJson = (alias: string): string =>
  `json_build_object('id', ${alias}.id, 'kind', ${alias}.kind, 'resource', ${alias}.resource, 'state', ${alias}.state,
    'caller', ${alias}.caller, 'owner', ${alias}.owner, 'request', ${alias}.request, 'runner', ${alias}.runner,
    'done', ${alias}.done, 'total', ${alias}.total, 'created', ${alias}.created, 'updated', ${alias}.updated,
    'skipped', ${alias}.skipped, 'failed', ${alias}.failed, 'checkpoint', ${alias}.checkpoint,
    'source', ${alias}.source, 'output', ${alias}.output, 'error', ${alias}.error,
    'cancelRequested', ${alias}.cancel_requested, 'fence', ${alias}.fence,
    'holder', ${alias}.holder, 'leaseUntil', ${ms(`${alias}.lease_until`)},
    'createdAt', ${ms(`${alias}.created_at`)}, 'startedAt', ${ms(`${alias}.started_at`)},
    'endedAt', ${ms(`${alias}.ended_at`)}, 'expiresAt', ${ms(`${alias}.expires_at`)})::text`;

/** The operation that a statement answered, if it did. */
export const readOperation = ([row]: readonly WireRow[]): OperationRecord | undefined =>
  row && (JSON.parse(textsOf(row)[0] ?? "null") as OperationRecord);

export const readOperations = (rows: readonly WireRow[]): readonly OperationRecord[] =>
  rows.map((row) => JSON.parse(textsOf(row)[0] ?? "null") as OperationRecord);
