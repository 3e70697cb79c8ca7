import { timestampOf } from "../base/clock.ts";
import { failure, KeelsonError } from "../base/error.ts";
import { type Execution, readRecord } from "../data/execute.ts";
import type { SelectionNode } from "../data/plan/selection.ts";
import type { Session, Transaction } from "../data/transaction.ts";
import type { Db, HandlerContext } from "../declare/handler.ts";
import type { CustomOperationModel, ResourceModel } from "../model/app-model.ts";
import { snakeCase } from "../model/names.ts";
import type { Call } from "./call.ts";
import { newCallerDb } from "./caller-db.ts";
import { declaredOutput } from "./declared-output.ts";
import { plainNodes } from "./default-nodes.ts";
import { enqueueIn } from "./enqueue-in.ts";
import { executionOf } from "./execution-of.ts";
import { expectCaller } from "./expect-caller.ts";
import { handlerFailure } from "./handler-failure.ts";
import { recordId } from "./record-id.ts";
import { builtIns } from "./transfer/built-ins.ts";
import { useIn } from "./use-in.ts";

/**
 * Runs a command or a query: in one transaction, reads and (for a command) locks the row it was called on,
 * asks its access rule, runs the handler, and reads the answer again under the caller's rules.
 */
export async function runCustom(call: Call, operation: CustomOperationModel): Promise<void> {
  const { transaction } = call.envelope;
  const work = (tx: Transaction) => runCustomIn(tx, call, operation, { run: tx.runLast });
  if (transaction) return transaction.nested(work);
  return call.app.database.transaction(operation.effect, work);
}

/**
 * The same in a transaction that is open.
 *
 * @param last - where to read the answer: nothing is run after that
 */
export async function runCustomIn(
  tx: Transaction,
  call: Call,
  operation: CustomOperationModel,
  last: Session,
): Promise<void> {
  if (operation.builtIn !== undefined) {
    call.executed = { kind: "value", value: await builtIns[operation.builtIn](call, tx) };
    return;
  }
  const execution = executionOf(call, tx);
  const row =
    operation.on === "row" && operation.resource
      ? await targetRow(call, operation, operation.resource, execution)
      : undefined;
  const result = await runHandler(tx, call, operation, row);
  call.executed = await answerOf(call, operation, result, last);
}

async function runHandler(
  tx: Transaction,
  call: Call,
  operation: CustomOperationModel,
  row: unknown,
): Promise<unknown> {
  expectCaller(call.envelope);
  try {
    return await operation.declaration.run(
      contextOf(call, operation, row, tx) as HandlerContext<never, never, never>,
    );
  } catch (thrown) {
    throw handlerFailure(thrown, call.input);
  }
}

async function targetRow(
  call: Call,
  operation: CustomOperationModel,
  resource: ResourceModel,
  execution: Execution,
): Promise<unknown> {
  const id = recordId(call, resource);
  const rule = { name: operation.name, expr: call.view.custom(operation) };
  const nodes = plainNodes(resource, call.view);
  const record = await readRecord(execution, {
    resource,
    id,
    nodes,
    lock: operation.effect === "write",
    rule,
  });
  if (!record) throw failure("not_found");
  if (!record.allowed) throw failure("forbidden");
  const versions = call.envelope.preconditions?.ifMatch;
  if (
    versions !== undefined &&
    versions !== "*" &&
    !(record.version !== null && versions.includes(record.version))
  )
    throw failure("precondition_failed");
  return JSON.parse(record.json);
}

/** What a handler is given; without a transaction, that of a job whose writes commit one by one. */
export function contextOf(
  call: Call,
  operation: CustomOperationModel,
  row: unknown,
  tx: Transaction | undefined,
): HandlerContext<unknown, unknown, string> {
  const { app, envelope } = call;
  return {
    row,
    input: call.input,
    caller: call.caller,
    db: dbIn(call, tx),
    enqueue: tx ? enqueueIn(call, tx) : noTransaction,
    use: useIn(call, tx),
    fail: (name, extra) => {
      throw declaredError(operation, name, typeof extra === "string" ? { detail: extra } : (extra ?? {}));
    },
    signal: envelope.signal ?? neverAborted,
    now: () => timestampOf(app.clock.now()),
    requestId: envelope.requestId,
    behaves: (change) => !call.version?.without.has(change),
  };
}

const noTransaction = (): never => {
  throw new TypeError("there is no transaction to enqueue in");
};

/** The data as a handler sees it. */
export function dbIn(call: Call, tx: Transaction | undefined): Db {
  const { app, envelope } = call;
  return newCallerDb({
    model: app.model,
    run: app.run,
    caller: call.caller,
    common: {
      door: "handler",
      trusted: true,
      requestId: envelope.requestId,
      tally: call.tally,
      ...(call.footprint ? { footprint: call.footprint } : {}),
      ...(envelope.signal ? { signal: envelope.signal } : {}),
      ...(tx === undefined && envelope.job ? { partOf: envelope.job } : {}),
    },
    newRequestId: app.newId,
    observe: app.observe,
    ...(app.watch ? { watch: app.watch } : {}),
    ...(tx ? { transaction: tx } : {}),
  });
}

const neverAborted = new AbortController().signal;

function declaredError(
  operation: CustomOperationModel,
  name: string,
  extra: { readonly detail?: string; readonly members?: Readonly<Record<string, unknown>> },
): KeelsonError {
  const code = snakeCase(name);
  const declared = operation.errors.get(code);
  if (!declared)
    return failure("internal", {
      cause: new Error(`"${operation.name}" failed with "${name}", which it does not declare`),
    });
  return new KeelsonError(code, declared, extra);
}

async function answerOf(
  call: Call,
  operation: CustomOperationModel,
  result: unknown,
  session: Session,
): Promise<Call["executed"]> {
  const { output } = operation;
  if (output.kind === "none") return { kind: "none" };
  if (output.kind === "fields") return { kind: "value", value: declaredOutput(output.fields, result) };
  const id = (result as { readonly id?: unknown } | null | undefined)?.id;
  if (typeof id !== "string") {
    throw new Error(
      `the handler of "${operation.name}" must return a record of "${output.resource.name}" with its id`,
    );
  }
  const nodes: readonly SelectionNode[] = call.selection.nodes;
  const record = await readRecord(executionOf(call, session), { resource: output.resource, id, nodes });
  // The caller may have been allowed to act on what they may not read.
  return {
    kind: "record",
    json: record?.json ?? JSON.stringify({ id }),
    id,
    version: record?.version ?? 1,
    created: false,
  };
}
