import type { Caller } from "../base/caller.ts";
import type { Transaction } from "../data/transaction.ts";
import type { Enqueue, EnqueueOptions, JobRef } from "../declare/enqueue.ts";
import { enqueue } from "../queue/enqueue.ts";
import type { App, Call } from "./call.ts";
import { validOf } from "./validate-input.ts";

/** `enqueue` of a handler: for its caller, in its transaction. */
export const enqueueIn = (call: Call, tx: Transaction): Enqueue =>
  enqueueFor(call.app, call.caller, call.envelope.requestId, tx);

/** `enqueue` for a caller, in a transaction. The input is checked now, so that no job is enqueued that cannot run. */
export const enqueueFor = (app: App, caller: Caller, requestId: string, tx: Transaction): Enqueue =>
  (async (job: JobRef, given: unknown = {}, options: EnqueueOptions = {}) => {
    const model = app.jobs?.models.get(job.name);
    if (!app.jobs || !model)
      throw new TypeError(`"${job.name}" is not a job of this back end; add it to backend({ jobs })`);
    if (tx.mode === "read")
      throw new TypeError(`a query writes nothing, so it cannot enqueue "${job.name}"; declare a command`);
    // As it will be read again: what JSON has no word for must not only be missed when the job runs.
    const input: unknown = JSON.parse(JSON.stringify(given));
    const validated = validOf(await app.validators.of(model.operation, false)(input));
    return enqueue(app.jobs.queue, tx, {
      id: app.newId(),
      job: model,
      input,
      validated,
      caller,
      requestId,
      options,
    });
  }) as Enqueue;
