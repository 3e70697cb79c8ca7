import { failure, type KeelsonError } from "../../base/error.ts";
import { jsonPointer } from "../../base/json-pointer.ts";
import type { Transaction } from "../../data/transaction.ts";
import type { Footprint } from "../footprint.ts";
import { canonicalJson } from "../idempotency/canonical-json.ts";
import { type Found, findExisting, keyText } from "./find-existing.ts";
import { callResource, type TransferContext } from "./transfer-context.ts";
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

async function createEach(
  context: TransferContext,
  rows: readonly Members[],
  options: WriteRowsOptions,
): Promise<readonly RowOutcome[]> {
  const outcomes: RowOutcome[] = [];
  for (const row of rows) outcomes.push(await createRow(context, row, options));
  return outcomes;
}

const createRow = (
  context: TransferContext,
  input: Members,
  options: WriteRowsOptions,
): Promise<RowOutcome> => write(context, "create", { input }, options);

async function write(
  context: TransferContext,
  kind: "create" | "update",
  part: { readonly id?: string; readonly input: Members },
  { transaction, footprint }: WriteRowsOptions,
): Promise<RowOutcome> {
  const outcome = await callResource(context, kind, {
    transaction,
    ...part,
    ...(footprint ? { footprint } : {}),
  });
  if (outcome.ok) return { kind: kind === "create" ? "created" : "updated" };
  if (outcome.error.status >= 500) throw outcome.error;
  return { kind: "failed", error: outcome.error };
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
  const fields = immutableFields(context, rows, request.key);
  const question = { key: request.key, fields };
  const found = await findExisting(context, transaction, { rows, ...question });
  const outcomes: RowOutcome[] = [];
  for (const [at, row] of rows.entries()) {
    const outcome = await mergeRow(context, row, found[at] ?? { record: undefined }, options);
    // Somebody else may have made the record since it was looked for.
    const again =
      outcome.kind === "failed" && outcome.error.code === "unique_violation"
        ? (await findExisting(context, transaction, { rows: [row], ...question }))[0]
        : undefined;
    outcomes.push(
      again && "record" in again && again.record ? await mergeRow(context, row, again, options) : outcome,
    );
  }
  return outcomes;
}

async function mergeRow(
  context: TransferContext,
  row: Members,
  found: Found,
  options: WriteRowsOptions,
): Promise<RowOutcome> {
  const { onConflict, key } = options.request;
  if ("error" in found) return { kind: "failed", error: found.error };
  const { record } = found;
  if (!record) {
    const chosen = key.includes("id") && !canChooseId(context);
    return chosen ? { kind: "failed", error: unknownId() } : createRow(context, row, options);
  }
  const changes = onConflict === "update" ? changesOf(context, row, record, key) : {};
  if (Object.keys(changes).length === 0) return { kind: "skipped" };
  return write(context, "update", { id: String(record["id"]), input: changes }, options);
}

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
