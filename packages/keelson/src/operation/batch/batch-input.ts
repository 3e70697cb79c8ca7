import { type Fault, KeelsonError } from "../../base/error.ts";
import { jsonPointer } from "../../base/json-pointer.ts";
import type { StandardOperationModel } from "../../model/app-model.ts";

/** What a batch is after validation: `call.input` of the steps that follow. */
export interface BatchInput {
  /** Whether one failure undoes all. */
  readonly atomic: boolean;
  readonly items: readonly PreparedItem[];
}

/** An item that can be run, or why it cannot. */
export type PreparedItem = RunnableItem | FailedItem;

export interface RunnableItem {
  readonly ok: true;
  /** Where it is in the request, from 0. */
  readonly index: number;
  readonly operation: StandardOperationModel;
  /** Undefined for creations. */
  readonly id: string | undefined;
  /** The versions that may be changed; null for any. */
  readonly versions: readonly number[] | null;
  /** Valid; undefined for deletions. */
  readonly input: Readonly<Record<string, unknown>> | undefined;
}

export interface FailedItem {
  readonly ok: false;
  readonly index: number;
  readonly id: string | undefined;
  /** Its pointers are into the request. */
  readonly error: KeelsonError;
}

/** Where the item is, in the request. */
export const itemPointer = (index: number, ...path: readonly (string | number)[]): string =>
  jsonPointer(["items", index, ...path]);

/** The error of a single call as the error of an item: what it says about the record is said about `data`. */
export function errorOfItem(error: KeelsonError, index: number): KeelsonError {
  const errors = error.errors.map(
    (fault): Fault =>
      fault.pointer === undefined
        ? fault
        : { ...fault, pointer: `${itemPointer(index, "data")}${fault.pointer.replace(/^#/, "")}` },
  );
  return withErrors(error, errors);
}

/** The same error with other faults. */
export const withErrors = (error: KeelsonError, errors: readonly Fault[]): KeelsonError =>
  new KeelsonError(error.code, error, {
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    errors,
    members: error.members,
    headers: error.headers,
    cause: error.cause,
  });

/** The error of a batch that one item has ended: it says which. */
export function errorOfBatch({ error, index }: FailedItem): KeelsonError {
  const pointed = error.errors.some((fault) => fault.pointer !== undefined);
  if (pointed) return error;
  const detail = error.detail ?? `${error.title}.`;
  return withErrors(error, [...error.errors, { pointer: itemPointer(index), code: error.code, detail }]);
}
