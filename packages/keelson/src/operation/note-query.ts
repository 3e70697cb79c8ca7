import type { CompiledQuery } from "kysely";
import type { AppModel, ResourceModel } from "../model/app-model.ts";
import { writtenTables } from "../model/written-tables.ts";
import type { Footprint } from "./footprint.ts";

/**
 * Notes what a hand-written query touches: the resources that it was given names for, with what deletions take along.
 * Free text may touch anything. A query of nothing but text counts as everything; one with text in it reads everything.
 */
export function noteQuery(
  footprint: Footprint,
  model: AppModel,
  named: readonly ResourceModel[],
  query: CompiledQuery,
  mode: "read" | "write",
): void {
  const tables = named.flatMap((resource) => writtenTables(model, resource, "delete"));
  footprint.noteRead(hasText(query.query) ? "all" : tables);
  if (timed.test(query.sql)) footprint.timed = true;
  if (mode === "write" && changes(query.query))
    footprint.noteWritten(query.query.kind === "RawNode" ? "all" : tables);
}

const timed = /\bnow\(|\bcurrent_(?:date|time)|\blocaltime|_timestamp\(|\btimeofday\(/i;

/** A `with` may hold a change, whatever follows it. */
const changes = (query: CompiledQuery["query"]): boolean =>
  query.kind !== "SelectQueryNode" || query.with !== undefined;

function hasText(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  return (node as { readonly kind?: unknown }).kind === "RawNode" || Object.values(node).some(hasText);
}
