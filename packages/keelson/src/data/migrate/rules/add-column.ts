import type { ColumnDef, Constraint } from "libpg-query";
import { defaultVolatility } from "../default-volatility.ts";
import { pgType, printPgType } from "../pg-type.ts";
import { readableIdentifier } from "../readable-identifier.ts";
import { strings } from "../sql-name.ts";
import { constraintsOf } from "../statement-lock.ts";
import type { AlterSubject, Problem } from "./statement-check.ts";

const serials: ReadonlySet<string> = new Set([
  "serial",
  "serial2",
  "serial4",
  "serial8",
  "bigserial",
  "smallserial",
]);

interface NewColumn {
  readonly def: ColumnDef;
  readonly constraints: readonly Constraint[];
  /** As SQL. */
  readonly name: string;
  readonly type: string;
}

/** ADD COLUMN is a change of the catalogue alone, unless rows must get values or be looked at. */
export function* checkAddColumn(subject: AlterSubject): Iterable<Problem> {
  const { subtype, def } = subject.command;
  if (subtype !== "AT_AddColumn" || def === undefined || !("ColumnDef" in def)) return;
  const column: NewColumn = {
    def: def.ColumnDef,
    constraints: constraintsOf(def.ColumnDef.constraints),
    name: readableIdentifier(def.ColumnDef.colname ?? ""),
    type: def.ColumnDef.typeName === undefined ? "" : printPgType(pgType(def.ColumnDef.typeName)),
  };
  yield* checkIdentity(subject, column);
  yield* checkDefault(subject, column);
  yield* checkGenerated(subject, column);
  yield* checkDomain(subject, column);
  yield* checkNotNull(subject, column);
  for (const constraint of column.constraints) yield* checkInlineConstraint(subject, column, constraint);
}

function has(column: NewColumn, type: Constraint["contype"]): boolean {
  return column.constraints.some(({ contype }) => contype === type);
}

function isNumbered(column: NewColumn): boolean {
  return serials.has(column.type) || has(column, "CONSTR_IDENTITY");
}

function* checkIdentity({ tableSql }: AlterSubject, column: NewColumn): Iterable<Problem> {
  if (!isNumbered(column)) return;
  const how = serials.has(column.type) ? column.type : "an identity";
  const type = { serial8: "bigint", bigserial: "bigint", serial2: "smallint", smallserial: "smallint" }[
    column.type
  ];
  yield {
    rule: "add-column-identity",
    at: column.def.location,
    what: `Adding column ${column.name} as ${how} numbers every row: ${tableSql} is rewritten under ACCESS EXCLUSIVE.`,
    instead:
      "Add a plain column, number new rows by a sequence, fill the old ones in batches:\n" +
      `  ALTER TABLE ${tableSql} ADD COLUMN ${column.name} ${type ?? "bigint"};\n` +
      `  CREATE SEQUENCE …;\n` +
      `  ALTER TABLE ${tableSql} ALTER COLUMN ${column.name} SET DEFAULT nextval('…');`,
  };
}

function* checkDefault({ tableSql }: AlterSubject, column: NewColumn): Iterable<Problem> {
  const expression = column.constraints.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
  if (expression === undefined) return;
  const volatility = defaultVolatility(expression);
  if (volatility.kind === "steady") return;
  const call = `${volatility.function}()`;
  const instead =
    `Add the column without the default, set it for new rows, then fill the old ones in batches:\n` +
    `  ALTER TABLE ${tableSql} ADD COLUMN ${column.name} ${column.type};\n` +
    `  ALTER TABLE ${tableSql} ALTER COLUMN ${column.name} SET DEFAULT …;`;
  yield volatility.kind === "volatile"
    ? {
        rule: "add-column-volatile-default",
        at: expressionPlace(column),
        what: `${call} gives every row its own value: adding column ${column.name} rewrites ${tableSql} under ACCESS EXCLUSIVE.`,
        instead,
      }
    : {
        rule: "add-column-volatile-default",
        at: expressionPlace(column),
        severity: "warning",
        what:
          `Adding column ${column.name} rewrites ${tableSql} under ACCESS EXCLUSIVE, ` +
          `unless ${call} is declared STABLE or IMMUTABLE.`,
        instead,
      };
}

function expressionPlace(column: NewColumn): number | undefined {
  return (
    column.constraints.find(({ contype }) => contype === "CONSTR_DEFAULT")?.location ?? column.def.location
  );
}

