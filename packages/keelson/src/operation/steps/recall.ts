import { failure } from "../../base/error.ts";
import type { Loaded, Recalled } from "../../cache/recall.ts";
import type { CacheModel } from "../../model/cache-model.ts";
import type { Call } from "../call.ts";
import { Footprint } from "../footprint.ts";
import { executedOf, type KeptAnswer, keptAnswer } from "../kept-answer.ts";
import type { KeptPage } from "../outcome.ts";
import { readKey } from "../read-key.ts";
import { StatementTally } from "../statement-tally.ts";
import { execute } from "./execute.ts";

/**
 * Gives an answer again that was given before to the same question under the same rules; otherwise it is executed once
 * for all who ask at the same time. Handlers read what their transaction shows, so their reads go past it.
 */
export function recall(call: Call): void | Promise<void> {
  const { envelope, app } = call;
  const { cache } = envelope.operation;
  if (cache === undefined || app.cache === undefined || envelope.transaction) return;
  const asked = readKey(call);
  if (asked === undefined) return;
  const recalled = app.cache.recall({
    ...asked,
    ttlMs: cache.ttlMs,
    staleMs: cache.staleMs,
    maxAgeMs: envelope.freshness?.maxAgeMs,
    store: envelope.freshness?.store,
    signal: envelope.signal,
    load: (signal) => load(call, signal),
  });
  return recalled instanceof Promise
    ? recalled.then((answer) => accept(call, cache, answer))
    : accept(call, cache, recalled);
}

function accept(call: Call, cache: CacheModel, recalled: Recalled<KeptAnswer>): void {
  const { value } = recalled;
  call.executed = executedOf(value);
  call.recalled = {
    status: recalled.status,
    shared: recalled.shared,
    stored: recalled.stored,
    ageMs: recalled.ageMs,
    lifetimeMs: recalled.lifetimeMs,
    staleMs: recalled.staleMs,
    // With credentials an answer is the caller's own, whoever else would get the same.
    isPublic: cache.scope === "public" && call.caller.kind === "anonymous",
    // An older version says the same in other words.
    ...(value.kind === "record"
      ? {}
      : { tag: call.upgraded ? `${value.tag}-${call.upgraded.version.date}` : value.tag }),
    page: value.kind === "rows" && !call.upgraded ? keptPage(value, call.version?.date ?? "") : undefined,
  };
}

const pages = new WeakMap<KeptAnswer, Map<string, KeptPage>>();

/** Cursors know the version that they were given in, so each has its own. */
function keptPage(value: KeptAnswer, version: string): KeptPage {
  let byVersion = pages.get(value);
  if (!byVersion) {
    byVersion = new Map();
    pages.set(value, byVersion);
  }
  let page = byVersion.get(version);
  if (!page) {
    page = {};
    byVersion.set(version, page);
  }
  return page;
}

/** Executes in a call of its own: the one that asked may end before, and others may wait for the answer. */
async function load(call: Call, signal: AbortSignal | undefined): Promise<Loaded<KeptAnswer>> {
  const { app } = call;
  const footprint = new Footprint();
  const own: Call = {
    ...call,
    // Meanwhile the call itself may have been answered with what is past its time.
    recalled: undefined,
    executed: { kind: "none" },
    envelope: { ...call.envelope, ...(signal ? { signal } : {}) },
    tally: new StatementTally(app.clock, call.tally),
    footprint,
  };
  await execute(own);
  const value = keptAnswer(own.executed, app.clock.now());
  if (value === undefined)
    throw failure("internal", { cause: new Error("a query without an answer has a cache") });
  return { value, tables: footprint.read, timed: footprint.timed };
}
