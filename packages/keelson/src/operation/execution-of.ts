import type { Execution } from "../data/execute.ts";
import type { Session } from "../data/transaction.ts";
import type { Call } from "./call.ts";
import { measuredSession } from "./measured-session.ts";

/** What a call's statements are planned and run with. */
export function executionOf(call: Call, session: Session): Execution {
  return {
    model: call.app.model,
    plans: call.app.plans,
    session: measuredSession(call, session),
    caller: call.caller,
    view: call.view,
    onPlan: call.footprint && ((plan) => call.footprint?.notePlan(plan, call.app.model)),
  };
}
