import type { ListSelection } from "../data/plan/selection.ts";
import type { Session } from "../data/transaction.ts";
import type { Call } from "./call.ts";

/** A session whose statements are counted and timed for the call. */
export function measuredSession(call: Call, session: Session): Session {
  return {
    run: async (statement, values, read) => {
      const startedMs = call.app.watch ? call.app.clock.monotonicMs() : 0;
      call.tally.begin();
      try {
        const result = await session.run(statement, values, read);
        if (call.app.watch) watched(call, statement.text, values, startedMs);
        return result;
      } finally {
        call.tally.end();
      }
    },
  };
}

function watched(call: Call, text: string, values: readonly unknown[], startedMs: number): void {
  const { app, caller, view, selection, tally } = call;
  const { operation } = call.envelope;
  app.watch?.statementRan({
    call: tally.root,
    operation: operation.name,
    text,
    values,
    tookMs: app.clock.monotonicMs() - startedMs,
    ...(operation.kind === "list" ? { list: { selection: selection as ListSelection, view, caller } } : {}),
  });
}
