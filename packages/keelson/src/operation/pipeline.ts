import type { OperationModel } from "../model/app-model.ts";
import type { Call, Step } from "./call.ts";
import type { Outcome } from "./outcome.ts";
import { admit } from "./steps/admit.ts";
import { authenticate } from "./steps/authenticate.ts";
import { authorise } from "./steps/authorise.ts";
import { execute } from "./steps/execute.ts";
import { forget } from "./steps/forget.ts";
import { limit } from "./steps/limit.ts";
import { recall } from "./steps/recall.ts";
import { receive } from "./steps/receive.ts";
import { replay } from "./steps/replay.ts";
import { shape } from "./steps/shape.ts";
import { upgrade } from "./steps/upgrade.ts";
import { validate } from "./steps/validate.ts";

/**
 * The path of every call, whatever door it came by: one line a step, one column an effect. A check that an
 * effect does not get is a hole in this table. Each concern has its only home in its step's file.
 *
 * The caller of a job is the one that was stored with it. It was counted when it was enqueued, it is in the words of
 * now, and what makes its effects happen once is its lease, which `execute` looks at.
 */
const pipeline: readonly {
  readonly step: Step;
  readonly read: boolean;
  readonly write: boolean;
  readonly job: boolean;
}[] = [
  { step: admit, read: true, write: true, job: true },
  { step: authenticate, read: true, write: true, job: true },
  { step: limit, read: true, write: true, job: false },
  { step: upgrade, read: true, write: true, job: false },
  { step: validate, read: true, write: true, job: true },
  { step: authorise, read: true, write: true, job: true },
  { step: receive, read: false, write: true, job: false },
  { step: replay, read: false, write: true, job: false },
  { step: recall, read: true, write: false, job: false },
  { step: execute, read: true, write: true, job: true },
  { step: forget, read: false, write: true, job: true },
];

const steps: Readonly<Record<OperationModel["effect"] | "job", readonly Step[]>> = {
  read: pipeline.filter((row) => row.read).map((row) => row.step),
  write: pipeline.filter((row) => row.write).map((row) => row.step),
  job: pipeline.filter((row) => row.job).map((row) => row.step),
};

/** Takes a call through its steps; throws what a step throws. `shape` turns the result into the outcome. */
export async function runPipeline(call: Call): Promise<Outcome> {
  const { job, operation } = call.envelope;
  for (const step of steps[job ? "job" : operation.effect]) {
    const pending = step(call);
    if (pending) await pending;
  }
  return shape(call);
}
