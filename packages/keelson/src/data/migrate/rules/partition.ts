import type { Node } from "../parse-sql.ts";
import { nameSql, relationName } from "../sql-name.ts";
import type { AlterSubject, Problem, Subject } from "./statement-check.ts";

/** ATTACH and DETACH PARTITION. */
export function* checkPartition({ command, state, tableSql }: AlterSubject): Iterable<Problem> {
  if (command.def === undefined || !("PartitionCmd" in command.def)) return;
  const { name, concurrent } = command.def.PartitionCmd;
  if (name === undefined) return;
  const partition = nameSql(relationName(name));
  if (command.subtype === "AT_AttachPartition" && state.isExistingRelation(name)) {
    yield {
      rule: "attach-partition-scans",
      what:
        `${partition} is read under ACCESS EXCLUSIVE to see that its rows belong there, ` +
        "unless a valid CHECK says the same as the bounds; a default partition is read too.",
      instead:
        "Add a CHECK equal to the bounds first, and drop it afterwards:\n" +
        `  ALTER TABLE ${partition} ADD CONSTRAINT … CHECK (…) NOT VALID;\n` +
        `  ALTER TABLE ${partition} VALIDATE CONSTRAINT …;  -- next file\n` +
        `  ALTER TABLE ${tableSql} ATTACH PARTITION ${partition} FOR VALUES …;`,
    };
  }
  if (command.subtype === "AT_DetachPartition" && !concurrent) {
    yield {
      rule: "detach-partition",
      what: `Detaching takes ACCESS EXCLUSIVE on ${tableSql} and queues everyone behind it.`,
      instead:
        'Detach in a file with "transaction: no":\n' +
        `  ALTER TABLE ${tableSql} DETACH PARTITION ${partition} CONCURRENTLY;`,
    };
  }
}

/** CREATE TABLE … PARTITION OF locks the parent; ATTACH PARTITION does not. */
export function* checkCreatePartition(node: Node, { state }: Subject): Iterable<Problem> {
  if (!("CreateStmt" in node) || node.CreateStmt.partbound === undefined) return;
  const { inhRelations = [], relation } = node.CreateStmt;
  for (const parent of inhRelations) {
    if (!("RangeVar" in parent) || !state.isExistingRelation(parent.RangeVar)) continue;
    const name = nameSql(relationName(parent.RangeVar));
    const partition = relation === undefined ? "…" : nameSql(relationName(relation));
    yield {
      rule: "create-partition-of",
      what: `Creating the partition takes ACCESS EXCLUSIVE on ${name} and queues everyone behind it.`,
      instead:
        "Create the table alone and attach it, which lets readers and writers go on:\n" +
        `  CREATE TABLE ${partition} (LIKE ${name} INCLUDING ALL);\n` +
        `  ALTER TABLE ${name} ATTACH PARTITION ${partition} FOR VALUES …;`,
    };
  }
}
