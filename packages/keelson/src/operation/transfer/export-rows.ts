import { failure, KeelsonError } from "../../base/error.ts";
import { advanceOperation } from "../../data/operations/operation-lease.ts";
import type { OperationRecord } from "../../data/operations/operation-record.ts";
import type { Session, Transaction } from "../../data/transaction.ts";
import type { FieldSpec } from "../../declare/field-spec.ts";
import type { ResourceModel } from "../../model/app-model.ts";
import { type CsvColumn, columnsOf, headerOf, lineOf } from "../../transfer/csv-column.ts";
import { splitArray } from "../../transfer/split-array.ts";
import { plainNodes } from "../default-nodes.ts";
import { LostClaim, type TransferEnd } from "./import-rows.ts";
import { callResource, type TransferContext } from "./transfer-context.ts";
import { type ExportRequest, pageRows } from "./transfer-request.ts";

export interface ExportOptions {
  readonly context: TransferContext;
  readonly request: ExportRequest;
  /** As it was claimed. */
  readonly record: OperationRecord;
  readonly sink: ExportSink;
  readonly leaseMs: number;
  /** Stops after the page that is being read. */
  readonly signal: AbortSignal;
  readonly onAdvance?: (record: OperationRecord) => void;
}

/** Where an export is written to. */
export interface ExportSink {
  /** How many bytes to gather before they are written. */
  readonly partBytes: number;
  /**
   * Makes bytes last that stand from `start` on, and then, or along with it, calls `advance`: what a sink writes in the
   * session that it gives is committed with the checkpoint.
   */
  write(
    part: { readonly start: number; readonly bytes: Buffer },
    advance: (session: Session) => Promise<OperationRecord>,
  ): Promise<OperationRecord>;
}

/** Where to go on; kept as text with the operation. */
interface Checkpoint {
  readonly cursor: string | null;
  readonly bytes: number;
}

/** How far the file goes that an interrupted export has left. */
export const exportedBytes = ({ checkpoint }: OperationRecord): number => checkpointOf(checkpoint).bytes;

const checkpointOf = (text: string | null): Checkpoint =>
  text === null ? { cursor: null, bytes: 0 } : (JSON.parse(text) as Checkpoint);

/**
 * Writes every record that the caller may read and the filter admits, in the order of their ids: page after page with
 * the planner's own keyset, all of them from one snapshot of the database. An export that is taken up again, or whose
 * connection is lost, goes on with a snapshot of its own.
 *
 *     page → text → (enough) → part and checkpoint → page …
 */
export async function exportRows(options: ExportOptions): Promise<TransferEnd> {
  const walk = newWalk(options);
  for (let lostAt = -1; ; lostAt = walk.record.done) {
    try {
      return await inSnapshot(options.context, (transaction) => walk.run(transaction));
    } catch (error) {
      // A reader that pauses for long costs the snapshot, not the export.
      const isLost = error instanceof KeelsonError && error.code === "unavailable";
      if (!isLost || walk.record.done <= lostAt) throw error;
    }
  }
}

function inSnapshot<T>({ app }: TransferContext, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return app.database.transaction("read", work);
}

function newWalk(options: ExportOptions) {
  const { context, request, sink, leaseMs, signal } = options;
  const columns = request.format === "csv" ? exportedColumns(context, request) : [];
  let record = options.record;
  const from = checkpointOf(record.checkpoint);
  let { cursor } = from;
  let start = from.bytes;
  let pending: Buffer[] = start === 0 && request.format === "csv" ? [Buffer.from(headerOf(columns))] : [];
  let pendingRows = 0;
  let finished = record.checkpoint !== null && cursor === null;
  const size = (): number => pending.reduce((sum, { length }) => sum + length, 0);
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(pending);
    const checkpoint = JSON.stringify({ cursor, bytes: start + bytes.length } satisfies Checkpoint);
    const added = { created: 0, updated: 0, skipped: 0, failed: 0, done: pendingRows, checkpoint };
    record = await sink.write({ start, bytes }, async (session) => {
      const next = await advanceOperation(session, record, added, leaseMs);
      if (!next) throw new LostClaim(record);
      return next;
    });
    start += bytes.length;
    pending = [];
    pendingRows = 0;
    options.onAdvance?.(record);
  };
  return {
    get record() {
      return record;
    },
    run: async (transaction: Transaction): Promise<TransferEnd> => {
      while (!finished) {
        if (signal.aborted) return { end: "stopped", record };
        if (record.cancelRequested) return { end: "cancelled", record };
        const page = await readPage(context, request, transaction, cursor);
        pending.push(Buffer.from(textOf(page.json, columns)));
        pendingRows += page.rows;
        cursor = page.nextCursor;
        finished = cursor === null;
        if (finished || size() >= sink.partBytes) await flush();
      }
      return { end: "done", record };
    },
  };
}

async function readPage(
  context: TransferContext,
  { filter, fields }: ExportRequest,
  transaction: Transaction,
  cursor: string | null,
): Promise<{ readonly json: readonly string[]; readonly rows: number; readonly nextCursor: string | null }> {
  const outcome = await callResource(context, "list", {
    transaction,
    maxLimit: pageRows,
    read: {
      limit: pageRows,
      sort: "id",
      ...(filter ? { filter } : {}),
      ...(fields ? { fields } : {}),
      ...(cursor === null ? {} : { cursor }),
    },
  });
  if (!outcome.ok) throw outcome.error;
  if (outcome.kind !== "page") throw failure("internal", { cause: new Error("a list answered no page") });
  const json = splitArray(outcome.json);
  return { json, rows: json.length, nextCursor: outcome.nextCursor };
}

const textOf = (rows: readonly string[], columns: readonly CsvColumn[]): string =>
  columns.length === 0
    ? rows.map((row) => `${row}\n`).join("")
    : rows.map((row) => lineOf(JSON.parse(row) as Readonly<Record<string, unknown>>, columns)).join("");

/** The columns of what the caller may read, in the order of the fields. */
function exportedColumns(context: TransferContext, { fields }: ExportRequest): readonly CsvColumn[] {
  const { app, caller } = context;
  const resource = wordedResource(context);
  const readable = plainNodes(context.resource, app.viewOf(caller)).map(({ as }) => as);
  const specs = [...resource.fields.values()]
    .filter(({ name }) =>
      fields ? fields.includes(name) : readable.includes(name) || !context.resource.fields.has(name),
    )
    .map(({ name, spec }): [string, FieldSpec] => [name, spec]);
  return columnsOf(new Map(specs));
}

/** The resource in the words of the version that is asked for. */
export function wordedResource({ app, resource, apiVersion }: TransferContext): ResourceModel {
  const version = apiVersion === undefined ? undefined : app.model.versions?.known.get(apiVersion);
  return version?.model.resources.get(resource.name) ?? resource;
}
