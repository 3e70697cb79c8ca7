import type { TableEntry } from "./catalogue.ts";
import type { WrittenField } from "./written-call.ts";

/** What a database becomes: resources to declare, and what could not be said. */
export interface Adoption {
  readonly resources: readonly AdoptedResource[];
  readonly findings: readonly Finding[];
}

export interface AdoptedResource {
  readonly name: string;
  readonly entry: TableEntry;
  readonly fields: ReadonlyMap<string, WrittenField>;
  /** Everything but `fields`, `key` and `access`, in the order of printing. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly key: WrittenKey;
  /** Resources that fields name by a function: they are imported. */
  readonly imports: readonly string[];
  readonly view: boolean;
  /** False where a column that must have a value cannot be given one. */
  readonly creatable: boolean;
}

/** The key as it is written: a call, names of fields, or nothing for Keelson's own. */
export type WrittenKey =
  | { readonly kind: "default" }
  | { readonly kind: "generated"; readonly name: string; readonly options: Readonly<Record<string, unknown>> }
  | { readonly kind: "fields"; readonly fields: readonly string[] };

/** Something that the declarations do not say, or say under another name. */
export interface Finding {
  readonly kind: "left out" | "kept by the database" | "renamed" | "note";
  /** `sales.orders`, `orders.total`. */
  readonly where: string;
  readonly what: string;
}
