import type { ColumnType, Kysely } from "kysely";
import type { Caller } from "../base/caller.ts";
import type { Batch } from "./batch.ts";
import type { BehaviourChange } from "./behaviour.ts";
import type { Enqueue } from "./enqueue.ts";
import type { Fields, Money, OutputOf } from "./field.ts";
import type { Use } from "./integration.ts";
import type {
  CreateOf,
  ExpandedRow,
  ExpandOf,
  KnownExpand,
  RelationKeys,
  ResourceTypes,
  RowOf,
  UpdateOf,
} from "./row.ts";

/** Comparisons a filter can make; the names are those of the query string: `total.amount[gte]=100`. */
export interface FilterOperators {
  readonly eq?: unknown;
  readonly ne?: unknown;
  readonly gt?: unknown;
  readonly gte?: unknown;
  readonly lt?: unknown;
  readonly lte?: unknown;
  readonly in?: readonly unknown[];
  readonly nin?: readonly unknown[];
  readonly contains?: string;
  readonly startsWith?: string;
  readonly isNull?: boolean;
}

/**
 * A filter: field paths with a value (equal) or operators, all of which must hold; `and`, `or` and `not`
 * nest. The body of `QUERY` has the same shape.
 */
export type Filter = {
  readonly [path: string]: unknown;
} & { readonly and?: readonly Filter[]; readonly or?: readonly Filter[]; readonly not?: Filter };

/** What to read of a list. */
export interface FindOptions<R extends ResourceTypes, E> {
  /** Any field may be compared here, declared for lists or not. */
  readonly filter?: Filter;
  /** Field paths, `-` for descending; the id breaks ties. */
  readonly sort?: string | readonly string[];
  /** Records on the page, at most the resource's `maxLimit`. @defaultValue the resource's `defaultLimit` */
  readonly limit?: number;
  /** `nextCursor` or `prevCursor` of a page with the same filter and sort. */
  readonly cursor?: string;
  /** Relations to read along. */
  readonly expand?: E & ExpandOf<R> & KnownExpand<R, E>;
}

/** How to read one record. */
export interface GetOptions<R extends ResourceTypes, E> {
  /** Relations to read along. */
  readonly expand?: E & ExpandOf<R> & KnownExpand<R, E>;
  /** Lock the row for the rest of the transaction; in a query it has no use. @defaultValue false */
  readonly lock?: boolean;
}

/** One page of a list. */
export interface Page<Row> {
  readonly data: readonly Row[];
  /** Give it back as `cursor` for the next page; null at the end. */
  readonly nextCursor: string | null;
  /** The same for the page before; null at the beginning. */
  readonly prevCursor: string | null;
}

type NoExpand = Record<never, never>;

/**
 * The data as one caller may see and change it. Every call goes through the same steps as a request and,
 * in a command, joins the command's transaction. Values look as they do in the API (timestamps and 64-bit
 * numbers are strings).
 */
export interface Db {
  /** Reads one record. @throws KeelsonError `not_found` when there is none or the caller may not read it */
  get<R extends ResourceTypes, const E = NoExpand>(
    resource: R,
    id: string,
    options?: GetOptions<R, E>,
  ): Promise<ExpandedRow<R, E>>;
  /** Reads a page of records that the caller may read. Any field may filter and sort here. */
  find<R extends ResourceTypes, const E = NoExpand>(
    resource: R,
    options?: FindOptions<R, E>,
  ): Promise<Page<ExpandedRow<R, E>>>;
  /** Creates a record. @throws KeelsonError `forbidden`, `validation_failed`, `unique_violation` */
  create<R extends ResourceTypes>(resource: R, data: CreateOf<R>): Promise<RowOf<R>>;
  /**
   * Changes a record. With `version`, only if nobody else has.
   *
   * @throws KeelsonError `not_found`, `forbidden`, `precondition_failed`, `validation_failed`, `unique_violation`
   */
  update<R extends ResourceTypes>(
    resource: R,
    id: string,
    changes: UpdateOf<R>,
    options?: { readonly version?: number },
  ): Promise<RowOf<R>>;
  /**
   * Deletes a record; with `softDelete`, marks it. With `version`, only if nobody else has changed it.
   *
   * @throws KeelsonError `not_found`, `forbidden`, `precondition_failed`, `still_referenced`
   */
  delete<R extends ResourceTypes>(
    resource: R,
    id: string,
    options?: { readonly version?: number },
  ): Promise<void>;
  /** Creates, changes and deletes many records of one resource. */
  readonly batch: Batch;
  /** The only way around the access rules. The reason is observed and ends in the audit trail. */
  asSystem(reason: string): SystemDb;
}

