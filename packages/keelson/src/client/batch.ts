import type { ResourceShape } from "./api-shape.ts";
import type { Problem } from "./call-error.ts";

/** One write of a batch: of the kinds that the resource offers. */
export type BatchItem<R extends ResourceShape> =
  | Offered<R, "create", { readonly operation: "create"; readonly data: R["create"] }>
  | Offered<R, "update", { readonly operation: "update"; readonly data: R["update"] } & BatchTarget>
  | Offered<R, "delete", { readonly operation: "delete" } & BatchTarget>;

type Offered<R extends ResourceShape, Kind extends string, Item> = Kind extends R["standard"] ? Item : never;

/** Which record an item is about. */
export interface BatchTarget {
  readonly id: string;
  /** Only when the record still has this `version` (or this entity tag). */
  readonly ifMatch?: number | string;
}

/** What an item of a batch has done. */
export interface BatchWritten<Row> {
  readonly ok: true;
  /** 201 created, 200 changed, 204 deleted. */
  readonly status: number;
  readonly id: string;
  /** The version as an entity tag; undefined for deletions. */
  readonly etag?: string;
  /** The record as it is then; undefined for deletions. */
  readonly data?: Row;
}

/** Why an item of a batch has done nothing. */
export interface BatchRefused {
  readonly ok: false;
  readonly status: number;
  /** As it was sent. */
  readonly id?: string;
  /** Its pointers are into the batch: `#/items/3/data/price`. */
  readonly problem: Problem;
}

/** What became of an item of a batch whose items stand by themselves. */
export type BatchResult<Row> = BatchWritten<Row> | BatchRefused;

/** The items of an answer, told apart by `ok`. */
export function batchResults(answer: unknown): readonly BatchResult<unknown>[] {
  const { items } = answer as { readonly items: readonly { readonly problem?: Problem }[] };
  return items.map((item) => ({ ok: item.problem === undefined, ...item }) as BatchResult<unknown>);
}
