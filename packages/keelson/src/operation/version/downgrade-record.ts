import type { SelectionNode } from "../../data/plan/selection.ts";
import type { VersionModel } from "../../model/app-model.ts";
import type { PartModel } from "../../model/version/part-model.ts";
import { stepDown } from "./apply-step.ts";
import { isMembers, type Members } from "./members-at.ts";

/**
 * A record in the words of an older version, embedded ones included, with exactly the members that were asked for.
 * Changes the given value.
 *
 * @param nodes - what was asked for, in the words of the older version
 */
export function downgradeRecord(
  version: VersionModel,
  resource: string,
  record: unknown,
  nodes: readonly SelectionNode[],
): unknown {
  if (!isMembers(record)) return record;
  downgradeMembers(version.resources.get(resource), record);
  const result: Members = {};
  for (const node of nodes) {
    // What may not be read is not there at all.
    if (!Object.hasOwn(record, node.field)) continue;
    const value = record[node.field];
    if (node.kind === "field") result[node.as] = value;
    else {
      const target = version.model.resources.get(resource)?.fields.get(node.field)?.relation?.target ?? "";
      const embed = (one: unknown) => downgradeRecord(version, target, one, node.nodes);
      result[node.as] =
        node.kind === "many" && isMembers(value) && Array.isArray(value.data)
          ? { ...value, data: value.data.map(embed) }
          : embed(value);
    }
  }
  return result;
}

/** Undoes the steps of one part, the newest first. */
export function downgradeMembers(part: PartModel | undefined, members: Members): void {
  for (const step of part?.steps.toReversed() ?? []) stepDown(members, step);
}