/** The data without access rules: for what the business does on its own account. */
export interface SystemDb extends Db {
  /**
   * A typed Kysely instance for hand-written SQL, inside the same transaction. Tables go by the names given
   * here and columns by field names; a money field is `<name>Amount` and `<name>Currency`, a reference `<name>Id`.
   */
  sql<T extends Readonly<Record<string, ResourceTypes>>>(tables: T): Kysely<TablesOf<T>>;
}

/** Kysely's table types for a record of resources. Values come as the API shows them. */
export type TablesOf<T extends Readonly<Record<string, ResourceTypes>>> = {
  readonly [K in keyof T]: SystemColumns & ColumnsOf<T[K]["fields"]>;
};

interface SystemColumns {
  id: string;
  createdAt: Moment;
  updatedAt: Moment;
  version: number;
}

/** Read as RFC 3339 text; written as that, or by a function of the database. */
type Moment = ColumnType<string, string | Date | undefined, string | Date>;

type ColumnsOf<F extends Fields> = {
  [K in Exclude<keyof F, MoneyKeys<F> | RelationKeys<{ readonly name: string; readonly fields: F }>> &
    string]: OutputOf<F[K]>;
} & { [K in MoneyKeys<F> & string as `${K}Amount`]: string } & {
  [K in MoneyKeys<F> & string as `${K}Currency`]: string;
} & {
  [K in RelationKeys<{ readonly name: string; readonly fields: F }> & string as `${K}Id`]: OutputOf<F[K]>;
};

type MoneyKeys<F extends Fields> = {
  [K in keyof F]: [NonNullable<OutputOf<F[K]>>] extends [Money] ? K : never;
}[keyof F];

/** What a handler of a command or a query is given. */
export interface HandlerContext<Row, Input, ErrorName extends string> {
  /** The row that the command was called on, as the caller may read it, locked; undefined without one. */
  readonly row: Row;
  /** Validated, with the declared defaults; of a Standard Schema, what it puts out. */
  readonly input: Input;
  /** Who calls; `anonymous` without a token. */
  readonly caller: Caller;
  /** The data as the caller may see and change it, in the transaction of this call. */
  readonly db: Db;
  /** Enqueues a job in the transaction of this call; not in a query, which writes nothing. */
  readonly enqueue: Enqueue;
  /**
   * Calls a service that the back end depends on: `use(payments).charge({ … })`. The row stays locked meanwhile; what
   * need not be known for the answer belongs into a job.
   */
  readonly use: Use;
  /** Ends the call with one of the declared errors; the transaction is rolled back. */
  fail(
    error: ErrorName,
    detail?: string | { readonly detail?: string; readonly members?: Readonly<Record<string, unknown>> },
  ): never;
  /** Aborted when the caller hangs up. There is no deadline: what waits outside of the database sets its own. */
  readonly signal: AbortSignal;
  /** The current time as an RFC 3339 UTC timestamp. */
  now(): string;
  /** The id that logs, answers and traces of this call carry. */
  readonly requestId: string;
  /** Whether the caller's version of the API has this change; true for callers inside of the back end. */
  behaves(change: BehaviourChange): boolean;
}
