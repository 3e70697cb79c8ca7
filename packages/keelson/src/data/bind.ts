import type { Caller } from "../base/caller.ts";
import { callerText, callerTexts } from "../model/caller-text.ts";
import type { Plan, Slot } from "./plan/sql.ts";

/** Fills a plan's slots: with the values of the call, and with what the caller is. */
export function bind(plan: Plan, values: readonly unknown[], caller: Caller): unknown[] {
  return plan.slots.map((slot) => fill(slot, values, caller));
}

function fill(slot: Slot, values: readonly unknown[], caller: Caller): unknown {
  switch (slot.slot) {
    case "value":
      return values[slot.index];
    case "callerId":
      return callerText(caller.id, slot.as);
    case "claim":
      return callerText(caller.claims[slot.claim], slot.as);
    case "claimList":
      return callerTexts(caller.claims[slot.claim], slot.as);
  }
}
