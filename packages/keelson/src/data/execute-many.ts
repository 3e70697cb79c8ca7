import type { FieldModel, ResourceModel } from "../model/app-model.ts";
import { type Execution, notThere, readWrite, runPlanned, type WriteAnswer } from "./execute.ts";
import type { Planned } from "./plan/plan-read.ts";
import {
  flaggedReferences,
  type ManyTargets,
  planCreateMany,
  planDeleteMany,
  planFindMany,
  planUpdateMany,
  type WriteManyRequest,
} from "./plan/plan-write-many.ts";
import type { Plan } from "./plan/sql.ts";
import { textsOf, type WireRow } from "./wire-row.ts";

/**
 * Writes many records in one statement; see `plan/plan-write-many.ts` for what the rows must be. What becomes of
 * each is answered in the order of the rows.
 *
 * @throws whatever constraint the first of them violates: then nothing was written
 */
export function createRecords(
  execution: Execution,
  request: WriteManyRequest,
): Promise<readonly WriteAnswer[]> {
  const planned = planCreateMany(execution.model, request, execution.view);
  return runMany(execution, planned, request.rows.length, readingOf(request));
}

/** The same for changes. */
export function updateRecords(
  execution: Execution,
  request: WriteManyRequest & ManyTargets,
): Promise<readonly WriteAnswer[]> {
  const planned = planUpdateMany(execution.model, request, execution.view);
  return runMany(execution, planned, request.rows.length, readingOf(request));
}

/** The same for deletions. */
export function deleteRecords(
  execution: Execution,
  request: { readonly resource: ResourceModel } & ManyTargets,
): Promise<readonly WriteAnswer[]> {
  const planned = planDeleteMany(execution.model, request, execution.view);
  return runMany(execution, planned, request.ids.length, { tellsId: false, references: [] });
}

/** Which of these records are there for the caller. */
export function findRecords(
  execution: Execution,
  request: { readonly resource: ResourceModel; readonly ids: readonly string[] },
): Promise<readonly string[]> {
  return runPlanned(execution, planFindMany(execution.model, request, execution.view), (rows, plan) =>
    rows.map((row) => request.ids[positionOf(row, plan)] ?? ""),
  );
}

/** Locks records that the caller can read until the transaction ends, always in the same order. */
export async function lockRecords(
  execution: Execution,
  request: { readonly resource: ResourceModel; readonly ids: readonly string[]; readonly deletes: boolean },
): Promise<void> {
  const lock = request.deletes ? "update" : "no key update";
  await runPlanned(
    execution,
    planFindMany(execution.model, { ...request, lock }, execution.view),
    () => undefined,
  );
}

interface Reading {
  readonly tellsId: boolean;
  readonly references: readonly FieldModel[];
}

const readingOf = ({ resource, rows }: WriteManyRequest): Reading => ({
  tellsId: resource.key.by !== "keelson",
  references: flaggedReferences({ resource, data: rows[0] ?? {} }),
});

function runMany(
  execution: Execution,
  planned: Planned,
  count: number,
  reading: Reading,
): Promise<readonly WriteAnswer[]> {
  return runPlanned(execution, planned, (rows, plan) => {
    const answers = Array.from({ length: count }, () => notThere);
    for (const row of rows) answers[positionOf(row, plan)] = readWrite(row, plan, reading);
    return answers;
  });
}

/** What the last column counts from 1. */
const positionOf = (row: WireRow, { layout }: Plan): number => Number(textsOf(row, layout.width).at(-1)) - 1;
