import type { KeelsonError } from "../../base/error.ts";
import type { WriteKind } from "../../model/app-model.ts";

/** What became of one item. */
export type BatchItemResult = WrittenItem | RefusedItem;

export interface WrittenItem {
  readonly ok: true;
  readonly kind: WriteKind;
  readonly id: string;
  /** Null for deletions. */
  readonly version: number | null;
  /** The record as JSON text; null for deletions. */
  readonly json: string | null;
  /** True when relations were embedded, so that `version` alone does not identify the content. */
  readonly composed: boolean;
}

export interface RefusedItem {
  readonly ok: false;
  /** As it was sent, where it was. */
  readonly id: string | undefined;
  readonly error: KeelsonError;
}

/** As the single call would be answered over HTTP. */
export const statusOf = (result: BatchItemResult): number =>
  !result.ok ? result.error.status : result.kind === "create" ? 201 : result.kind === "update" ? 200 : 204;
