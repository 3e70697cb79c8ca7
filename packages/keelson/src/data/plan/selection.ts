import type { FieldPath, SortKey } from "../../model/app-model.ts";

/**
 * What a caller wants to read: a tree of fields and relations, each under the name it shall have in the
 * answer, with filters, order and page. Every door says its reads as one of these.
 */
export interface Selection {
  readonly resource: string;
  readonly nodes: readonly SelectionNode[];
}

/** A list: a selection with filter, order and page. */
export interface ListSelection extends Selection {
  readonly filter: FilterNode | undefined;
  /** Without the tie-breaker: the planner appends the id. */
  readonly order: readonly SortKey[];
  readonly page: PageRequest;
}

export type SelectionNode =
  | { readonly kind: "field"; readonly as: string; readonly field: string }
  | {
      readonly kind: "one";
      readonly as: string;
      readonly field: string;
      readonly nodes: readonly SelectionNode[];
    }
  | {
      readonly kind: "many";
      readonly as: string;
      readonly field: string;
      readonly nodes: readonly SelectionNode[];
      readonly filter?: FilterNode;
      readonly order?: readonly SortKey[];
      /** At most the relation's own bound, which is the default. */
      readonly limit?: number;
    };

export interface PageRequest {
  readonly limit: number;
  /** Where to go on: the sort values of the last row seen (the id last), as PostgreSQL prints them. */
  readonly position?: readonly (string | null)[];
  /** `backward` reads the page before `position`; rows still come in list order. */
  readonly direction: "forward" | "backward";
}

export type FilterValue = string | number | boolean;

/** A filter whose paths were checked and whose values have the field's type. */
export type FilterNode =
  | { readonly op: "and" | "or"; readonly args: readonly FilterNode[] }
  | { readonly op: "not"; readonly arg: FilterNode }
  | {
      readonly op: "eq" | "ne" | "gt" | "gte" | "lt" | "lte";
      readonly path: FieldPath;
      readonly value: FilterValue;
    }
  | { readonly op: "in" | "nin"; readonly path: FieldPath; readonly values: readonly FilterValue[] }
  | { readonly op: "contains" | "startsWith"; readonly path: FieldPath; readonly value: string }
  | { readonly op: "isNull"; readonly path: FieldPath; readonly value: boolean };
