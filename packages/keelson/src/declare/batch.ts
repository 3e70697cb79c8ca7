import type { KeelsonError } from "../base/error.ts";
import type { CreateOf, ResourceTypes, RowOf, UpdateOf } from "./row.ts";

/** One write of a batch. */
export type BatchItem<R extends ResourceTypes> =
  | { readonly operation: "create"; readonly data: CreateOf<R> }
  | {
      readonly operation: "update";
      readonly id: string;
      readonly data: UpdateOf<R>;
      /** Only if nobody else has changed the record. */
      readonly version?: number;
    }
  | {
      readonly operation: "delete";
      readonly id: string;
      /** Only if nobody else has changed the record. */
      readonly version?: number;
    };

/** What an item of a batch has done. */
export interface BatchWritten<Row> {
  readonly ok: true;
  /** As over HTTP: 201 created, 200 changed, 204 deleted. */
  readonly status: 200 | 201 | 204;
  readonly id: string;
  /** The record as it is then; undefined for deletions. */
  readonly data: Row | undefined;
}

/** Why an item of a batch has done nothing. */
export interface BatchRefused {
  readonly ok: false;
  readonly status: number;
  readonly id: string | undefined;
  /** Its pointers are into the batch: `#/items/3/data/price`. */
  readonly error: KeelsonError;
}

/** What became of an item of a batch whose items stand by themselves. */
export type BatchResult<Row> = BatchWritten<Row> | BatchRefused;

/** See {@link Batch}. */
export interface BatchCallOptions<Atomic extends boolean = boolean> {
  /** Whether one failure undoes all. @defaultValue true */
  readonly atomic?: Atomic;
}

/**
 * Writes up to 1,000 records of one resource in a few statements, each under the rules and checks of the single call.
 * Answers in the order of the items. What is written is what single calls one after the other would write; no record
 * may be changed twice.
 *
 * @throws KeelsonError for an atomic batch whatever its first failing item would throw, or `validation_failed` with all
 * that is not valid; `conflict` when others hold or change the same records
 */
export interface Batch {
  <R extends ResourceTypes>(
    resource: R,
    items: readonly BatchItem<R>[],
    options?: BatchCallOptions<true>,
  ): Promise<readonly BatchWritten<RowOf<R>>[]>;
  <R extends ResourceTypes>(
    resource: R,
    items: readonly BatchItem<R>[],
    options: BatchCallOptions,
  ): Promise<readonly BatchResult<RowOf<R>>[]>;
}
