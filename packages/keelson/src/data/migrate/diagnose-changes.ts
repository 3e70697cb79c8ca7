import type { Diagnostic } from "../../base/diagnostic.ts";
import { newColumns, type SchemaChange } from "./schema-change.ts";

/**
 * What a developer has to know before the changes become migrations: errors for what cannot be done to a table
 * in use, warnings for what depends on the rows that are there.
 */
export function diagnoseChanges(changes: readonly SchemaChange[]): readonly Diagnostic[] {
  const isNew = newColumns(changes);
  return changes.flatMap((change) => diagnose(change, isNew) ?? []);
}

function diagnose(change: SchemaChange, isNew: ReturnType<typeof newColumns>): Diagnostic | undefined {
  switch (change.kind) {
    case "renameTable":
    case "renameColumn":
      return warning(
        "rename-stops-old-code",
        change.kind === "renameTable"
          ? `resource "${change.resource}"`
          : `resource "${change.resource}", field "${change.field}"`,
        `"${change.from}" becomes "${change.to}": the version of the code that is running fails from then on, and the new one needs it.`,
        "Stop the old version, apply, start the new one. Where that is too long, add a new field beside the old one and move over in steps.",
      );
    case "addColumn":
      return change.column.nullable || change.column.default !== undefined
        ? undefined
        : error(
            "required-column",
            fieldOf(change),
            "It is new and required, so the records that exist would have no value for it.",
            "Give it `.default(…)`. Or make it `.optional()` now, fill it in a data migration, and require it in a later version.",
          );
    case "changeType":
      return change.effect === "free" ? undefined : typeChange(change);
    case "requireValue":
      return change.column.default !== undefined
        ? undefined
        : warning(
            "null-rows",
            fieldOf(change),
            "It becomes required and has no default: the migration fails while records without a value exist.",
            "Fill them in a data migration that comes before, or give it `.default(…)`.",
          );
    case "addCheck":
    case "replaceCheck":
      return change.check.columns.every((column) => isNew(change.table, column)) ||
        (change.kind === "replaceCheck" && change.effect === "wider")
        ? undefined
        : warning(
            "narrower-values",
            `resource "${change.resource}", ${change.check.columns.join(" and ")}`,
            "Its values are held to a new bound: the migration fails while records beyond it exist.",
            "Correct such records in a data migration that comes before.",
          );
    case "createIndex":
      return !change.index.unique
        ? undefined
        : warning(
            "new-unique",
            `resource "${change.resource}", ${change.index.columns.map(({ column }) => column).join(" and ")}`,
            "It becomes unique: the migration fails while two records share a value.",
            "Remove duplicates in a data migration that comes before.",
          );
    case "dropColumn":
      return change.column.field !== "deletedAt"
        ? undefined
        : warning(
            "undeleted-rows",
            `resource "${change.resource}"`,
            "It no longer marks records as deleted: those that are marked come back.",
            "Delete them in a data migration that comes before.",
          );
    default:
      return undefined;
  }
}

function typeChange(change: Extract<SchemaChange, { kind: "changeType" }>): Diagnostic {
  const { from, effect, column } = change;
  const harm =
    effect === "lossless"
      ? "PostgreSQL would rewrite the whole table and stop all reads and writes meanwhile."
      : "values may not fit, and the version of the code that is running expects the old type.";
  return error(
    "type-change",
    fieldOf(change),
    `Its column would change from ${from} to ${column.type}: ${harm}`,
    "In three versions: add the new field beside it and write both; copy the old values in a data migration; " +
      "read the new field and remove the old one.",
  );
}

const fieldOf = (change: {
  readonly resource: string;
  readonly column: { readonly field: string };
}): string => `resource "${change.resource}", field "${change.column.field}"`;

const error = (code: string, where: string, what: string, instead: string): Diagnostic => ({
  code,
  severity: "error",
  where,
  what,
  instead,
});

const warning = (code: string, where: string, what: string, instead: string): Diagnostic => ({
  ...error(code, where, what, instead),
  severity: "warning",
});
