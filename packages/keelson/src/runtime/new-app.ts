import { type Clock, systemClock } from "../base/clock.ts";
import { newId } from "../base/id.ts";
import { AnswerCache } from "../cache/answer-cache.ts";
import type { Database } from "../data/database.ts";
import { type CursorKey, newCursorCodec } from "../data/plan/cursor.ts";
import { newPlanCache } from "../data/plan-cache.ts";
import { newVersionPins } from "../data/version-pins.ts";
import type { Issuer } from "../declare/backend.ts";
import { newTokenVerifier } from "../identity/verify-token.ts";
import type { AppModel } from "../model/app-model.ts";
import { policyViews } from "../model/policy-view.ts";
import type { Observe } from "../observe/observation.ts";
import { newAdmission } from "../operation/admission.ts";
import type { App, Jobs, TransferSettings } from "../operation/call.ts";
import type { CallWatch } from "../operation/call-watch.ts";
import { newInputValidators } from "../operation/input-validators.ts";
import type { Integrations } from "../operation/integrations.ts";
import { type KeptAnswer, keptBytes } from "../operation/kept-answer.ts";
import { type LimitsParts, newLimits } from "../operation/limits.ts";
import { newRunCall } from "../operation/run-call.ts";
import { keepsAnswers } from "./open-cache.ts";

export interface AppParts {
  readonly model: AppModel;
  readonly database: Database;
  readonly observe: Observe;
  readonly issuers: readonly Issuer[];
  readonly cursorKeys: readonly [CursorKey, ...CursorKey[]];
  readonly clock?: Clock;
  /** What counts requests, and what the declared numbers are multiplied by. @defaultValue nothing is limited */
  readonly limiting?: Pick<LimitsParts, "limiter" | "concurrency" | "factor">;
  /** How long answers are kept under their idempotency keys. @defaultValue 24 hours */
  readonly keyRetentionMs?: number;
  /** Null for none. @defaultValue one in this process's memory, where a read declares it */
  readonly cache?: AnswerCache<KeptAnswer> | null;
  /** Only where there are jobs. */
  readonly jobs?: Jobs;
  /** Only where there are integrations. */
  readonly integrations?: Integrations;
  /** @defaultValue files of up to 1 GiB, operations are kept for 72 hours */
  readonly transfers?: TransferSettings;
  /** Only in development. */
  readonly watch?: CallWatch;
}

/** Puts the pipeline together: everything that is made once and serves every call. */
export function newApp({
  model,
  database,
  observe,
  issuers,
  cursorKeys,
  clock = systemClock,
  limiting,
  keyRetentionMs = 24 * 3_600_000,
  cache = keepsAnswers(model) ? new AnswerCache({ clock, bytesOf: keptBytes }) : null,
  jobs,
  transfers = { maxImportBytes: 2 ** 30, retentionMs: 72 * 3_600_000, leaseMs: 30_000 },
  watch,
  integrations,
}: AppParts): App {
  const app: App = {
    model,
    database,
    observe,
    ...(cache ? { cache } : {}),
    ...(jobs ? { jobs } : {}),
    ...(integrations ? { integrations } : {}),
    transfers,
    ...(watch ? { watch } : {}),
    clock,
    newId,
    plans: newPlanCache(),
    viewOf: policyViews(model),
    verifyToken: newTokenVerifier({ issuers, clock }),
    validators: newInputValidators(),
    cursors: newCursorCodec({ keys: cursorKeys, clock }),
    admission: newAdmission(),
    ...(limiting
      ? {
          limits: newLimits({ ...limiting, model: model.limits, clock }),
        }
      : {}),
    keyRetentionMs,
    ...(model.versions?.pin ? { pins: newVersionPins(database, clock) } : {}),
    run: (envelope) => run(envelope),
  };
  const run = newRunCall(app);
  return Object.freeze(app);
}
