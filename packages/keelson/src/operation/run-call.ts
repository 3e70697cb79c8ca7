import { anonymous } from "../base/caller.ts";
import { failure, KeelsonError } from "../base/error.ts";
import { translateDatabaseError } from "../data/database-error.ts";
import type { ResourceModel } from "../model/app-model.ts";
import type { App, Call } from "./call.ts";
import type { Envelope } from "./envelope.ts";
import { Footprint } from "./footprint.ts";
import type { Outcome } from "./outcome.ts";
import { runPipeline } from "./pipeline.ts";
import { StatementTally } from "./statement-tally.ts";
import { forget } from "./steps/forget.ts";
import { dropReceived } from "./steps/receive.ts";
import { downgradeError } from "./version/downgrade-error.ts";

/** Runs a call from envelope to outcome. Never rejects: what goes wrong is an outcome too. */
export type RunCall = (envelope: Envelope) => Promise<Outcome>;

/** The one wrapper around the pipeline: starts the clock, catches everything, reports the ending. */
export function newRunCall(app: App): RunCall {
  return async (envelope) => {
    const startedMs = app.clock.monotonicMs();
    const call = newCall(app, envelope);
    if (!envelope.tally) app.watch?.callBegan?.(envelope.operation.name, call.tally);
    const settled = await settle(call);
    if (call.received) await dropReceived(call, settled);
    const outcome = call.limits ? { ...settled, limits: call.limits } : settled;
    call.entered?.leave();
    if (call.admitted) app.admission.leave();
    app.observe({
      type: "call.ended",
      requestId: envelope.requestId,
      door: envelope.door,
      operation: envelope.operation.name,
      callerId: call.caller.id,
      tookMs: app.clock.monotonicMs() - startedMs,
      statements: call.tally.count,
      sqlMs: call.tally.waitedMs,
      ...(call.version ? { apiVersion: call.version.date } : {}),
      ...(call.recalled ? { cache: call.recalled.status } : {}),
      ...(outcome.ok ? {} : { error: outcome.error }),
    });
    if (!envelope.tally) app.watch?.callEnded(envelope.operation.name, call.tally);
    return outcome;
  };
}

async function settle(call: Call): Promise<Outcome> {
  try {
    return await runPipeline(call);
  } catch (thrown) {
    const isKnown = (resource: ResourceModel) => call.view.rule(resource, "read").op !== "never";
    const error = translateDatabaseError(thrown, call.app.model, isKnown);
    if (mayHaveCommitted(error)) forget(call);
    return {
      ok: false,
      error: inCallersWords(call, error),
      ...(call.replayed ? { replayed: call.replayed } : {}),
    };
  }
}

/** What is refused was rolled back, or never begun. After any other failure nobody knows. */
const mayHaveCommitted = (error: unknown): boolean =>
  !(error instanceof KeelsonError) || (error.status >= 500 && error.code !== "overloaded");

function inCallersWords({ upgraded, envelope }: Call, error: unknown): KeelsonError {
  if (!(error instanceof KeelsonError)) return failure("internal", { cause: error });
  // What is wrong with items was told in their words.
  if (envelope.operation.kind === "batch") return error;
  return upgraded ? downgradeError(upgraded.version, envelope.operation, error) : error;
}

/** What a handler writes is forgotten when its call is committed; single writes know their tables beforehand. */
const newFootprint = ({ cache }: App, { operation }: Envelope): Footprint | undefined =>
  cache !== undefined && operation.kind === "custom" && operation.effect === "write"
    ? new Footprint()
    : undefined;

function newCall(app: App, envelope: Envelope): Call {
  return {
    app,
    envelope,
    admitted: false,
    entered: undefined,
    limits: undefined,
    caller: anonymous,
    view: app.viewOf(anonymous),
    version: undefined,
    upgraded: undefined,
    input: undefined,
    selection: noSelection,
    received: undefined,
    claim: undefined,
    replayed: undefined,
    recalled: undefined,
    footprint: envelope.footprint ?? newFootprint(app, envelope),
    executed: { kind: "none" },
    tally: new StatementTally(app.clock, envelope.tally),
    session: envelope.transaction ?? app.database,
  };
}

const noSelection = Object.freeze({ resource: "", nodes: Object.freeze([]) });
