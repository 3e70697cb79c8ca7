import type { Call } from "../call.ts";
import type { Outcome } from "../outcome.ts";
import { downgradeMembers, downgradeRecord } from "./downgrade-record.ts";
import { isMembers } from "./members-at.ts";
import type { Upgraded } from "./upgraded.ts";

/** An outcome in the words of the version that was asked for: parsed, changed and printed anew. */
export function downgradeOutcome(call: Call, { version, asked }: Upgraded, outcome: Outcome): Outcome {
  if (!outcome.ok) return outcome;
  const record = (value: unknown): unknown =>
    asked ? downgradeRecord(version, asked.resource, value, asked.nodes) : value;
  switch (outcome.kind) {
    case "record":
      // Another version's representation is another one, so the record's version is not enough for its tag.
      return { ...outcome, json: JSON.stringify(record(JSON.parse(outcome.json))), composed: true };
    case "page": {
      const rows = JSON.parse(outcome.json) as readonly unknown[];
      return { ...outcome, json: JSON.stringify(rows.map(record)) };
    }
    case "batch":
      return {
        ...outcome,
        items: outcome.items.map((item) =>
          item.ok && item.json !== null
            ? { ...item, json: JSON.stringify(record(JSON.parse(item.json))), composed: true }
            : item,
        ),
      };
    case "value": {
      const part = version.operations.get(call.envelope.operation.name)?.output;
      if (!part || !isMembers(outcome.value)) return outcome;
      const members = structuredClone(outcome.value);
      downgradeMembers(part, members);
      return { ...outcome, value: members };
    }
    case "none":
      return outcome;
  }
}
