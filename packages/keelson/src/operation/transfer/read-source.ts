import type { FieldSpec } from "../../declare/field-spec.ts";
import { isCreatable, isUpdatable } from "../../model/json-schema.ts";
import { readCsv } from "../../transfer/read-csv.ts";
import { readNdjson } from "../../transfer/read-ndjson.ts";
import type { SourceRows } from "../../transfer/source-row.ts";
import { wordedResource } from "./export-rows.ts";
import type { TransferContext } from "./transfer-context.ts";
import type { ImportRequest } from "./transfer-request.ts";

/** Bytes that one row may have: as many as the body of a single write. */
const maxRowBytes = 1_048_576;

/** The rows of a file, for a resource. */
export function readSource(
  context: TransferContext,
  request: ImportRequest,
  bytes: AsyncIterable<Uint8Array>,
): SourceRows {
  const limits = { maxRowBytes };
  if (request.format === "ndjson") return readNdjson(bytes, limits);
  return readCsv(bytes, { ...csvFields(context, request), limits });
}

/** The columns that a CSV file may have, and those that it must have. */
function csvFields(
  context: TransferContext,
  { key, ignore, onConflict }: ImportRequest,
): { readonly fields: ReadonlyMap<string, FieldSpec>; readonly required: readonly string[] } {
  const { trusted } = context;
  const all = [...wordedResource(context).fields.values()];
  const written = all.filter((field) => isCreatable(field, trusted) || isUpdatable(field, trusted));
  const passedOver = all.filter(({ name }) => ignore.includes(name) || key.includes(name));
  const required = written.filter(({ name, required: must }) => must && !ignore.includes(name));
  return {
    fields: new Map([...written, ...passedOver].map(({ name, spec }) => [name, spec])),
    required: onConflict === "update" ? key : [...new Set([...required.map(({ name }) => name), ...key])],
  };
}
