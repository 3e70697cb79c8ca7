import { derivedName } from "../../model/derived-name.ts";
import { quoteIdentifier } from "../../model/quote-identifier.ts";
import * as ddl from "./ddl.ts";
import { type MigrationStep, migrationSteps, type StepName } from "./migration-step.ts";
import { printDirectly } from "./print-directly.ts";
import { newColumns, type SchemaChange } from "./schema-change.ts";
import type { CheckSnapshot, ColumnSnapshot, IndexSnapshot } from "./schema-snapshot.ts";

type Printed = { readonly [S in StepName | keyof typeof settling]?: readonly string[] };
type Kind<K extends SchemaChange["kind"]> = Extract<SchemaChange, { kind: K }>;

/** What needs a strong lock once something is proven: in the same file, after the last proof. */
const settling = { settle: "prove", settleLate: "uphold" } as const satisfies Record<string, StepName>;

/** What the printing of one change has to know of the others. */
interface Context {
  readonly isNew: (table: string, column: string) => boolean;
  /** Index and constraint names that something is about to take. */
  readonly wanted: ReadonlySet<string>;
  readonly renames: boolean;
}

/**
 * The changes as migration files for a database in use: the old code keeps running through every step up to
 * `clear`, no lock is held for longer than it takes to change the catalogue, and whatever reads a whole table
 * does so while others read and write. Pure.
 */
export function printChanges(changes: readonly SchemaChange[]): readonly MigrationStep[] {
  const created = changes.filter((change) => change.kind === "createTable");
  const context = contextOf(changes);
  const printed: readonly Printed[] = [
    // Nobody uses a new table yet, so it comes with everything at once.
    { expand: printDirectly(created) },
    ...changes.map((change) => print(change, context)),
  ];
  return migrationSteps.flatMap(({ step, ...rest }) => {
    const parts = [step, ...Object.entries(settling).flatMap(([part, of]) => (of === step ? [part] : []))];
    const statements = parts.flatMap((part) => printed.flatMap((each) => each[part as keyof Printed] ?? []));
    return statements.length === 0 ? [] : [{ step, ...rest, statements }];
  });
}

function contextOf(changes: readonly SchemaChange[]): Context {
  const wanted = changes.flatMap((change) => {
    if (change.kind === "renameIndex" || change.kind === "renameConstraint") return [change.to];
    return change.kind === "createIndex" ? [change.index.name] : [];
  });
  return {
    isNew: newColumns(changes),
    wanted: new Set(wanted),
    renames: changes.some(({ kind }) => kind === "renameTable" || kind === "renameColumn"),
  };
}

function print(change: SchemaChange, context: Context): Printed {
  switch (change.kind) {
    case "createTable":
      return {};
    case "renameTable":
      return { rename: [ddl.renameTable(change.from, change.to)] };
    case "dropTable":
      return { contract: [ddl.dropTable(change.table.name)] };
    case "renameIndex":
      return { [context.renames ? "rename" : "expand"]: [ddl.renameIndex(change.from, change.to)] };
    case "dropIndex":
      return dropIndex(change, context);
    case "createIndex":
      return { [indexStep(change, context)]: [ddl.createIndex(change.table, change.index, true)] };
    case "replaceIndex":
      return { [change.index.unique ? "swap" : "index"]: replaceIndex(change) };
    default:
      return printAlteration(change, context, (...actions) => ddl.alterTable(change.table, ...actions));
  }
}

/** A plain index still serves the old code; a unique one forbids rows that the new code may write. */
function dropIndex({ index }: Kind<"dropIndex">, { wanted, renames }: Context): Printed {
  if (wanted.has(index.name)) return { [renames ? "rename" : "expand"]: [ddl.dropIndex(index.name)] };
  return { [index.unique ? "index" : "swap"]: [ddl.dropIndex(index.name, true)] };
}

/** The old code may write what a unique index forbids, unless it leaves a column of it empty. */
function indexStep({ table, index }: Kind<"createIndex">, { isNew }: Context): StepName {
  const empty = index.columns.some(({ column }) => isNew(table, column));
  return !index.unique || empty ? "index" : "swap";
}

/** The new index is built beside the old one, so that there is one at all times. */
function replaceIndex({ table, index }: Kind<"replaceIndex">): readonly string[] {
  const beside: IndexSnapshot = { ...index, name: derivedName(index.name, "next") };
  return [
    ddl.createIndex(table, beside, true),
    ddl.dropIndex(index.name, true),
    ddl.renameIndex(beside.name, index.name),
  ];
}

type Alteration = Exclude<
  SchemaChange,
  { kind: "renameTable" | "createTable" | "dropTable" | `${string}Index` }
>;
type Alter = (...actions: readonly string[]) => string;

