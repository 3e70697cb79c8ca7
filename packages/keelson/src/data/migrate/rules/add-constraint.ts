import type { ColumnRef, Constraint, Node } from "libpg-query";
import { nameSql, relationName, strings } from "../sql-name.ts";
import { walkTree } from "../walk-tree.ts";
import { setNotNullScans } from "./alter-column.ts";
import type { AlterSubject, Problem, Subject } from "./statement-check.ts";

/** ALTER TABLE … ADD CONSTRAINT and what it does to rows that are there and writers that are running. */
export function* checkAddConstraint(subject: AlterSubject): Iterable<Problem> {
  const { command, tableSql } = subject;
  if (command.subtype !== "AT_AddConstraint" || command.def === undefined || !("Constraint" in command.def))
    return;
  const constraint = command.def.Constraint;
  const at = constraint.location;
  const name = constraint.conname === undefined ? "…" : nameSql(constraint.conname);
  if (isUnenforced(constraint)) return;
  switch (constraint.contype) {
    case "CONSTR_CHECK":
    case "CONSTR_FOREIGN":
      if (!constraint.skip_validation) yield { ...scans(tableSql, name, constraint), at };
      break;
    case "CONSTR_NOTNULL":
      if (!constraint.skip_validation) {
        for (const column of strings(constraint.keys))
          yield { ...setNotNullScans(tableSql, nameSql(column)), at };
      }
      break;
    case "CONSTR_UNIQUE":
    case "CONSTR_PRIMARY":
    case "CONSTR_EXCLUSION":
      yield* checkIndexConstraint(subject, constraint, name);
      break;
    default:
      return;
  }
  // An index that is taken over has rejected those writes since it was built.
  if (constraint.indexname !== undefined) return;
  for (const problem of rejectsOldWrites(subject, subject.table, constrained(constraint), at)) {
    yield replaces(subject, constraint) ? { ...problem, severity: "info" } : problem;
  }
}

/** Running code has kept a constraint of this name so far; the new one may well ask for less. */
function replaces({ dropped, state, table }: AlterSubject, { conname = "" }: Constraint): boolean {
  return dropped.includes(conname) || state.wasConstraintDropped(table, conname);
}

/** NOT ENFORCED (PostgreSQL 18) looks at no row. */
function isUnenforced({ contype, is_enforced }: Constraint): boolean {
  return (contype === "CONSTR_CHECK" || contype === "CONSTR_FOREIGN") && is_enforced !== true;
}

function scans(tableSql: string, name: string, { contype, pktable }: Constraint): Omit<Problem, "at"> {
  const later = `  ALTER TABLE ${tableSql} VALIDATE CONSTRAINT ${name};  -- next file; writes go on`;
  if (contype === "CONSTR_CHECK") {
    return {
      rule: "add-check-scans",
      what: `The CHECK reads all of ${tableSql} under ACCESS EXCLUSIVE: nobody reads or writes meanwhile.`,
      instead:
        "Add it NOT VALID, and validate it in a migration of its own:\n" +
        `  ALTER TABLE ${tableSql} ADD CONSTRAINT ${name} CHECK (…) NOT VALID;\n${later}`,
    };
  }
  const other = pktable === undefined ? "the other table" : nameSql(relationName(pktable));
  return {
    rule: "add-foreign-key-scans",
    what: `The foreign key looks up every row of ${tableSql}; nobody writes to it or to ${other} meanwhile.`,
    instead:
      "Add it NOT VALID, and validate it in a migration of its own:\n" +
      `  ALTER TABLE ${tableSql} ADD CONSTRAINT ${name} FOREIGN KEY (…) REFERENCES ${other} NOT VALID;\n${later}`,
  };
}

