import { applyRenames } from "./apply-renames.ts";
import { checkEffect } from "./change-effect.ts";
import { diffColumns } from "./diff-columns.ts";
import { findRenames, type Renames } from "./find-renames.ts";
import { matchObjects } from "./match-objects.ts";
import type { SchemaChange } from "./schema-change.ts";
import type {
  CheckSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  SchemaSnapshot,
  TableSnapshot,
} from "./schema-snapshot.ts";
import { sequenceRenames } from "./sequence-renames.ts";

/**
 * What has to change for one schema to become the other, in an order in which it can be done: renames, then
 * what goes to make room, what comes, and last what is dropped. Pure.
 *
 * @throws DiagnosticError where a declared rename is ambiguous
 */
export function diff(from: SchemaSnapshot, to: SchemaSnapshot): readonly SchemaChange[] {
  const renames = findRenames(from, to);
  const before = new Map(applyRenames(from, renames).tables.map((table) => [table.name, table]));
  const after = new Map(to.tables.map((table) => [table.name, table]));
  const dropped = [...before.values()].filter((table) => !after.has(table.name));
  const created = [...after.values()].filter((table) => !before.has(table.name));
  const wanted = new Set(
    to.tables.flatMap(({ indexes, primaryKey }) => [...indexes, primaryKey].map(nameOf)),
  );
  const changed = [...after.values()].flatMap((table) => {
    const earlier = before.get(table.name);
    return earlier ? diffTable(earlier, table, wanted) : [];
  });
  const all: readonly SchemaChange[] = [
    ...renameChanges(from, to, renames),
    ...sequenced(changed),
    ...dropped.flatMap(dropForeignKeys),
    ...dropped.flatMap((table) => dropIndexes(table, wanted)),
    ...created.map((table): SchemaChange => ({ kind: "createTable", table })),
    ...changed.filter(({ kind }) => kind !== "renameIndex" && kind !== "renameConstraint"),
    ...dropped.map((table): SchemaChange => ({ kind: "dropTable", table })),
  ];
  return order.flatMap((kinds) => all.filter(({ kind }) => kinds.includes(kind)));
}

/** Things are dropped before others take their names, and come before what is built on them. */
const order: readonly (readonly SchemaChange["kind"][])[] = [
  ["renameTable", "renameColumn"],
  ["dropForeignKey"],
  ["dropIndex", "dropCheck"],
  ["renameConstraint", "renameIndex"],
  ["createTable"],
  ["addColumn"],
  ["changeType"],
  ["changeDefault", "allowNull", "requireValue"],
  ["replaceCheck", "addCheck"],
  ["replaceIndex", "createIndex"],
  ["replaceForeignKey", "addForeignKey"],
  ["dropColumn"],
  ["dropTable"],
];

function renameChanges(from: SchemaSnapshot, to: SchemaSnapshot, renames: Renames): readonly SchemaChange[] {
  const resourceOf = (table: string): string =>
    to.tables.find(({ name }) => name === table)?.resource ?? table;
  const tables = sequenceRenames([...renames.tables].map(([a, b]) => ({ from: a, to: b })));
  return [
    ...tables.map((step): SchemaChange => ({ kind: "renameTable", ...step, resource: resourceOf(step.to) })),
    ...from.tables.flatMap(({ name }): readonly SchemaChange[] => {
      const table = renames.tables.get(name) ?? name;
      const columns = [...(renames.columns.get(name) ?? [])].map(([a, b]) => ({ from: a, to: b }));
      const after = to.tables.find((other) => other.name === table)?.columns;
      return sequenceRenames(columns).map((step) => ({
        kind: "renameColumn",
        table,
        resource: resourceOf(table),
        field: after?.find((column) => column.name === step.to)?.field ?? step.to,
        ...step,
      }));
    }),
  ];
}

/** Constraint names are a table's own, index names the whole schema's. */
function sequenced(changes: readonly SchemaChange[]): readonly SchemaChange[] {
  const constraints = Map.groupBy(
    changes.filter((change) => change.kind === "renameConstraint"),
    ({ table }) => table,
  );
  const indexes = changes.filter((change) => change.kind === "renameIndex");
  return [...[...constraints.values()].flatMap((renames) => inSequence(renames)), ...inSequence(indexes)];
}

type NameChange = Extract<SchemaChange, { kind: "renameConstraint" | "renameIndex" }>;

function inSequence(changes: readonly NameChange[]): readonly SchemaChange[] {
  const owner = new Map(changes.map((change) => [change.to, change]));
  const [first] = changes;
  if (!first) return [];
  return sequenceRenames(changes).map((step) => ({ ...(owner.get(step.to) ?? first), ...step }));
}