function printAlteration(change: Alteration, context: Context, alter: Alter): Printed {
  switch (change.kind) {
    case "renameColumn":
      return { rename: [alter(ddl.renameColumn(change.from, change.to))] };
    case "renameConstraint":
      return {
        [context.renames ? "rename" : "expand"]: [alter(ddl.renameConstraint(change.from, change.to))],
      };
    case "addColumn":
      return addColumn(change, alter);
    case "changeType":
      return { expand: [alter(ddl.setType(change.column))] };
    case "changeDefault":
      return { [defaultStep(change.column)]: [alter(ddl.setDefault(change.column))] };
    case "allowNull":
      return { expand: [alter(ddl.dropNotNull(change.column.name))] };
    case "requireValue":
      return requireValue(change, alter);
    case "dropColumn":
      return dropColumn(change, alter);
    case "dropForeignKey":
      // Left alone, it would keep the new code from deleting rows that the old table still refers to.
      return {
        [change.doomed && change.foreignKey.onDelete !== "restrict" ? "contract" : "expand"]: [
          alter(ddl.dropConstraint(change.foreignKey.name)),
        ],
      };
    case "dropCheck":
      return { expand: [alter(ddl.dropConstraint(change.check.name))] };
    default:
      return printConstraint(change, context, alter);
  }
}

type ConstraintChange = Kind<"addCheck" | "replaceCheck" | "addForeignKey" | "replaceForeignKey">;

function printConstraint(change: ConstraintChange, { isNew }: Context, alter: Alter): Printed {
  switch (change.kind) {
    case "addCheck": {
      const added = alter(ddl.notValid(ddl.addCheck(change.check)));
      const fresh = change.check.columns.every((column) => isNew(change.table, column));
      return constrain(fresh, added, alter(ddl.validateConstraint(change.check.name)));
    }
    case "replaceCheck":
      return replaceCheck(change, alter);
    case "addForeignKey": {
      const added = alter(ddl.notValid(ddl.addForeignKey(change.foreignKey)));
      const fresh = isNew(change.table, change.foreignKey.column);
      return constrain(fresh, added, alter(ddl.validateConstraint(change.foreignKey.name)));
    }
    case "replaceForeignKey": {
      const { name } = change.foreignKey;
      const swapped = alter(ddl.dropConstraint(name), ddl.notValid(ddl.addForeignKey(change.foreignKey)));
      return constrain(true, swapped, alter(ddl.validateConstraint(name)));
    }
    default:
      return change satisfies never;
  }
}

/** What the old code cannot violate comes at once; the rest when it is gone. */
const constrain = (atOnce: boolean, added: string, proof: string): Printed =>
  atOnce ? { expand: [added], prove: [proof] } : { contract: [added], uphold: [proof] };

function replaceCheck({ check, effect }: Kind<"replaceCheck">, alter: Alter): Printed {
  const drop = ddl.dropConstraint(check.name);
  const add = ddl.notValid(ddl.addCheck(check));
  const proof = alter(ddl.validateConstraint(check.name));
  if (effect !== "other") return constrain(effect === "wider", alter(drop, add), proof);
  // Neither check holds for both versions of the code; until the old one is gone, only they check.
  return { expand: [alter(drop)], contract: [alter(add)], uphold: [proof] };
}

function addColumn({ table, column }: Kind<"addColumn">, alter: Alter): Printed {
  if (!isVolatile(column)) return { expand: [alter(ddl.addColumn(column))] };
  // With its default it would be a rewrite of the table: every row needs a value of its own.
  const bare: ColumnSnapshot = { name: column.name, type: column.type, nullable: true, field: column.field };
  const added = alter(ddl.addColumn(bare), ddl.setDefault(column));
  const fill = [ddl.fillColumn(table, column.name)];
  if (column.nullable) return { expand: [added], fill };
  const { guard, proof, settled } = notNull(table, column, alter);
  return { expand: [added], fill, guard: [guard], prove: [proof], settle: settled };
}

const isVolatile = ({ default: sql }: ColumnSnapshot): boolean => sql === "gen_random_uuid()";

/** Without a default the old code, which leaves the field out, could not write any more. */
const defaultStep = (column: ColumnSnapshot): StepName =>
  column.default === undefined && !column.nullable ? "contract" : "expand";

function requireValue({ table, column }: Kind<"requireValue">, alter: Alter): Printed {
  const { guard, proof, settled } = notNull(table, column, alter);
  const fill = column.default === undefined ? [] : [ddl.fillColumn(table, column.name)];
  return { clear: fill, contract: [guard], uphold: [proof], settleLate: settled };
}

/** NOT NULL by way of a check: proven without a strong lock, and PostgreSQL then need not look again. */
function notNull(table: string, { name }: ColumnSnapshot, alter: Alter) {
  const check: CheckSnapshot = {
    name: derivedName(table, name, "required"),
    sql: `${quoteIdentifier(name)} is not null`,
    columns: [name],
    allows: {},
  };
  return {
    guard: alter(ddl.notValid(ddl.addCheck(check))),
    proof: alter(ddl.validateConstraint(check.name)),
    // Two statements: in one, PostgreSQL would drop the check first and read the whole table after all.
    settled: [alter(ddl.setNotNull(name)), alter(ddl.dropConstraint(check.name))],
  };
}

function dropColumn({ column }: Kind<"dropColumn">, alter: Alter): Printed {
  const contract = [alter(ddl.dropColumn(column.name))];
  // The new code does not write it, and the old one always does.
  const needed = !column.nullable && column.default === undefined;
  return needed ? { expand: [alter(ddl.dropNotNull(column.name))], contract } : { contract };
}
