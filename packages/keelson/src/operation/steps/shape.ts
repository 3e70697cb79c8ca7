import type { ListAnswer } from "../../data/execute.ts";
import type { CursorBinding } from "../../data/plan/cursor.ts";
import type { ListSelection, Selection } from "../../data/plan/selection.ts";
import type { Call } from "../call.ts";
import { isComposed } from "../is-composed.ts";
import type { KeptPage, Outcome, PageOutcome } from "../outcome.ts";
import { cursorView } from "../read-context.ts";
import { downgradeOutcome } from "../version/downgrade-outcome.ts";

/** Makes the outcome: a page gets its cursors; the JSON stays as it is. */
export function shape(call: Call): Outcome {
  const outcome = call.upgraded ? downgradeOutcome(call, call.upgraded, outcomeOf(call)) : outcomeOf(call);
  if (call.recalled) return { ...outcome, recalled: call.recalled };
  return call.replayed ? { ...outcome, replayed: call.replayed } : outcome;
}

function outcomeOf(call: Call): Outcome {
  const { executed } = call;
  switch (executed.kind) {
    case "rows":
      return keptOrMade(call.recalled?.page, () =>
        pageOf(call, executed.rows, call.selection as ListSelection),
      );
    case "record": {
      return {
        ok: true,
        kind: "record",
        json: executed.json,
        id: executed.id,
        version: executed.version,
        created: executed.created,
        composed: executed.composed ?? isComposed(call),
      };
    }
    case "batch":
      return { ok: true, kind: "batch", atomic: executed.atomic, items: executed.items };
    case "value":
      return { ok: true, kind: "value", value: executed.value };
    case "none":
      return { ok: true, kind: "none" };
  }
}

function keptOrMade(kept: KeptPage | undefined, make: () => PageOutcome): PageOutcome {
  if (!kept) return make();
  kept.outcome ??= make();
  return kept.outcome;
}

function pageOf(call: Call, rows: ListAnswer, selection: ListSelection): PageOutcome {
  const { page } = selection;
  const { json, more } = rows;
  // Past the end there is nothing to take a position from; the page before is found by listing anew.
  if (rows.empty) return { ok: true, kind: "page", json, nextCursor: null, prevCursor: null };
  const backward = page.direction === "backward";
  const hasNext = backward || more;
  const hasPrevious = backward ? more : page.position !== undefined;
  const cursor = (direction: "forward" | "backward", position: readonly (string | null)[]) =>
    call.app.cursors.encode({ direction, position }, bindingOf(call, call.upgraded?.asked ?? selection));
  return {
    ok: true,
    kind: "page",
    json,
    nextCursor: hasNext ? cursor("forward", rows.lastKeys) : null,
    prevCursor: hasPrevious ? cursor("backward", rows.firstKeys) : null,
  };
}

/** What a cursor is bound to: used elsewhere, it is refused. */
function bindingOf(
  call: Call,
  selection: Selection & Partial<Pick<ListSelection, "filter" | "order">>,
): CursorBinding {
  return {
    resource: selection.resource,
    filter: selection.filter,
    order: selection.order ?? [],
    view: cursorView(call.view, call.version?.date),
  };
}