/** So that tables which refer to each other can be dropped in any order. */
const dropForeignKeys = ({ name, resource, foreignKeys }: TableSnapshot): readonly SchemaChange[] =>
  foreignKeys
    .filter(({ target }) => target !== name)
    .map((foreignKey) => ({ kind: "dropForeignKey", table: name, resource, foreignKey, doomed: true }));

const nameOf = ({ name }: { readonly name: string }): string => name;

/** They would go with their table, but only after another index has taken the name. */
const dropIndexes = (
  { name, resource, indexes }: TableSnapshot,
  wanted: ReadonlySet<string>,
): readonly SchemaChange[] =>
  indexes
    .filter((index) => wanted.has(index.name))
    .map((index) => ({ kind: "dropIndex", table: name, resource, index }));

function diffTable(
  before: TableSnapshot,
  after: TableSnapshot,
  wanted: ReadonlySet<string>,
): readonly SchemaChange[] {
  const { name: table, resource } = after;
  const at = { table, resource };
  const kept = new Set(after.columns.map(({ name }) => name));
  const keys = matchObjects([before.primaryKey], [after.primaryKey], ({ columns }) => columns.join());
  return [
    ...diffColumns(before, after),
    // A key is called what its index is, and index names are the whole schema's.
    ...keys.renamed.map((pair): SchemaChange => ({ kind: "renameIndex", ...at, ...pair })),
    ...diffChecks(before.checks, after.checks, kept, at),
    ...diffIndexes(before.indexes, after.indexes, { kept, wanted }, at),
    ...diffForeignKeys(before.foreignKeys, after.foreignKeys, kept, at),
  ];
}

interface At {
  readonly table: string;
  readonly resource: string;
}

function diffChecks(
  before: readonly CheckSnapshot[],
  after: readonly CheckSnapshot[],
  kept: ReadonlySet<string>,
  at: At,
): readonly SchemaChange[] {
  const found = matchObjects(before, after, ({ sql }) => sql);
  return [
    ...found.renamed.map((pair): SchemaChange => ({ kind: "renameConstraint", ...at, ...pair })),
    ...found.replaced.map(
      ({ from, to }): SchemaChange => ({
        kind: "replaceCheck",
        ...at,
        from,
        check: to,
        effect: checkEffect(from, to),
      }),
    ),
    // A check whose columns all go, goes with them.
    ...found.dropped
      .filter(({ columns }) => columns.some((column) => kept.has(column)))
      .map((check): SchemaChange => ({ kind: "dropCheck", ...at, check })),
    ...found.added.map((check): SchemaChange => ({ kind: "addCheck", ...at, check })),
  ];
}

function diffIndexes(
  before: readonly IndexSnapshot[],
  after: readonly IndexSnapshot[],
  { kept, wanted }: { readonly kept: ReadonlySet<string>; readonly wanted: ReadonlySet<string> },
  at: At,
): readonly SchemaChange[] {
  const found = matchObjects(before, after, ({ unique, columns, where }) =>
    JSON.stringify([unique, columns.map(({ column, descending }) => [column, descending]), where]),
  );
  return [
    ...found.renamed.map((pair): SchemaChange => ({ kind: "renameIndex", ...at, ...pair })),
    ...found.replaced.map(({ to }): SchemaChange => ({ kind: "replaceIndex", ...at, index: to })),
    // An index goes with any of its columns, unless its name is needed before they go.
    ...found.dropped
      .filter(({ name, columns }) => wanted.has(name) || columns.every(({ column }) => kept.has(column)))
      .map((index): SchemaChange => ({ kind: "dropIndex", ...at, index })),
    ...found.added.map((index): SchemaChange => ({ kind: "createIndex", ...at, index })),
  ];
}

function diffForeignKeys(
  before: readonly ForeignKeySnapshot[],
  after: readonly ForeignKeySnapshot[],
  kept: ReadonlySet<string>,
  at: At,
): readonly SchemaChange[] {
  const found = matchObjects(
    before,
    after,
    ({ column, target, targetColumn, onDelete, onUpdate, deferrable }) =>
      JSON.stringify([column, target, targetColumn, onDelete, onUpdate, deferrable]),
  );
  return [
    ...found.renamed.map((pair): SchemaChange => ({ kind: "renameConstraint", ...at, ...pair })),
    ...found.replaced.map(({ to }): SchemaChange => ({ kind: "replaceForeignKey", ...at, foreignKey: to })),
    ...found.dropped.map(
      (foreignKey): SchemaChange => ({
        kind: "dropForeignKey",
        ...at,
        foreignKey,
        doomed: !kept.has(foreignKey.column),
      }),
    ),
    ...found.added.map((foreignKey): SchemaChange => ({ kind: "addForeignKey", ...at, foreignKey })),
  ];
}
