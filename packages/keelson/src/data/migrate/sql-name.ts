import type { Node, RangeVar } from "libpg-query";
import { readableIdentifier } from "./readable-identifier.ts";

/**
 * The canonical name of a relation: `orders` in the public schema, `billing.invoices` elsewhere.
 * Sets and maps of tables are keyed by it.
 */
export function relationName(relation: Pick<RangeVar, "schemaname" | "relname">): string {
  return canonical([relation.schemaname ?? "public", relation.relname ?? ""]);
}

/** The canonical name of an object that the tree gives as a list of strings, e.g. in DROP TABLE. */
export function listedName(node: Node | undefined): string {
  if (node === undefined) return "";
  if ("List" in node) return canonical(strings(node.List.items));
  if ("TypeName" in node) return canonical(strings(node.TypeName.names));
  if ("ObjectWithArgs" in node) return canonical(strings(node.ObjectWithArgs.objname));
  return "String" in node ? (node.String.sval ?? "") : "";
}

/** A canonical name given by a caller, who may write the public schema or leave it out. */
export function canonicalName(name: string): string {
  return name.startsWith("public.") ? name.slice("public.".length) : name;
}

/** A canonical name as SQL text, quoted where it must be. */
export function nameSql(name: string): string {
  return name.split(".").map(readableIdentifier).join(".");
}

/** The strings of a list node, in order. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  return (nodes ?? []).flatMap((node) => ("String" in node ? [node.String.sval ?? ""] : []));
}

function canonical(parts: readonly string[]): string {
  return canonicalName(parts.join("."));
}
