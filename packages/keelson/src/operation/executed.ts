import type { ListAnswer } from "../data/execute.ts";
import type { BatchItemResult } from "./batch/batch-result.ts";

/** What execution brings back, before it is shaped into an outcome. */
export type Executed =
  | { readonly kind: "rows"; readonly rows: ListAnswer }
  | {
      readonly kind: "record";
      readonly json: string;
      readonly id: string;
      readonly version: number | null;
      readonly created: boolean;
      /** As it was, where the answer comes again; otherwise the selection tells. */
      readonly composed?: boolean | undefined;
    }
  | { readonly kind: "batch"; readonly atomic: boolean; readonly items: readonly BatchItemResult[] }
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "none" };