function* checkGenerated({ tableSql }: AlterSubject, column: NewColumn): Iterable<Problem> {
  const generated = column.constraints.find(({ contype }) => contype === "CONSTR_GENERATED");
  // Computed on reading: nothing to store (PostgreSQL 18).
  if (generated === undefined || generated.generated_kind === "v") return;
  yield {
    rule: "add-column-generated-stored",
    at: generated.location ?? column.def.location,
    what: `Computing column ${column.name} for every row rewrites ${tableSql} under ACCESS EXCLUSIVE.`,
    instead:
      "Make it VIRTUAL (PostgreSQL 18), or add a plain column that a trigger keeps, and fill old rows in batches:\n" +
      `  ALTER TABLE ${tableSql} ADD COLUMN ${column.name} ${column.type};`,
  };
}

function* checkDomain({ state, tableSql }: AlterSubject, column: NewColumn): Iterable<Problem> {
  const type = strings(column.def.typeName?.names).join(".");
  if (!state.isConstrainedDomain(type)) return;
  yield {
    rule: "add-column-constrained-domain",
    at: column.def.location,
    what: `${column.type} is a domain with a constraint: adding column ${column.name} rewrites ${tableSql} under ACCESS EXCLUSIVE.`,
    instead:
      "Use the base type and a constraint that is validated later:\n" +
      `  ALTER TABLE ${tableSql} ADD COLUMN ${column.name} …;\n` +
      `  ALTER TABLE ${tableSql} ADD CONSTRAINT … CHECK (…) NOT VALID;`,
  };
}

function* checkNotNull({ tableSql }: AlterSubject, column: NewColumn): Iterable<Problem> {
  if (!has(column, "CONSTR_NOTNULL") && !has(column, "CONSTR_PRIMARY")) return;
  const value = column.constraints.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
  const isNull = value !== undefined && "A_Const" in value && value.A_Const.isnull === true;
  if ((value !== undefined && !isNull) || isNumbered(column) || has(column, "CONSTR_GENERATED")) return;
  yield {
    rule: "add-column-not-null",
    at: column.def.location,
    what:
      `Column ${column.name} is NOT NULL without a default: it fails when ${tableSql} has a row, ` +
      "and running code that does not know the column can no longer insert.",
    instead:
      "Give it a constant default (no rewrite), or add it nullable now and make it NOT NULL in a contract migration:\n" +
      `  ALTER TABLE ${tableSql} ADD COLUMN ${column.name} ${column.type} NOT NULL DEFAULT …;`,
  };
}

/** Constraints written behind the column; their table forms are checked in `add-constraint.ts`. */
function* checkInlineConstraint(
  { tableSql }: AlterSubject,
  column: NewColumn,
  constraint: Constraint,
): Iterable<Problem> {
  const at = constraint.location ?? column.def.location;
  const add = `  ALTER TABLE ${tableSql} ADD COLUMN ${column.name} ${column.type};\n`;
  const enforced = constraint.is_enforced === true;
  if (constraint.contype === "CONSTR_CHECK" && constraint.initially_valid) {
    yield {
      rule: "add-check-scans",
      at,
      what: `The CHECK on column ${column.name} reads all of ${tableSql} under ACCESS EXCLUSIVE.`,
      instead:
        "Add the column, then the constraint NOT VALID, and validate it in a migration of its own:\n" +
        `${add}  ALTER TABLE ${tableSql} ADD CONSTRAINT … CHECK (…) NOT VALID;\n` +
        `  ALTER TABLE ${tableSql} VALIDATE CONSTRAINT …;  -- next file`,
    };
  }
  if (constraint.contype === "CONSTR_UNIQUE" || constraint.contype === "CONSTR_PRIMARY") {
    const kind = constraint.contype === "CONSTR_UNIQUE" ? "UNIQUE" : "PRIMARY KEY";
    yield {
      rule: "add-constraint-builds-index",
      at,
      what: `${kind} on column ${column.name} builds an index on ${tableSql} under ACCESS EXCLUSIVE.`,
      instead:
        'Add the column, build the index concurrently in a file with "transaction: no", then take it over:\n' +
        `${add}  CREATE UNIQUE INDEX CONCURRENTLY … ON ${tableSql} (${column.name});\n` +
        `  ALTER TABLE ${tableSql} ADD CONSTRAINT … ${kind} USING INDEX …;`,
    };
  }
  // Where the new column is null everywhere, PostgreSQL knows that there is nothing to look up.
  const filled = has(column, "CONSTR_DEFAULT") || has(column, "CONSTR_GENERATED") || isNumbered(column);
  if (constraint.contype === "CONSTR_FOREIGN" && enforced && filled) {
    yield {
      rule: "add-foreign-key-scans",
      at,
      what: `With a default, the reference of column ${column.name} is looked up for every row of ${tableSql} under lock.`,
      instead:
        "Add the column without the default, or the reference NOT VALID, and validate it in a migration of its own:\n" +
        `${add}  ALTER TABLE ${tableSql} ADD CONSTRAINT … FOREIGN KEY (${column.name}) REFERENCES … NOT VALID;`,
    };
  }
}
