import * as ddl from "./ddl.ts";
import type { SchemaChange } from "./schema-change.ts";

/**
 * The stages of a change made in one go: make room for new names, build, link tables to each other (in circles,
 * if they like), and last drop what is left over.
 */
const stages = ["room", "build", "link", "drop"] as const;
type Printed = { readonly [S in (typeof stages)[number]]?: readonly string[] };

/**
 * The changes as statements for one transaction, in the simplest form: they lock and rewrite as they please.
 * For databases that nobody else uses meanwhile: in development, and for what does not exist yet.
 */
export function printDirectly(changes: readonly SchemaChange[]): readonly string[] {
  const printed: readonly Printed[] = [{ room: typesOf(changes) }, ...changes.map(print)];
  return stages.flatMap((stage) => printed.flatMap((statements) => statements[stage] ?? []));
}

/** Schemas and enums that new tables and columns need, each once. */
function typesOf(changes: readonly SchemaChange[]): readonly string[] {
  const columns = changes.flatMap((change) =>
    change.kind === "createTable" ? change.table.columns : change.kind === "addColumn" ? [change.column] : [],
  );
  const schemas = changes.flatMap((change) =>
    change.kind === "createTable" ? ddl.createSchema(change.table.name) : [],
  );
  const enums = columns.flatMap(({ type, enumValues }) =>
    enumValues === undefined ? [] : [ddl.createEnum(type, enumValues)],
  );
  return [...new Set([...schemas, ...enums])];
}

function print(change: SchemaChange): Printed {
  switch (change.kind) {
    case "renameTable":
      return { room: [ddl.renameTable(change.from, change.to)] };
    case "createTable": {
      const { name, indexes, foreignKeys } = change.table;
      return {
        build: [ddl.createTable(change.table), ...indexes.map((index) => ddl.createIndex(name, index))],
        link: foreignKeys.map((key) => ddl.alterTable(name, ddl.addForeignKey(key))),
      };
    }
    case "dropTable":
      return { drop: [ddl.dropTable(change.table.name)] };
    case "dropIndex":
      return { room: [ddl.dropIndex(change.index.name)] };
    case "renameIndex":
      return { build: [ddl.renameIndex(change.from, change.to)] };
    case "createIndex":
      return { build: [ddl.createIndex(change.table, change.index)] };
    case "replaceIndex":
      return {
        room: [ddl.dropIndex(change.index.name)],
        build: [ddl.createIndex(change.table, change.index)],
      };
    default:
      return printAlteration(change, (...actions) => ddl.alterTable(change.table, ...actions));
  }
}

type Alteration = Exclude<
  SchemaChange,
  { kind: "renameTable" | "createTable" | "dropTable" | `${string}Index` }
>;

function printAlteration(change: Alteration, alter: (...actions: string[]) => string): Printed {
  switch (change.kind) {
    case "renameColumn":
      return { room: [alter(ddl.renameColumn(change.from, change.to))] };
    case "renameConstraint":
      return { build: [alter(ddl.renameConstraint(change.from, change.to))] };
    case "dropForeignKey":
      return { room: [alter(ddl.dropConstraint(change.foreignKey.name))] };
    case "dropCheck":
      return { room: [alter(ddl.dropConstraint(change.check.name))] };
    case "addColumn":
      return { build: [alter(ddl.addColumn(change.column))] };
    case "changeType":
      return { build: [alter(...changeType(change))] };
    case "changeDefault":
      return { build: [alter(ddl.setDefault(change.column))] };
    case "allowNull":
      return { build: [alter(ddl.dropNotNull(change.column.name))] };
    case "requireValue": {
      const { name, default: fill } = change.column;
      const filled = fill === undefined ? [] : [ddl.fillColumn(change.table, name)];
      return { build: [...filled, alter(ddl.setNotNull(name))] };
    }
    case "addCheck":
      return { build: [alter(ddl.addCheck(change.check))] };
    case "replaceCheck":
      return {
        room: [alter(ddl.dropConstraint(change.check.name))],
        build: [alter(ddl.addCheck(change.check))],
      };
    case "addForeignKey":
      return { link: [alter(ddl.addForeignKey(change.foreignKey))] };
    case "replaceForeignKey":
      return {
        room: [alter(ddl.dropConstraint(change.foreignKey.name))],
        link: [alter(ddl.addForeignKey(change.foreignKey))],
      };
    case "dropColumn":
      return { drop: [alter(ddl.dropColumn(change.column.name))] };
    default:
      return change satisfies never;
  }
}

/** The default goes meanwhile: the old one may not be of the new type. */
function changeType(change: Extract<SchemaChange, { kind: "changeType" }>): string[] {
  if (change.effect === "free") return [ddl.setType(change.column)];
  const { column } = change;
  const bare = { ...column };
  delete (bare as { default?: string }).default;
  return [
    ddl.setDefault(bare),
    ddl.convertType(column, change.from),
    ...(column.default === undefined ? [] : [ddl.setDefault(column)]),
  ];
}
