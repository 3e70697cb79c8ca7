import type { KeelsonError } from "../../base/error.ts";
import type { RowFault } from "../../data/operations/operation-faults.ts";
import type { ResourceModel } from "../../model/app-model.ts";
import type { BadRow } from "../../transfer/source-row.ts";

/** Longer rows are repeated in part. */
const shownLength = 8_000;

/** The line of the report about a row that was refused. */
export function refusedLine(
  resource: ResourceModel,
  { line, members }: { readonly line: number; readonly members: Readonly<Record<string, unknown>> },
  { code, title, detail, errors }: KeelsonError,
): RowFault {
  const pointer = errors[0]?.pointer ?? "#";
  const message =
    detail ??
    (errors.length > 0
      ? errors.map((fault) => `${fault.pointer ?? ""} ${fault.detail}`.trim()).join(" ")
      : title);
  return {
    line,
    report: JSON.stringify({ line, pointer, code, message, errors, input: shown(resource, members) }),
  };
}

/** The line of the report about a row that could not be read. */
export function unreadableLine({ line, fault, input }: BadRow): RowFault {
  const { pointer = "#", detail } = fault;
  const report = {
    line,
    pointer,
    code: "malformed_row",
    message: detail,
    errors: [{ ...fault, pointer }],
    input,
  };
  return { line, report: JSON.stringify(report) };
}

/** The row as it was sent, without what nobody may read. */
function shown({ fields }: ResourceModel, members: Readonly<Record<string, unknown>>): unknown {
  const visible = Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name,
      fields.get(name)?.spec.writeOnly ? "(not shown)" : value,
    ]),
  );
  const text = JSON.stringify(visible);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : visible;
}
