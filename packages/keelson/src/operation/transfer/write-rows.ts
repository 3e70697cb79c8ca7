import { failure, type KeelsonError } from "../../base/error.ts";
import { jsonPointer } from "../../base/json-pointer.ts";
import type { Transaction } from "../../data/transaction.ts";
import { withErrors } from "../batch/batch-input.ts";
import type { Footprint } from "../footprint.ts";
import { canonicalJson } from "../idempotency/canonical-json.ts";
import { type Found, findExisting, keyText } from "./find-existing.ts";
import { type TransferContext, type WriteItem, writeItems } from "./transfer-context.ts";
import type { ImportRequest } from "./transfer-request.ts";

type Members = Readonly<Record<string, unknown>>;

/** What became of a row. */
export type RowOutcome =
  | { readonly kind: "created" | "updated" | "skipped" }
  | { readonly kind: "failed"; readonly error: KeelsonError };

export interface WriteRowsOptions {
  readonly transaction: Transaction;
  readonly request: Pick<ImportRequest, "onConflict" | "key" | "ignore">;
  /** What the rows change is noted here. */
  readonly footprint: Footprint | undefined;
}

/**
 * Writes rows as the caller, each through the pipeline like a single create or update: a row that is refused leaves
 * nothing, and its neighbours are written. Gives what became of each.
 *
 * @throws what is no fault of a row: then nothing of the transaction may stay
 */
export async function writeRows(
  context: TransferContext,
  rows: readonly Members[],
  options: WriteRowsOptions,
): Promise<readonly RowOutcome[]> {
  const { ignore, onConflict, key } = options.request;
  const wanted = ignore.length === 0 ? rows : rows.map((row) => without(row, ignore));
  const outcomes: RowOutcome[] = [];
  if (onConflict === "fail") return createEach(context, wanted, options);
  // A row may be about a record that a row before it makes.
  for (const segment of withoutRepeats(wanted, key))
    outcomes.push(...(await mergeRows(context, segment, options)));
  return outcomes;
}

const createEach = (
  context: TransferContext,
  rows: readonly Members[],
  options: WriteRowsOptions,
): Promise<readonly RowOutcome[]> =>
  write(
    context,
    rows.map((data) => ({ operation: "create", data })),
    options,
  );

/** As the items of one batch: a few statements, as long as none of them is refused. */
async function write(
  context: TransferContext,
  items: readonly WriteItem[],
  { transaction, footprint }: WriteRowsOptions,
): Promise<readonly RowOutcome[]> {
  if (items.length === 0) return [];
  const results = await writeItems(context, items, { transaction, footprint });
  return results.map((result, at): RowOutcome => {
    if (result.ok) return { kind: result.kind === "create" ? "created" : "updated" };
    if (result.error.status >= 500) throw result.error;
    return { kind: "failed", error: inWordsOfRow(result.error, at) };
  });
}

