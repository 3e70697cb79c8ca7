import type { ApiShape, OperationShape, ResourceShape, StandardName } from "./api-shape.ts";
import type { Call } from "./attempt.ts";
import type { BatchItem, BatchResult, BatchWritten } from "./batch.ts";
import type { CallOptions, ChangeOptions, WriteOptions } from "./call-options.ts";
import type { ExportRequest, ImportOptions, ImportSource, Operation } from "./operation.ts";
import type { Pages } from "./pages.ts";
import type { ExpandPath, FieldPath, FilterOf, ResourceIn, SelectedRow, SortKey } from "./selected-row.ts";

/** The operations of an API, by resource; those of no resource by their own names. */
export type Client<A extends ApiShape> = {
  readonly [N in keyof A["resources"] & string]: ResourceClient<A, N>;
} & {
  readonly [N in keyof A["operations"] & string]: CustomMethod<A, A["operations"][N]>;
};

/** The operations of one resource. */
export type ResourceClient<A extends ApiShape, N extends string> = Pick<
  StandardMethods<A, N, ResourceIn<A, N>>,
  ResourceIn<A, N>["standard"] & StandardName
> & {
  readonly [C in keyof ResourceIn<A, N>["custom"] & string]: CustomMethod<A, ResourceIn<A, N>["custom"][C]>;
};

/** What to show of a record. */
export interface AnswerOptions<E extends string, F extends string> {
  /** Relations to embed, also several levels: `customer`, `lines.product`. */
  readonly expand?: readonly E[];
  /** Fields to show instead of all; those of an expanded relation by path. */
  readonly fields?: readonly F[];
}

/** What to list. */
export interface ListOptions<R extends ResourceShape, E extends string, F extends string>
  extends AnswerOptions<E, F>,
    CallOptions {
  readonly filter?: FilterOf<R>;
  /** Keys in the order of their weight; `-` for descending. The id breaks ties. */
  readonly sort?: SortKey<R> | readonly SortKey<R>[];
  /** Records on a page, at most the resource's `maxLimit`. */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Options of a batch. */
export interface BatchOptions<E extends string, F extends string, Atomic extends boolean = boolean>
  extends AnswerOptions<E, F>,
    WriteOptions {
  /** Whether one failure undoes all, and is thrown. With `false` items stand by themselves. @defaultValue true */
  readonly atomic?: Atomic;
}

/** The results of a batch, as its caller asked for them: those of an atomic one are all good. */
export type BatchCall<Row, Atomic extends boolean> = Call<
  readonly (boolean extends Atomic
    ? BatchResult<Row>
    : Atomic extends true
      ? BatchWritten<Row>
      : BatchResult<Row>)[]
>;

/** The operations that every resource may have. */
interface StandardMethods<A extends ApiShape, N extends string, R extends ResourceShape> {
  /** Reads a page when it is awaited, and every record when it is walked with `for await`. */
  list<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    options?: ListOptions<R, E, F>,
  ): Pages<SelectedRow<A, N, E, F>>;
  /** Reads one record. */
  get<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    id: string,
    options?: AnswerOptions<E, F> & CallOptions & Pick<ChangeOptions, "ifMatch">,
  ): Call<SelectedRow<A, N, E, F>>;
  /** Creates a record and gives it back. */
  create<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    data: R["create"],
    options?: AnswerOptions<E, F> & WriteOptions,
  ): Call<SelectedRow<A, N, E, F>>;
  /** Changes what is given and nothing else (a merge patch): null removes, lists are replaced whole. */
  update<E extends ExpandPath<A, N> = never, F extends FieldPath<A, N, E> = never>(
    id: string,
    changes: R["update"],
    options?: AnswerOptions<E, F> & ChangeOptions,
  ): Call<SelectedRow<A, N, E, F>>;
  /**
   * Writes the rows of a file, or one by one, each as a single `create` would: answers when they are received, and goes on.
   *
   * @example
   * const operation = await shop.product.import(file, { onConflict: "update", key: ["sku"] });
   * const { created, failed } = await operation.done({ onProgress: ({ progress }) => console.log(progress.done) });
   */
  import(
    source: ImportSource<R["create"]>,
    options?: ImportOptions,
  ): Call<Operation<SelectedRow<A, N, never, never>>>;
  /** Writes every record that the caller may read to a file: answers at once, and goes on. */
  export(
    what?: ExportRequest<FilterOf<R>>,
    options?: WriteOptions,
  ): Call<Operation<SelectedRow<A, N, never, never>>>;
  /** Deletes a record. */
  delete(id: string, options?: ChangeOptions): Call<void>;
  /** Creates, changes and deletes several records: all of them, or with `atomic: false` each by itself. */
  batch<
    E extends ExpandPath<A, N> = never,
    F extends FieldPath<A, N, E> = never,
    Atomic extends boolean = true,
  >(
    items: readonly BatchItem<R>[],
    options?: BatchOptions<E, F, Atomic>,
  ): BatchCall<SelectedRow<A, N, E, F>, Atomic>;
}

/** A command or query: with the record's id first where it is about one. */
export type CustomMethod<A extends ApiShape, O extends OperationShape> = [O["answers"]] extends [never]
  ? O["on"] extends "row"
    ? (id: string, ...rest: Rest<O, ChangeOptions>) => Call<O["output"], O["errors"]>
    : (...rest: Rest<O, WriteOptions>) => Call<O["output"], O["errors"]>
  : O["on"] extends "row"
    ? <E extends ExpandPath<A, O["answers"]> = never, F extends FieldPath<A, O["answers"], E> = never>(
        id: string,
        ...rest: Rest<O, AnswerOptions<E, F> & ChangeOptions>
      ) => Call<SelectedRow<A, O["answers"], E, F>, O["errors"]>
    : <E extends ExpandPath<A, O["answers"]> = never, F extends FieldPath<A, O["answers"], E> = never>(
        ...rest: Rest<O, AnswerOptions<E, F> & WriteOptions>
      ) => Call<SelectedRow<A, O["answers"], E, F>, O["errors"]>;

/** The input may be left out where nothing in it must be given. */
type Rest<O extends OperationShape, Options> = [Record<never, never>] extends [O["input"]]
  ? [input?: O["input"], options?: Options]
  : [input: O["input"], options?: Options];
