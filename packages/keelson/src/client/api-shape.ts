/**
 * What the types of a client are made from. It is inferred from a back end's type (`ApiOf`), or written down by
 * `keelson gen client`; everything else in this folder only knows this shape.
 */
export interface ApiShape {
  readonly resources: { readonly [name: string]: ResourceShape };
  /** Commands and queries that belong to no resource. */
  readonly operations: { readonly [name: string]: OperationShape };
}

/** One resource as a client sees it. */
export interface ResourceShape {
  /** A record without relations. */
  readonly row: object;
  readonly relations: { readonly [field: string]: RelationShape };
  readonly create: unknown;
  readonly update: unknown;
  /** Types of the values that lists are filtered by, by path. */
  readonly filter: object;
  /** Paths that lists are sorted by. */
  readonly sort: string;
  readonly standard: StandardName;
  readonly custom: { readonly [name: string]: OperationShape };
}

export interface RelationShape {
  /** The name of the resource it leads to; `string` where it is not known. */
  readonly target: string;
  readonly many: boolean;
  /** The related record, where its resource is not known. */
  readonly row: unknown;
}

/** A command or a query. */
export interface OperationShape {
  readonly on: "row" | "collection" | "nothing";
  readonly input: unknown;
  /** What it answers, unless that is a record. */
  readonly output: unknown;
  /** The resource whose record it answers; `never` for any other answer. */
  readonly answers: string;
  /** Codes of the errors that it declares. */
  readonly errors: string;
}

/** The operations that need no declaration of their own. */
export type StandardName = "list" | "get" | "create" | "update" | "delete" | "batch" | "import" | "export";

/** Money in minor units: `{ amount: 1250, currency: "GBP" }` is £12.50. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** A bounded list inside a record; `hasMore` says that the rest must be listed on its own. */
export interface Embedded<Row> {
  readonly data: readonly Row[];
  readonly hasMore: boolean;
}

/** The same type, shown as one object. */
export type Flat<T> = { [K in keyof T]: T[K] } & {};
