import type { Caller } from "../base/caller.ts";
import type { AppModel, FieldModel, ResourceModel } from "../model/app-model.ts";
import type { PolicyView } from "../model/policy-view.ts";
import { bind } from "./bind.ts";
import { planLinks } from "./plan/plan-links.ts";
import { type GetRequest, type Planned, planGet, planList } from "./plan/plan-read.ts";
import { givenReferences, planCreate, planDelete, planUpdate, type WriteRequest } from "./plan/plan-write.ts";
import type { ListSelection } from "./plan/selection.ts";
import type { Plan } from "./plan/sql.ts";
import type { PlanCache } from "./plan-cache.ts";
import { printRow, printRows } from "./print-row.ts";
import type { Session } from "./transaction.ts";
import { textsAt, textsOf, type WireRow } from "./wire-row.ts";

/**
 * The one place that runs SQL for a request: plans, binds the caller, runs, and takes the answer apart.
 */
export interface Execution {
  readonly model: AppModel;
  readonly plans: PlanCache;
  readonly session: Session;
  readonly caller: Caller;
  readonly view: PolicyView;
  /** Told of every plan before it is run. */
  readonly onPlan?: ((plan: Plan) => void) | undefined;
}

/** The page of a list that was asked for. */
export interface ListAnswer {
  /** The records as a JSON array. */
  readonly json: string;
  readonly empty: boolean;
  /** Whether there are further records in the direction of reading. */
  readonly more: boolean;
  /** Sort values of the first and the last record shown, as texts. */
  readonly firstKeys: readonly (string | null)[];
  readonly lastKeys: readonly (string | null)[];
}

export function readList(execution: Execution, selection: ListSelection): Promise<ListAnswer> {
  const { limit, direction } = selection.page;
  const reversed = direction === "backward";
  return runPlanned(
    execution,
    planList(execution.model, selection, execution.view),
    (rows, { layout, keys }) => {
      // The statement reads one row more than asked for, which only says that there is more.
      const count = Math.min(rows.length, limit);
      const last = count - 1;
      const keysOf = (row: WireRow | undefined) => (row ? textsAt(row, keys) : []);
      return {
        json: printRows(rows, layout, { count, reversed }),
        empty: count === 0,
        more: rows.length > limit,
        firstKeys: keysOf(rows[reversed ? last : 0]),
        lastKeys: keysOf(rows[reversed ? 0 : last]),
      };
    },
  );
}

/** One record, or undefined when there is none for this caller. */
export interface RecordAnswer {
  readonly json: string;
  /** Null for rows of views. */
  readonly version: number | null;
  /** Whether the further rule holds; true when none was asked. */
  readonly allowed: boolean;
}

export function readRecord(execution: Execution, request: GetRequest): Promise<RecordAnswer | undefined> {
  return runPlanned(execution, planGet(execution.model, request, execution.view), ([row], { layout }) => {
    if (!row) return undefined;
    const [version, allowed] = textsOf(row, layout.width);
    return {
      json: printRow(row, layout),
      version: version == null ? null : Number(version),
      allowed: allowed === undefined || isTrue(allowed),
    };
  });
}

/** What became of a write. */
export interface WriteAnswer {
  /** The record; null when it was not written or may not be read. */
  readonly json: string | null;
  readonly version: number | null;
  /** Its id, where that is not for Keelson to make; null also when nothing was written. */
  readonly id: string | null;
  /** Whether there is such a record for the caller. */
  readonly exists: boolean;
  readonly allowed: boolean;
  readonly matches: boolean;
  /** References that were given and lead to nothing that the caller may see. */
  readonly missing: readonly FieldModel[];
}

export async function createRecord(execution: Execution, request: WriteRequest): Promise<WriteAnswer> {
  const { direct, explained } = planCreate(execution.model, request, execution.view);
  const read = writeAnswer(request);
  const made = direct && (await runPlanned(execution, direct, read));
  return made?.exists ? made : runPlanned(execution, explained, read);
}

export function updateRecord(
  execution: Execution,
  request: WriteRequest & { readonly id: string; readonly versions: readonly number[] | null },
): Promise<WriteAnswer> {
  return runPlanned(execution, planUpdate(execution.model, request, execution.view), writeAnswer(request));
}

export function deleteRecord(
  execution: Execution,
  request: {
    readonly resource: ResourceModel;
    readonly id: string;
    readonly versions: readonly number[] | null;
  },
): Promise<WriteAnswer> {
  return runPlanned(
    execution,
    planDelete(execution.model, request, execution.view),
    writeAnswer({ ...request, data: undefined }),
  );
}

/** Replaces the links of a many-to-many relation; answers whether all targets exist for the caller. */
export function replaceLinks(
  execution: Execution,
  resource: ResourceModel,
  field: FieldModel,
  id: string,
  targets: readonly string[],
): Promise<boolean> {
  return runPlanned(
    execution,
    planLinks(execution.model, resource, field, id, targets, execution.view),
    ([row]) => row !== undefined && isTrue(textsOf(row)[0]),
  );
}

/** There is no such record for the caller. */
export const notThere: WriteAnswer = Object.freeze({
  id: null,
  json: null,
  version: null,
  exists: false,
  allowed: false,
  matches: false,
  missing: [],
});

/** Reads the one row that a write answers. */
function writeAnswer({
  resource,
  data,
}: Pick<WriteRequest, "resource"> & {
  readonly data: WriteRequest["data"] | undefined;
}): ReadAnswer<WriteAnswer> {
  // A deletion shows nothing.
  const tellsId = data !== undefined && resource.key.by !== "keelson";
  const references = givenReferences({ resource, data: data ?? {} });
  return ([row], plan) => (row ? readWrite(row, plan, { tellsId, references }) : notThere);
}

/** One row of an answer; `references` are those that it has flags for. */
export function readWrite(
  row: WireRow,
  { layout }: Plan,
  { tellsId, references }: { readonly tellsId: boolean; readonly references: readonly FieldModel[] },
): WriteAnswer {
  const [version, ...rest] = textsOf(row, layout.width);
  const id = tellsId ? (rest.shift() ?? null) : null;
  const [shown, allowed, matches, ...found] = rest;
  return {
    id,
    json: isTrue(shown) ? printRow(row, layout) : null,
    version: version == null ? null : Number(version),
    exists: true,
    allowed: isTrue(allowed),
    matches: isTrue(matches),
    missing: references.filter((_field, position) => !isTrue(found[position])),
  };
}

/** How PostgreSQL prints true. */
const isTrue = (text: string | null | undefined): boolean => text === "t";

type ReadAnswer<T> = (rows: readonly WireRow[], plan: Plan) => T;

/** Binds a planned statement to the caller and runs it. */
export function runPlanned<T>(execution: Execution, planned: Planned, read: ReadAnswer<T>): Promise<T> {
  const { plan, prepare } = execution.plans.find(planned);
  execution.onPlan?.(plan);
  const statement = prepare ? plan.statement : { name: "", text: plan.statement.text };
  const values = bind(plan, planned.values, execution.caller);
  return execution.session.run(statement, values, (rows) => read(rows, plan));
}
