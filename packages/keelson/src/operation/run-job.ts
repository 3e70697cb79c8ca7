import { untilAborted } from "../base/until-aborted.ts";
import type { Transaction } from "../data/transaction.ts";
import type { JobContext } from "../declare/job.ts";
import type { CustomOperationModel } from "../model/app-model.ts";
import { bePatient } from "./be-patient.ts";
import type { Call } from "./call.ts";
import { enqueueIn } from "./enqueue-in.ts";
import type { JobRun } from "./envelope.ts";
import { contextOf, dbIn } from "./run-custom.ts";

/**
 * Runs a job. As one transaction, that it is done is the last statement of it: its effects and its end are committed
 * together or not at all. In several, each of them first makes sure that no other worker has taken the job over.
 */
export async function runJob(call: Call, operation: CustomOperationModel, run: JobRun): Promise<void> {
  const { database } = call.app;
  if (run.transaction === "one")
    await database.transaction("write", async (tx) => {
      await bePatient(tx, run.timeoutMs);
      await untilAborted(run.signal, handle(call, operation, run, tx));
      await run.complete(tx);
    });
  else {
    // A handler that does not look at its signal must not keep the worker.
    await untilAborted(run.signal, handle(call, operation, run, undefined));
    await run.complete(database);
  }
  call.executed = { kind: "none" };
}

function handle(
  call: Call,
  operation: CustomOperationModel,
  run: JobRun,
  tx: Transaction | undefined,
): Promise<unknown> {
  const { database } = call.app;
  const within = (each: Transaction) => ({ db: dbIn(call, each), enqueue: enqueueIn(call, each) });
  const inTransaction = <T>(work: (each: Transaction) => Promise<T>): Promise<T> =>
    tx
      ? tx.nested(work)
      : database.transaction("write", async (each) => {
          await run.hold(each);
          return work(each);
        });
  const context: JobContext<unknown> = {
    ...contextOf(call, operation, undefined, tx),
    enqueue: tx
      ? enqueueIn(call, tx)
      : (((...given: Parameters<ReturnType<typeof enqueueIn>>) =>
          inTransaction((each) => enqueueIn(call, each)(...given))) as never),
    job: run.job,
    progress: (done, total, note) => {
      const said = {
        done,
        ...(total === undefined ? {} : { total }),
        ...(note === undefined ? {} : { note }),
      };
      run.progress(said);
    },
    transaction: (work) => inTransaction((each) => work(within(each))),
  };
  return Promise.resolve(operation.declaration.run(context as never));
}
