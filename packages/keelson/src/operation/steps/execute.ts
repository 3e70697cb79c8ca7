import { failure } from "../../base/error.ts";
import { readList, readRecord } from "../../data/execute.ts";
import type { ListSelection } from "../../data/plan/selection.ts";
import type { Transaction } from "../../data/transaction.ts";
import type { BatchOperationModel, ResourceModel, StandardOperationModel } from "../../model/app-model.ts";
import { runBatch } from "../batch/run-batch.ts";
import type { Call } from "../call.ts";
import { executionOf } from "../execution-of.ts";
import { executeOnce } from "../idempotency/execute-once.ts";
import { recordId } from "../record-id.ts";
import { runCustom, runCustomIn } from "../run-custom.ts";
import { runJob } from "../run-job.ts";
import { needsTransaction, writeRecord } from "../write-record.ts";

/**
 * Runs the operation. A standard one is one statement, which commits by itself; a custom one, a write to several
 * tables, and one with an idempotency key run in a transaction. Inside a handler everything joins the handler's
 * transaction. What a key has answered before is not done again.
 */
export async function execute(call: Call): Promise<void> {
  const { operation } = call.envelope;
  if (call.replayed || call.recalled) return;
  if (call.claim) return executeOnce(call, call.claim, (transaction) => executeIn(call, transaction));
  const { job, partOf } = call.envelope;
  if (job && operation.kind === "custom") return runJob(call, operation, job);
  if (partOf && operation.effect === "write")
    return call.app.database.transaction("write", async (tx) => {
      await partOf.hold(tx);
      await executeIn(call, tx);
    });
  if (operation.kind === "custom") return runCustom(call, operation);
  switch (operation.kind) {
    case "list":
      call.executed = {
        kind: "rows",
        rows: await readList(executionOf(call, call.session), call.selection as ListSelection),
      };
      return;
    case "get":
      return executeGet(call, operation.resource);
    case "batch":
      return executeBatch(call, operation);
    default:
      return executeWrite(call, operation);
  }
}

/** A write as part of a transaction that is open. */
function executeIn(call: Call, transaction: Transaction): Promise<void> {
  const { operation } = call.envelope;
  if (operation.kind === "custom") return runCustomIn(transaction, call, operation, transaction);
  if (operation.kind === "batch") return runBatch(call, operation, transaction);
  return writeRecord(call, operation, transaction);
}

async function executeGet(call: Call, resource: ResourceModel): Promise<void> {
  const id = recordId(call, resource);
  const lock = call.envelope.lock === true;
  const record = await readRecord(executionOf(call, call.session), {
    resource,
    id,
    nodes: call.selection.nodes,
    lock,
  });
  if (!record) throw failure("not_found");
  call.executed = { kind: "record", json: record.json, id, version: record.version, created: false };
}

/** All of it is one transaction, whether its items stand and fall together or not. */
async function executeBatch(call: Call, operation: BatchOperationModel): Promise<void> {
  const { transaction } = call.envelope;
  const work = (tx: Transaction) => runBatch(call, operation, tx);
  return transaction ? transaction.nested(work) : call.app.database.transaction("write", work);
}

async function executeWrite(call: Call, operation: StandardOperationModel): Promise<void> {
  const { transaction } = call.envelope;
  if (transaction) return transaction.nested((inner) => writeRecord(call, operation, inner));
  if (!needsTransaction(operation, call.input)) return writeRecord(call, operation, call.session);
  return call.app.database.transaction("write", (tx) => writeRecord(call, operation, tx));
}
