import type { AppModel } from "./app-model.ts";

const views = new WeakMap<AppModel, ReadonlySet<string>>();

/** What a statement over these tables depends on. What a view is made of only the database knows: it may be anything. */
export function readTables(model: AppModel, tables: readonly string[]): readonly string[] | "all" {
  let known = views.get(model);
  if (!known) {
    known = new Set([...model.resources.values()].filter(({ view }) => view).map(({ table }) => table));
    views.set(model, known);
  }
  // No table at all would never change, which no statement of ours can mean.
  return tables.length === 0 || tables.some((table) => known.has(table)) ? "all" : tables;
}
