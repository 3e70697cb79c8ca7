import { timestampOf } from "../../base/clock.ts";
import type { OperationRecord } from "../../data/operations/operation-record.ts";

/** An operation as its owner sees it. */
export interface OperationView {
  readonly id: string;
  readonly kind: string;
  readonly resource: string;
  readonly state: OperationRecord["state"];
  readonly done: boolean;
  readonly cancelRequested: boolean;
  readonly progress: { readonly done: number; readonly total: number | null; readonly failed: number };
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: unknown;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly expiresAt: string;
}

export function operationView(record: OperationRecord): OperationView {
  const { id, kind, resource, state, done, total, failed, error, endedAt, startedAt } = record;
  return {
    id,
    kind,
    resource,
    state,
    done: endedAt !== null,
    cancelRequested: record.cancelRequested,
    progress: { done, total, failed },
    result: endedAt === null ? null : resultOf(record),
    error: error ?? null,
    createdAt: timestampOf(record.createdAt),
    startedAt: startedAt === null ? null : timestampOf(startedAt),
    endedAt: endedAt === null ? null : timestampOf(endedAt),
    expiresAt: timestampOf(record.expiresAt),
  };
}

/** Where an operation is asked about. */
export const operationPath = (id: string): string => `/v1/operations/${id}`;

function resultOf({
  id,
  kind,
  created,
  updated,
  skipped,
  failed,
  output,
}: OperationRecord): OperationView["result"] {
  if (kind === "export") return output === null ? {} : { file: `${operationPath(id)}/file` };
  const report = failed > 0 ? { report: `${operationPath(id)}/report` } : {};
  return { created, updated, skipped, failed, ...report };
}
