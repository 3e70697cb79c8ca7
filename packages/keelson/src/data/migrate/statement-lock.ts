import type { AlterTableCmd, Constraint, DefElem, RangeVar } from "libpg-query";
import type { Node } from "./parse-sql.ts";
import { listedName, relationName } from "./sql-name.ts";

/** PostgreSQL's table lock modes from weak to strong; position decides which of two is stronger. */
export const lockModes = [
  "ACCESS SHARE",
  "ROW SHARE",
  "ROW EXCLUSIVE",
  "SHARE UPDATE EXCLUSIVE",
  "SHARE",
  "SHARE ROW EXCLUSIVE",
  "EXCLUSIVE",
  "ACCESS EXCLUSIVE",
] as const;

export type LockMode = (typeof lockModes)[number];

/** A lock that a statement takes on a table and holds until the transaction ends. */
export interface TableLock {
  readonly table: string;
  readonly mode: LockMode;
}

/** True for the modes during which nobody else can write to the table. */
export function blocksWrites(mode: LockMode): boolean {
  return lockModes.indexOf(mode) >= lockModes.indexOf("SHARE");
}

/**
 * The strongest lock that a statement takes on each table that it names. Locks that only the
 * catalogue can tell (partitions, the table of an index, foreign keys of a dropped table) are not here.
 */
export function tableLocks(node: Node): readonly TableLock[] {
  if ("AlterTableStmt" in node)
    return alterTableLocks(node.AlterTableStmt.relation, node.AlterTableStmt.cmds);
  if ("CreateStmt" in node) return createTableLocks(node);
  if ("IndexStmt" in node) {
    return on(node.IndexStmt.relation, node.IndexStmt.concurrent ? "SHARE UPDATE EXCLUSIVE" : "SHARE");
  }
  if ("DropStmt" in node) return dropLocks(node);
  if ("CreateTrigStmt" in node) return on(node.CreateTrigStmt.relation, "SHARE ROW EXCLUSIVE");
  if ("RuleStmt" in node) return on(node.RuleStmt.relation, "ACCESS EXCLUSIVE");
  if ("CreatePolicyStmt" in node) return on(node.CreatePolicyStmt.table, "ACCESS EXCLUSIVE");
  if ("AlterPolicyStmt" in node) return on(node.AlterPolicyStmt.table, "ACCESS EXCLUSIVE");
  if ("RenameStmt" in node) {
    // Renaming an index leaves its table alone; the relation here is the index.
    return node.RenameStmt.renameType === "OBJECT_INDEX"
      ? []
      : on(node.RenameStmt.relation, "ACCESS EXCLUSIVE");
  }
  if ("AlterObjectSchemaStmt" in node) return on(node.AlterObjectSchemaStmt.relation, "ACCESS EXCLUSIVE");
  if ("CommentStmt" in node && node.CommentStmt.objtype === "OBJECT_TABLE") {
    return [{ table: listedName(node.CommentStmt.object), mode: "SHARE UPDATE EXCLUSIVE" }];
  }
  if ("CreateStatsStmt" in node) return each(node.CreateStatsStmt.relations, "SHARE UPDATE EXCLUSIVE");
  return maintenanceLocks(node);
}

function maintenanceLocks(node: Node): readonly TableLock[] {
  if ("TruncateStmt" in node) return each(node.TruncateStmt.relations, "ACCESS EXCLUSIVE");
  if ("LockStmt" in node) {
    return each(node.LockStmt.relations, lockModes[(node.LockStmt.mode ?? 8) - 1] ?? "ACCESS EXCLUSIVE");
  }
  if ("ClusterStmt" in node) return on(node.ClusterStmt.relation, "ACCESS EXCLUSIVE");
  if ("VacuumStmt" in node) {
    const mode = hasOption(node.VacuumStmt.options, "full") ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE";
    const relations = node.VacuumStmt.rels ?? [];
    return relations.flatMap((item) =>
      "VacuumRelation" in item ? on(item.VacuumRelation.relation, mode) : [],
    );
  }
  if ("ReindexStmt" in node && node.ReindexStmt.kind === "REINDEX_OBJECT_TABLE") {
    const concurrent = hasOption(node.ReindexStmt.params, "concurrently");
    return on(node.ReindexStmt.relation, concurrent ? "SHARE UPDATE EXCLUSIVE" : "SHARE");
  }
  if ("RefreshMatViewStmt" in node) {
    const { concurrent, relation } = node.RefreshMatViewStmt;
    return on(relation, concurrent ? "EXCLUSIVE" : "ACCESS EXCLUSIVE");
  }
  if ("InsertStmt" in node) return on(node.InsertStmt.relation, "ROW EXCLUSIVE");
  if ("UpdateStmt" in node) return on(node.UpdateStmt.relation, "ROW EXCLUSIVE");
  if ("DeleteStmt" in node) return on(node.DeleteStmt.relation, "ROW EXCLUSIVE");
  return [];
}

/** True when a list of options, e.g. of VACUUM or REINDEX, switches one on. */
export function hasOption(options: readonly Node[] | undefined, name: string): boolean {
  return (options ?? []).some((node) => {
    if (!("DefElem" in node) || node.DefElem.defname !== name) return false;
    const value = node.DefElem.arg;
    return value === undefined || !/"(?:false|off)"|"ival":\{\}|"boolval":\{\}/i.test(JSON.stringify(value));
  });
}