function* checkIndexConstraint(
  { state, table, tableSql }: AlterSubject,
  constraint: Constraint,
  name: string,
): Iterable<Problem> {
  const at = constraint.location;
  const primary = constraint.contype === "CONSTR_PRIMARY";
  if (constraint.indexname !== undefined) {
    if (primary) {
      yield {
        rule: "set-not-null-scans",
        at,
        severity: "info",
        what: `PRIMARY KEY makes its columns NOT NULL: those that are not yet cost a scan of ${tableSql} under lock.`,
        instead: "See that the columns are NOT NULL before the index is taken over.",
      };
    }
    return;
  }
  const exclusion = constraint.contype === "CONSTR_EXCLUSION";
  const columns = strings(constraint.keys);
  yield {
    rule: "add-constraint-builds-index",
    at,
    what: `The constraint builds an index on ${tableSql} under ACCESS EXCLUSIVE: nobody reads or writes meanwhile.`,
    instead: exclusion
      ? "PostgreSQL cannot build it concurrently: add it to a new table and move the rows, or in a maintenance window."
      : 'Build the index concurrently in a file with "transaction: no", then take it over:\n' +
        `  CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${tableSql} (${columns.map(nameSql).join(", ")});\n` +
        `  ALTER TABLE ${tableSql} ADD CONSTRAINT ${name} ${primary ? "PRIMARY KEY" : "UNIQUE"} USING INDEX ${name};`,
  };
  if (primary && !columns.every((column) => state.isProvenNotNull(table, column))) {
    for (const column of columns.filter((key) => !state.isProvenNotNull(table, key))) {
      yield { ...setNotNullScans(tableSql, nameSql(column)), at, severity: "warning" };
    }
  }
}

/** The columns that a constraint looks at. */
function constrained({ keys, fk_attrs, raw_expr, exclusions }: Constraint): readonly string[] {
  return [...strings(keys), ...strings(fk_attrs), ...referencedColumns([raw_expr, exclusions])];
}

/** The columns that expressions and index elements mention. */
export function referencedColumns(tree: unknown): readonly string[] {
  const names: string[] = [];
  for (const { type, fields } of walkTree(tree)) {
    if (type === "ColumnRef") names.push(strings((fields as ColumnRef).fields).at(-1) ?? "");
    if (type === "IndexElem" && "name" in fields) names.push(String(fields.name));
  }
  return names;
}

/** Unless all columns are new, code that runs now writes them without knowing the new condition. */
export function* rejectsOldWrites(
  { phase, state }: Subject,
  table: string,
  columns: readonly string[],
  at: number | undefined,
): Iterable<Problem> {
  if (phase === "contract" || columns.every((column) => state.isNewColumn(table, column))) return;
  const old = [...new Set(columns.filter((column) => !state.isNewColumn(table, column)))];
  yield {
    rule: "constraint-rejects-old-writes",
    at,
    what: `Writes of running code to ${nameSql(table)} (${old.map(nameSql).join(", ")}) that break the condition fail at once, NOT VALID or not.`,
    instead: "Let the code keep the condition first; then add it in a contract migration.",
  };
}

/** SET NOT NULL and its like, where only the column is known. */
export function* checkNotNullForOldWrites(subject: AlterSubject): Iterable<Problem> {
  const { command, table } = subject;
  if (command.subtype !== "AT_SetNotNull" || subject.state.isProvenNotNull(table, command.name ?? "")) return;
  yield* rejectsOldWrites(subject, table, [command.name ?? ""], undefined);
}

/** ALTER DOMAIN … ADD CONSTRAINT or SET NOT NULL reads every table that uses the domain. */
export function* checkDomain(node: Node, { state }: Subject): Iterable<Problem> {
  if (!("AlterDomainStmt" in node)) return;
  const { subtype, def, typeName } = node.AlterDomainStmt;
  const domain = strings(typeName).join(".");
  const deferred = def !== undefined && "Constraint" in def && def.Constraint.skip_validation === true;
  if ((subtype !== "C" && subtype !== "O") || deferred || state.isNewObject(domain)) return;
  yield {
    rule: "domain-constraint-scans",
    what: `Every table with a column of ${nameSql(domain)} is read under SHARE: nobody writes to them meanwhile.`,
    instead:
      "Add a CHECK that is not validated at once, and validate it in a migration of its own:\n" +
      `  ALTER DOMAIN ${nameSql(domain)} ADD CONSTRAINT … CHECK (…) NOT VALID;\n` +
      `  ALTER DOMAIN ${nameSql(domain)} VALIDATE CONSTRAINT …;`,
  };
}
