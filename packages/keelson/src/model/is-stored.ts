import type { FieldModel } from "./app-model.ts";

/** Whether a field has a value of its own, be it in columns or made of other fields' columns. */
export const isStored = (field: Pick<FieldModel, "columns" | "parts">): boolean =>
  field.columns.length > 0 || field.parts !== undefined;
