import type { Complaint } from "./complaint.ts";
import type { FuzzFailure, FuzzReport } from "./fuzz-report.ts";

/** A failure while it may still be told better. */
export type Noted = { -readonly [K in keyof FuzzFailure]: FuzzFailure[K] };

/** What a run has counted and found. */
export interface RunNotes {
  count(kind: string, status: string): void;
  /** Notes a failure of a kind that was not known; undefined when it was. */
  note(
    complaint: Complaint,
    shown: Pick<FuzzFailure, "about" | "operation" | "request" | "cause">,
  ): Noted | undefined;
  succeeded(operation: string): void;
  readonly sent: () => number;
  report(seed: number, operations: readonly string[]): FuzzReport;
}

/** How many kinds of failures are kept; more only say that much is broken. */
const maxFailures = 20;

export function newRunNotes(): RunNotes {
  const byKind: Record<string, number> = {};
  const byStatus: Record<string, number> = {};
  const succeeded = new Set<string>();
  const failures = new Map<string, Noted>();
  let sent = 0;
  return {
    count: (kind, status) => {
      sent += 1;
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      byStatus[status] = (byStatus[status] ?? 0) + 1;
    },
    note: (complaint, shown) => {
      const key = [complaint.rule, shown.operation, withoutValues(complaint.detail)].join("|");
      const known = failures.get(key);
      if (known) known.times += 1;
      if (known || failures.size >= maxFailures) return undefined;
      const noted: Noted = { ...complaint, ...shown, times: 1 };
      failures.set(key, noted);
      return noted;
    },
    succeeded: (operation) => void succeeded.add(operation),
    sent: () => sent,
    report: (seed, operations) => ({
      seed,
      requests: sent,
      byKind,
      byStatus,
      neverSucceeded: operations.filter((id) => !succeeded.has(id)),
      failures: [...failures.values()],
    }),
  };
}

/** Failures that only differ in what was sent are of one kind. */
const withoutValues = (detail: string): string => detail.replace(/[\d"'][^ ]*/g, "").slice(0, 60);
