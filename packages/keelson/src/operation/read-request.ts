import type { Filter } from "../declare/handler.ts";

/**
 * A read as a caller words it, before it is checked against the model and the caller's rights.
 * `validate` turns it into a Selection.
 */
export interface ReadRequest {
  /** Dotted paths: `id`, `total`, `customer.name` (of an expanded relation). All fields when absent. */
  readonly fields?: readonly string[];
  /** Dotted relation paths: `customer`, `lines.product`. */
  readonly expand?: readonly string[];
  readonly filter?: Filter;
  /** `-createdAt,id`. */
  readonly sort?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/**
 * Where a part of a read request came from, so that faults can name it: a query parameter for URLs, a
 * pointer for bodies.
 */
export interface ReadOrigin {
  /** Fault location of `limit`, `cursor`, `sort`, `fields`, `expand`, or of a filter path. */
  locate(
    part: "limit" | "cursor" | "sort" | "fields" | "expand" | "filter",
    path?: string,
  ): { readonly parameter?: string; readonly pointer?: string };
  /** True where values are texts (URLs): `"5"` is then a number. */
  readonly textual: boolean;
}
