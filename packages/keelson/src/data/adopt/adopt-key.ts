import type { WrittenKey } from "./adoption.ts";
import type { TableEntry } from "./catalogue.ts";

/** The key as it is declared; `generated` is the column that then is no field of its own. */
export function adoptKey(
  entry: TableEntry,
  columns: readonly string[],
  view: boolean,
): { readonly written: WrittenKey; readonly generated: string | undefined } {
  const [name = ""] = columns;
  const column = entry.columns.find((one) => one.name === name);
  const refers = entry.constraints.some(({ type, columns: own }) => type === "f" && own.includes(name));
  const natural = { written: { kind: "fields", fields: columns } as const, generated: undefined };
  if (columns.length !== 1 || !column || column.isDomain || refers) return natural;
  const named = name === "id" ? {} : { column: name };
  const generated = (call: string, options: Readonly<Record<string, unknown>>) => ({
    written: { kind: "generated", name: call, options: { ...options, ...named } } as const,
    generated: name,
  });
  if (column.type === "uuid") {
    if (column.default !== null || view) return generated("uuidKey", { by: "database" });
    return name === "id" ? { written: { kind: "default" }, generated: name } : generated("uuidKey", {});
  }
  const counted = column.identity !== "" || column.sequence !== null;
  if (!counted && !view) return natural;
  const by = column.identity !== "" || view ? {} : { by: "serial" };
  if (column.type === "bigint") return generated("bigintKey", by);
  if (column.type === "integer") return generated("integerKey", by);
  if (column.type === "smallint") return generated("integerKey", { type: "smallint", ...by });
  return natural;
}
