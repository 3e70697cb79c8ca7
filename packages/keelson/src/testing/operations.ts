import type { ApiShape, OperationShape, ResourceShape, StandardName } from "../client/api-shape.ts";
import type { BatchItem } from "../client/batch.ts";
import type { AnswerOptions } from "../client/client-of.ts";
import type { Pages } from "../client/pages.ts";
import type {
  ExpandPath,
  FieldPath,
  FilterOf,
  ResourceIn,
  SelectedRow,
  SortKey,
} from "../client/selected-row.ts";
import type { BatchResult, BatchWritten } from "../declare/batch.ts";

/**
 * The operations of a back end as one caller calls them: by resource, those of no resource by their own names. They
 * look as they do in `keelson/client`, and go straight into the pipeline.
 */
export type Operations<A extends ApiShape> = {
  readonly [N in keyof A["resources"] & string]: ResourceOperations<A, N>;
} & {
  readonly [N in keyof A["operations"] & string]: CustomOperationOf<A, A["operations"][N]>;
};

/** The operations of one resource: those that it offers. */
export type ResourceOperations<A extends ApiShape, N extends string> = Pick<
  StandardOperations<A, N, ResourceIn<A, N>>,
  Exclude<ResourceIn<A, N>["standard"], "import" | "export"> & StandardName
> & {
  readonly [C in keyof ResourceIn<A, N>["custom"] & string]: CustomOperationOf<
    A,
    ResourceIn<A, N>["custom"][C]
  >;
};

/** Options of every call. */
export interface TestCallOptions {
  /** As when the caller hangs up. */
  readonly signal?: AbortSignal;
}

/** Options of a call with effects. */
export interface TestWriteOptions extends TestCallOptions {
  /**
   * Names this very intention, so that it happens once however often it is sent.
   * @defaultValue a new key where the command requires one, otherwise none
   */
  readonly idempotencyKey?: string;
}

/** Options of a call on one record. */
export interface TestChangeOptions extends TestWriteOptions {
  /** Goes on only when the record still has this `version`: otherwise `precondition_failed`. */
  readonly ifMatch?: number;
}

/** What to list. */
export interface TestListOptions<R extends ResourceShape, E extends string, F extends string>
  extends AnswerOptions<E, F>,
    TestCallOptions {
  readonly filter?: FilterOf<R>;
  /** Keys in the order of their weight; `-` for descending. The id breaks ties. */
  readonly sort?: SortKey<R> | readonly SortKey<R>[];
  /** Records on a page, at most the resource's `maxLimit`. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Those of an atomic batch are all good: otherwise its error is thrown. */
export type TestBatchResult<Row, Atomic extends boolean> = Atomic extends true
  ? BatchWritten<Row>
  : BatchResult<Row>;

interface StandardOperations<A extends ApiShape, N extends string, R extends ResourceShape> {
  /** Reads a page when it is awaited, and every record when it is walked with `for await`. */
  list<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    options?: TestListOptions<R, E, F>,
  ): Pages<SelectedRow<A, N, E, F>>;
  /** Reads one record. */
  get<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    id: string,
    options?: AnswerOptions<E, F> & TestCallOptions,
  ): Promise<SelectedRow<A, N, E, F>>;
  /** Creates a record and gives it back. */
  create<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    data: R["create"],
    options?: AnswerOptions<E, F> & TestWriteOptions,
  ): Promise<SelectedRow<A, N, E, F>>;
  /** Changes what is given and nothing else (a merge patch). */
  update<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    id: string,
    changes: R["update"],
    options?: AnswerOptions<E, F> & TestChangeOptions,
  ): Promise<SelectedRow<A, N, E, F>>;
  /** Deletes a record. */
  delete(id: string, options?: TestChangeOptions): Promise<void>;
  /** Creates, changes and deletes several records: all of them, or with `atomic: false` each by itself. */
  batch<
    E extends ExpandPath<A, N> = never,
    F extends FieldPath<A, N, E> = never,
    Atomic extends boolean = true,
  >(
    items: readonly BatchItem<R>[],
    options?: AnswerOptions<E, F> & TestWriteOptions & { readonly atomic?: Atomic },
  ): Promise<readonly TestBatchResult<SelectedRow<A, N, E, F>, Atomic>[]>;
}

/** A command or query: with the record's id first where it is about one. */
export type CustomOperationOf<A extends ApiShape, O extends OperationShape> = [O["answers"]] extends [never]
  ? O["on"] extends "row"
    ? (id: string, ...rest: Rest<O, TestChangeOptions>) => Promise<O["output"]>
    : (...rest: Rest<O, TestWriteOptions>) => Promise<O["output"]>
  : O["on"] extends "row"
    ? <E extends ExpandPath<A, O["answers"]> = never, F extends FieldPath<A, O["answers"], E> = never>(
        id: string,
        ...rest: Rest<O, AnswerOptions<E, F> & TestChangeOptions>
      ) => Promise<SelectedRow<A, O["answers"], E, F>>
    : <E extends ExpandPath<A, O["answers"]> = never, F extends FieldPath<A, O["answers"], E> = never>(
        ...rest: Rest<O, AnswerOptions<E, F> & TestWriteOptions>
      ) => Promise<SelectedRow<A, O["answers"], E, F>>;

/** The input may be left out where nothing in it must be given. */
type Rest<O extends OperationShape, Options> = [Record<never, never>] extends [O["input"]]
  ? [input?: O["input"], options?: Options]
  : [input: O["input"], options?: Options];
