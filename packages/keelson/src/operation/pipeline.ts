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
import { replay } from "./steps/replay.ts";
import { shape } from "./steps/shape.ts";
import { upgrade } from "./steps/upgrade.ts";
import { validate } from "./steps/validate.ts";

/**
 * The path of every call, whatever door it came by: one line a step, one column an effect. A check that an
 * effect does not get is a hole in this table. Each concern has its only home in its step's file.
 */
const pipeline: readonly { readonly step: Step; readonly read: boolean; readonly write: boolean }[] = [
  { step: admit, read: true, write: true },
  { step: authenticate, read: true, write: true },
  { step: limit, read: true, write: true },
  { step: upgrade, read: true, write: true },
  { step: validate, read: true, write: true },
  { step: authorise, read: true, write: true },
  { step: replay, read: false, write: true },
  { step: recall, read: true, write: false },
  { step: execute, read: true, write: true },
  { step: forget, read: false, write: true },
];

const steps: Readonly<Record<OperationModel["effect"], readonly Step[]>> = {
  read: pipeline.filter((row) => row.read).map((row) => row.step),
  write: pipeline.filter((row) => row.write).map((row) => row.step),
};

/** Takes a call through its steps; throws what a step throws. `shape` turns the result into the outcome. */
export async function runPipeline(call: Call): Promise<Outcome> {
  for (const step of steps[call.envelope.operation.effect]) {
    const pending = step(call);
    if (pending) await pending;
  }
  return shape(call);
}