function alterTableLocks(
  relation: RangeVar | undefined,
  cmds: readonly Node[] | undefined,
): readonly TableLock[] {
  const commands = (cmds ?? []).flatMap((node) => ("AlterTableCmd" in node ? [node.AlterTableCmd] : []));
  const own = commands.map(commandMode).reduce(stronger, "ACCESS SHARE");
  return [...on(relation, own), ...commands.flatMap(otherTableLocks)];
}

function stronger(a: LockMode, b: LockMode): LockMode {
  return lockModes.indexOf(a) >= lockModes.indexOf(b) ? a : b;
}

const weakCommands: ReadonlySet<string> = new Set([
  "AT_SetStatistics",
  "AT_SetOptions",
  "AT_ResetOptions",
  "AT_ClusterOn",
  "AT_DropCluster",
  "AT_ValidateConstraint",
  "AT_AttachPartition",
  "AT_DetachPartitionFinalize",
]);

/** The lock of one ALTER TABLE command on the table itself (`AlterTableGetLockLevel` in PostgreSQL). */
function commandMode(command: AlterTableCmd): LockMode {
  const subtype = command.subtype ?? "";
  const { def } = command;
  if (weakCommands.has(subtype)) return "SHARE UPDATE EXCLUSIVE";
  if (/^AT_(?:En|Dis)able(?:Always|Replica)?Trig/.test(subtype)) return "SHARE ROW EXCLUSIVE";
  if (subtype === "AT_SetRelOptions" || subtype === "AT_ResetRelOptions") {
    return namesOption(def, "user_catalog_table") ? "ACCESS EXCLUSIVE" : "SHARE UPDATE EXCLUSIVE";
  }
  if (subtype === "AT_AddConstraint" && def !== undefined && "Constraint" in def) {
    return def.Constraint.contype === "CONSTR_FOREIGN" ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE";
  }
  if (subtype === "AT_DetachPartition" && def !== undefined && "PartitionCmd" in def) {
    return def.PartitionCmd.concurrent ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE";
  }
  return "ACCESS EXCLUSIVE";
}

function namesOption(def: Node | undefined, name: string): boolean {
  const items = def !== undefined && "List" in def ? (def.List.items ?? []) : [];
  return items.some((item) => "DefElem" in item && (item.DefElem as DefElem).defname === name);
}

/** Locks on tables that a command names beside the altered one: referenced tables and partitions. */
function otherTableLocks({ subtype, def }: AlterTableCmd): readonly TableLock[] {
  if (def === undefined) return [];
  if ("Constraint" in def) return referenceLocks([def.Constraint]);
  if ("ColumnDef" in def) return referenceLocks(constraintsOf(def.ColumnDef.constraints));
  if (subtype === "AT_AttachPartition" && "PartitionCmd" in def)
    return on(def.PartitionCmd.name, "ACCESS EXCLUSIVE");
  return [];
}

function referenceLocks(constraints: readonly Constraint[]): readonly TableLock[] {
  return constraints.flatMap(({ contype, pktable }) =>
    contype === "CONSTR_FOREIGN" ? on(pktable, "SHARE ROW EXCLUSIVE") : [],
  );
}

/** The constraints in a list of nodes. */
export function constraintsOf(nodes: readonly Node[] | undefined): Constraint[] {
  return (nodes ?? []).flatMap((node) => ("Constraint" in node ? [node.Constraint] : []));
}

function createTableLocks(node: Extract<Node, { CreateStmt: unknown }>): readonly TableLock[] {
  const { tableElts = [], inhRelations, partbound, relation } = node.CreateStmt;
  const references = tableElts.flatMap((element) => {
    if ("Constraint" in element) return referenceLocks([element.Constraint]);
    return "ColumnDef" in element ? referenceLocks(constraintsOf(element.ColumnDef.constraints)) : [];
  });
  const parents = each(inhRelations, partbound === undefined ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE");
  return [
    ...references.filter(({ table }) => relation === undefined || table !== relationName(relation)),
    ...parents,
  ];
}

function dropLocks(node: Extract<Node, { DropStmt: unknown }>): readonly TableLock[] {
  const { removeType, objects = [] } = node.DropStmt;
  if (removeType === "OBJECT_TABLE" || removeType === "OBJECT_MATVIEW") {
    return objects.map((object) => ({ table: listedName(object), mode: "ACCESS EXCLUSIVE" }));
  }
  if (removeType !== "OBJECT_TRIGGER" && removeType !== "OBJECT_POLICY" && removeType !== "OBJECT_RULE")
    return [];
  // The last part is the trigger's own name.
  return objects.flatMap((object) =>
    "List" in object
      ? [
          {
            table: listedName({ List: { items: (object.List.items ?? []).slice(0, -1) } }),
            mode: "ACCESS EXCLUSIVE",
          },
        ]
      : [],
  );
}

function on(relation: RangeVar | undefined, mode: LockMode): TableLock[] {
  return relation === undefined ? [] : [{ table: relationName(relation), mode }];
}

function each(relations: readonly Node[] | undefined, mode: LockMode): TableLock[] {
  return (relations ?? []).flatMap((node) => ("RangeVar" in node ? on(node.RangeVar, mode) : []));
}
