import type { AppModel, ResourceModel } from "./app-model.ts";

type Write = "create" | "update" | "delete";

const known = new WeakMap<ResourceModel, Map<Write, readonly string[]>>();

/**
 * The tables whose rows a standard write may change: the resource's own, its links, and for deletions whatever
 * foreign keys take along. What triggers of a migration do is not known here.
 */
export function writtenTables(model: AppModel, resource: ResourceModel, write: Write): readonly string[] {
  let tables = known.get(resource);
  if (!tables) {
    tables = new Map();
    known.set(resource, tables);
  }
  let found = tables.get(write);
  if (!found) {
    found = Object.freeze([...(write === "delete" ? deleted(model, resource) : own(resource))]);
    tables.set(write, found);
  }
  return found;
}

const own = (resource: ResourceModel): ReadonlySet<string> =>
  new Set([resource.table, ...resource.manyToMany.flatMap(joinTable)]);

const joinTable = ({ relation }: ResourceModel["manyToMany"][number]): readonly string[] =>
  relation?.kind === "manyToMany" ? [relation.joinTable] : [];

/** Follows cascades from table to table; `setNull` changes rows too, and goes no further. */
function deleted(
  model: AppModel,
  resource: ResourceModel,
  tables: Set<string> = new Set(),
): ReadonlySet<string> {
  for (const table of own(resource)) tables.add(table);
  for (const other of model.resources.values()) {
    for (const { relation } of other.fields.values()) {
      if (relation === undefined || relation.target !== resource.name) continue;
      if (relation.kind === "manyToMany") tables.add(relation.joinTable);
      if (relation.kind !== "one" || relation.onDelete === "restrict") continue;
      const isNew = !tables.has(other.table);
      tables.add(other.table);
      if (relation.onDelete === "cascade" && isNew) deleted(model, other, tables);
    }
  }
  return tables;
}
