import { type Diagnostic, DiagnosticError } from "../../base/diagnostic.ts";
import { diff } from "./diff-snapshots.ts";
import type { SchemaSnapshot } from "./schema-snapshot.ts";

/** True when two snapshots ask for the same tables, whatever their renames say. */
export function sameSchema(a: SchemaSnapshot, b: SchemaSnapshot): boolean {
  try {
    return diff(a, b).length === 0;
  } catch (error) {
    if (error instanceof DiagnosticError) return false;
    throw error;
  }
}

/** What to do with migrations on a database whose schema `keelson dev` has made. */
export function developmentDatabase(pending: number, inStep: boolean): Diagnostic {
  const files = pending === 1 ? "1 migration" : `${pending} migrations`;
  return inStep
    ? {
        code: "development-database",
        severity: "error",
        where: "DATABASE_URL",
        what: `\`keelson dev\` has brought this database to the schema that ${files} lead to; their SQL would do it again.`,
        instead:
          "Run `keelson migrate apply --baseline`, which records them as applied without running them.",
      }
    : {
        code: "development-database",
        severity: "error",
        where: "DATABASE_URL",
        what: `\`keelson dev\` has given this database another schema than the one that ${files} lead to.`,
        instead:
          "Apply migrations to a database of their own, or start this one afresh with `keelson db reset`. " +
          "If the model is ahead of the migrations, run `keelson migrate create` first.",
      };
}
