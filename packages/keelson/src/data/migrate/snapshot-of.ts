import type { AppModel, FieldModel, IndexModel, ResourceModel } from "../../model/app-model.ts";
import { derivedName } from "../../model/derived-name.ts";
import { quoteIdentifier } from "../../model/quote-identifier.ts";
import { bareTable } from "../../model/table-name.ts";
import { isLikeText } from "../plan/compile-expression.ts";
import {
  type CheckSnapshot,
  type ColumnSnapshot,
  everything,
  type ForeignKeySnapshot,
  type IndexSnapshot,
  type SchemaSnapshot,
  snapshotFormat,
  type TableSnapshot,
} from "./schema-snapshot.ts";

/** The schema that a model asks for. Pure; equal models give equal snapshots. */
export function snapshotOf(model: AppModel): SchemaSnapshot {
  const tables = [...model.resources.values()]
    .filter(({ view }) => !view)
    .flatMap((resource) => [
      resourceTable(model, resource),
      ...[...resource.fields.values()].flatMap((field) => joinTable(model, resource, field)),
    ]);
  return { format: snapshotFormat, tables: tables.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function resourceTable(model: AppModel, resource: ResourceModel): TableSnapshot {
  const fields = [...resource.fields.values()];
  return {
    name: resource.table,
    resource: resource.name,
    ...(resource.renamedFrom === undefined ? {} : { renamedFrom: resource.renamedFrom }),
    columns: [...fields.flatMap(columnsOfField), ...(resource.softDelete ? [deletedAt] : [])],
    primaryKey: { name: resource.keyName, columns: resource.key.parts.map(({ column }) => column) },
    checks: fields.flatMap((field) => checksOfField(resource, field)),
    indexes: resource.indexes.map((index) => indexOf(resource, index)),
    foreignKeys: fields.flatMap((field) => foreignKeysOfField(model, field)),
    ...(resource.unmanaged.length === 0 ? {} : { unmanaged: resource.unmanaged }),
  };
}

const deletedAt: ColumnSnapshot = {
  name: "deleted_at",
  type: "timestamptz",
  nullable: true,
  field: "deletedAt",
};

const primaryKey = (table: string, columns: readonly string[]) => ({
  name: derivedName(bareTable(table), "pkey"),
  columns,
});

function columnsOfField(field: FieldModel): readonly ColumnSnapshot[] {
  const { renamedFrom } = field.spec;
  return field.columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    ...(column.default === undefined || column.defaultBy === "keelson" ? {} : { default: column.default }),
    ...(column.made === undefined ? {} : { made: column.made }),
    ...(isEnum(field) ? { enumValues: field.spec.choices ?? [] } : {}),
    field: field.name,
    ...(field.spec.kind === "money" ? { part: column === field.columns[1] ? "currency" : "amount" } : {}),
    ...(renamedFrom === undefined ? {} : { renamedFrom }),
  }));
}

/** A choice in a column of a type of its own. */
const isEnum = (field: FieldModel): boolean => field.spec.kind === "choice" && isLikeText(field);

function checksOfField(resource: ResourceModel, field: FieldModel): readonly CheckSnapshot[] {
  const own = field.columns.flatMap((column) =>
    column.checks.map((check) => ({ ...check, columns: [column.name] })),
  );
  const [amount, currency] = field.columns;
  if (field.spec.kind !== "money" || !amount?.nullable || currency === undefined) return own;
  // Half an amount of money would be an answer that no client can read.
  const bothOrNone = {
    name: derivedName(bareTable(resource.table), amount.name, currency.name, "check"),
    sql: `(${quoteIdentifier(amount.name)} is null) = (${quoteIdentifier(currency.name)} is null)`,
    columns: [amount.name, currency.name],
    allows: {},
  };
  return [...own, bothOrNone];
}

/** Unique values are unique among the records that exist: a deleted one must not stand in the way unseen. */
function indexOf(resource: ResourceModel, index: IndexModel): IndexSnapshot {
  const columns = index.columns.map(({ column, descending }) => ({ column, descending }));
  const partial = index.unique && resource.softDelete;
  return {
    name: index.name,
    unique: index.unique,
    columns,
    ...(partial ? { where: `${quoteIdentifier(deletedAt.name)} is null` } : {}),
  };
}

function foreignKeysOfField(model: AppModel, field: FieldModel): readonly ForeignKeySnapshot[] {
  const { relation } = field;
  if (relation?.kind !== "one") return [];
  const target = resourceNamed(model, relation.target);
  // A view has no key that the database knows of.
  if (target.view) return [];
  const { constraint: name, column, onDelete, onUpdate, deferrable } = relation;
  return [
    {
      name,
      column,
      ...targetOf(target),
      onDelete,
      ...(onUpdate === undefined ? {} : { onUpdate }),
      ...(deferrable === undefined ? {} : { deferrable }),
    },
  ];
}

function joinTable(model: AppModel, resource: ResourceModel, field: FieldModel): readonly TableSnapshot[] {
  const { relation } = field;
  if (relation?.kind !== "manyToMany") return [];
  const { joinTable: name, ownColumn, targetColumn, target: targetName } = relation;
  const target = resourceNamed(model, targetName);
  const adopted = field.spec.join !== undefined;
  const end = (column: string, end: "own" | "target", { key }: ResourceModel): ColumnSnapshot => ({
    name: column,
    type: key.parts[0]?.type ?? "uuid",
    nullable: false,
    field: end,
  });
  return [
    {
      name,
      resource: resource.name,
      relation: { field: field.name, target: targetName },
      ...(field.spec.renamedFrom === undefined ? {} : { renamedFrom: field.spec.renamedFrom }),
      columns: [end(ownColumn, "own", resource), end(targetColumn, "target", target)],
      primaryKey: primaryKey(name, [ownColumn, targetColumn]),
      checks: [],
      indexes: adopted
        ? []
        : [
            {
              name: derivedName(bareTable(name), targetColumn, "idx"),
              unique: false,
              columns: [{ column: targetColumn, descending: false }],
            },
          ],
      foreignKeys: [foreignKey(name, ownColumn, resource), foreignKey(name, targetColumn, target)],
      // Its keys and indexes are whatever they are.
      ...(adopted ? { unmanaged: [everything] } : {}),
    },
  ];
}

const foreignKey = (table: string, column: string, target: ResourceModel): ForeignKeySnapshot => ({
  name: derivedName(bareTable(table), column, "fkey"),
  column,
  ...targetOf(target),
  onDelete: "cascade",
});

const targetOf = ({ table, key }: ResourceModel): Pick<ForeignKeySnapshot, "target" | "targetColumn"> => {
  const column = key.parts[0]?.column ?? "id";
  return { target: table, ...(column === "id" ? {} : { targetColumn: column }) };
};

function resourceNamed(model: AppModel, name: string): ResourceModel {
  const found = model.resources.get(name);
  if (found === undefined) throw new RangeError(`The model has no resource "${name}".`);
  return found;
}