/** What is said about an item of the batch, said about the row. */
function inWordsOfRow(error: KeelsonError, at: number): KeelsonError {
  const errors = error.errors.map((fault) => {
    const pointer = (fault.pointer ?? "#").replace(`#/items/${at}`, "#").replace(/^#\/data(?=\/|$)/, "#");
    return { ...fault, pointer };
  });
  return withErrors(error, errors);
}

/** Rows of which no two are about the same record, in their order. */
function withoutRepeats(rows: readonly Members[], key: readonly string[]): readonly (readonly Members[])[] {
  const segments: Members[][] = [];
  let seen = new Set<string>();
  for (const row of rows) {
    const text = keyText(row, key);
    if (segments.length === 0 || seen.has(text)) {
      segments.push([]);
      seen = new Set();
    }
    seen.add(text);
    segments.at(-1)?.push(row);
  }
  return segments;
}

async function mergeRows(
  context: TransferContext,
  rows: readonly Members[],
  options: WriteRowsOptions,
): Promise<readonly RowOutcome[]> {
  const { transaction, request } = options;
  const versioned = context.resource.requireIfMatch && context.resource.fields.has("version");
  const fields = [...immutableFields(context, rows, request.key), ...(versioned ? ["version"] : [])];
  const question = { key: request.key, fields };
  const found = await findExisting(context, transaction, { rows, ...question });
  const planned = rows.map((row, at) => planRow(context, row, found[at] ?? { record: undefined }, options));
  const items = planned.flatMap((plan) => ("item" in plan ? [plan.item] : []));
  const written = await write(context, items, options);
  const outcomes: RowOutcome[] = [];
  let next = 0;
  for (const [at, plan] of planned.entries()) {
    const outcome = "item" in plan ? (written[next++] as RowOutcome) : plan.outcome;
    outcomes.push(await settleRace(context, rows[at] as Members, outcome, question, options));
  }
  return outcomes;
}

/** Somebody else may have made the record since it was looked for: then it is looked for once more. */
async function settleRace(
  context: TransferContext,
  row: Members,
  outcome: RowOutcome,
  question: { readonly key: readonly string[]; readonly fields: readonly string[] },
  options: WriteRowsOptions,
): Promise<RowOutcome> {
  if (outcome.kind !== "failed" || outcome.error.code !== "unique_violation") return outcome;
  const [found] = await findExisting(context, options.transaction, { rows: [row], ...question });
  if (!found || !("record" in found) || !found.record) return outcome;
  const plan = planRow(context, row, found, options);
  if ("outcome" in plan) return plan.outcome;
  const [again] = await write(context, [plan.item], options);
  return again ?? outcome;
}

/** What is to be done about a row: a write, or nothing. */
type RowPlan = { readonly item: WriteItem } | { readonly outcome: RowOutcome };

function planRow(
  context: TransferContext,
  row: Members,
  found: Found,
  { request }: WriteRowsOptions,
): RowPlan {
  const { onConflict, key } = request;
  if ("error" in found) return { outcome: { kind: "failed", error: found.error } };
  const { record } = found;
  if (!record) {
    if (key.includes("id") && !canChooseId(context))
      return { outcome: { kind: "failed", error: unknownId() } };
    return { item: { operation: "create", data: row } };
  }
  const changes = onConflict === "update" ? changesOf(context, row, record, key) : {};
  if (Object.keys(changes).length === 0) return { outcome: { kind: "skipped" } };
  return { item: { operation: "update", id: String(record.id), data: changes, ...versionOf(record) } };
}

/** Where changes must say which version they are made for, it is the one that was just read. */
const versionOf = ({ version }: Members): { readonly ifMatch?: number } =>
  typeof version === "number" ? { ifMatch: version } : {};

const canChooseId = ({ trusted, resource }: TransferContext): boolean =>
  trusted || resource.fields.get("id")?.creatable === true;

const unknownId = (): KeelsonError =>
  failure("validation_failed", {
    errors: [
      {
        pointer: jsonPointer(["id"]),
        code: "not_found",
        detail: "There is no record with this id, and ids of new ones are not chosen.",
      },
    ],
  });

/** Fields that rows give and nobody can change: those that are as the record has them are no change. */
function immutableFields(
  { resource, trusted }: TransferContext,
  rows: readonly Members[],
  key: readonly string[],
): readonly string[] {
  const given = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...resource.fields.values()]
    .filter(
      ({ spec, name, columns }) =>
        spec.immutable && columns.length > 0 && given.has(name) && !key.includes(name),
    )
    .filter(({ spec }) => trusted || !spec.writeOnly)
    .map(({ name }) => name);
}

function changesOf(
  { resource }: TransferContext,
  row: Members,
  record: Members,
  key: readonly string[],
): Members {
  const isAsItWas = (name: string): boolean =>
    resource.fields.get(name)?.spec.immutable === true &&
    record[name] !== undefined &&
    canonicalJson(record[name]) === canonicalJson(row[name]);
  return without(
    row,
    Object.keys(row).filter((name) => name === "id" || key.includes(name) || isAsItWas(name)),
  );
}

const without = (row: Members, names: readonly string[]): Members =>
  names.length === 0
    ? row
    : Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
