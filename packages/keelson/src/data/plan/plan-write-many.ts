import { sql } from "kysely";
import type { AppModel, ColumnModel, FieldModel, ResourceModel } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { asBoolean, compileExpression, unbounded } from "./compile-expression.ts";
import { newValueSink, rowRule, type ValueSink } from "./compile-filter.ts";
import { idValues, sameRecord } from "./key-match.ts";
import type { Planned } from "./plan-read.ts";
import {
  answer,
  columnValues,
  defaultOf,
  flagColumns,
  givenFields,
  linksOf,
  namesOf,
  referenceReadable,
  rulesOf,
  settable,
  touched,
  type WriteRequest,
} from "./plan-write.ts";
import { collectNodeValues, nodesShape } from "./project.ts";
import { carriedVersion, carryVersion } from "./row-version.ts";
import { notDeleted, rootScope, type Scope } from "./scope.ts";
import type { SelectionNode } from "./selection.ts";
import { allOf, columnOf, commaList, compilePlan, named, type Plan, type Sql, tableOf } from "./sql.ts";

/**
 * Many records of one resource in one statement: the statements of `plan-write.ts` over the rows of a table `_i`
 * that is made of arrays, one for each value, so that the same text serves any number of rows. What the rules see
 * is what there was before the statement; whoever plans one makes sure that the rows do not depend on each other.
 *
 * The answer is as that of a single write, with `_n` at the end: which row it is about, from 1. For rows that name
 * no record of the caller's there is no answer. A constraint that one row violates undoes the statement.
 */
export interface WriteManyRequest {
  readonly resource: ResourceModel;
  /** At least one, all of one {@link writeShape}. Links are judged and not written; nested values are replaced whole. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** What to print of each record. */
  readonly nodes: readonly SelectionNode[];
}

/** Which records to change, in the order of the rows. No id may come twice. */
export interface ManyTargets {
  readonly ids: readonly string[];
  /** The versions of each that may be changed; null for any. */
  readonly versions: readonly (readonly number[] | null)[];
}

/** Rows with equal shapes can share a statement: the same fields are given. */
export const writeShape = (request: Pick<WriteRequest, "resource" | "data">): string =>
  `${namesOf(givenFields(request))}|${linksOf(request)}`;

/** Fields that may name another record: the answer has a flag for each. */
export const flaggedReferences = (request: Pick<WriteRequest, "resource" | "data">): readonly FieldModel[] =>
  givenFields(request).filter((field) => field.relation?.kind === "one");

interface Writing extends WriteManyRequest {
  readonly model: AppModel;
  readonly view: PolicyView;
  readonly fields: readonly FieldModel[];
  readonly references: readonly FieldModel[];
  /** One row, for what only depends on the shape. */
  readonly first: WriteRequest;
}

function writingOf(model: AppModel, request: WriteManyRequest, view: PolicyView): Writing {
  const { resource, rows, nodes } = request;
  const first = { resource, nodes, data: rows[0] ?? {} };
  const fields = givenFields(first);
  return { ...request, model, view, fields, references: flaggedReferences(first), first };
}

const keyOf = ({ resource, view, first, nodes }: Writing): string =>
  `${resource.name}|${view.signature}|${writeShape(first)}|${nodesShape(nodes)}`;

/** A list for each column. */
const valuesOf = ({ fields, rows }: Writing): unknown[] =>
  fields.flatMap((field) => {
    const values = rows.map((row) => columnValues(field, row[field.name]));
    return field.columns.map((_column, part) => values.map((value) => value[part]));
  });

/**
 * Plans creations. Each row has an `id` where Keelson makes the ids.
 *
 * @throws Error where the database makes the keys: nothing would tell which of the new records is whose
 */
export function planCreateMany(model: AppModel, request: WriteManyRequest, view: PolicyView): Planned {
  if (request.resource.key.by === "database")
    throw new Error(`the database makes the keys of "${request.resource.name}"`);
  const writing = writingOf(model, request, view);
  const values = valuesOf(writing);
  collectNodeValues(request.nodes, values);
  return { key: `createMany|${keyOf(writing)}`, values, build: () => buildCreateMany(writing) };
}

function buildCreateMany(writing: Writing): Plan {
  const { model, resource, view, fields, references, first } = writing;
  const sink = newValueSink();
  const { items, given } = givenColumns(fields, [], sink);
  const columns = [...resource.fields.values()].flatMap((field) => field.columns);
  const candidate = columns.map(
    (column) => sql`${given.get(column.name) ?? defaultOf(column)} as ${named(column.name)}`,
  );
  const scope: Scope = { ...rootScope(model, resource), alias: "_v" };
  const rules = rulesOf(first, "create", view).map((rule) => compileExpression(rule, scope));
  const judged = commaList([sql`${asBoolean(allOf(rules))} as "_allowed"`, ...foundFlags(writing, scope)]);
  const names = commaList(
    columns.filter(({ name, made }) => given.has(name) || made === undefined).map(({ name }) => named(name)),
  );
  const insert = sql`insert into ${tableOf(resource.table)} (${names}) select ${names} from "_j" where ${permitted(references)}${inOneOrder(resource)} returning *${carryVersion(resource)}`;
  const { selected, joins, layout } = answer(first, scope, view, sink);
  return compilePlan(
    sql`with "_i" as (${items}), "_v" as (select ${commaList([...candidate, sql`"_i"."_n"`])} from "_i"), "_j" as (select "_v".*, ${judged} from "_v"), "_w" as (${insert}) select ${selected}, "_j"."_allowed" as "allowed", true as "matches"${flagColumns("_j", references)}, "_j"."_n" from "_j" left join "_w" on ${sameRecord("_w", "_j", resource)}${joins}`,
    { layout },
  );
}

/** Plans changes of several records. Values 0 and on are their ids, then the versions. */
export function planUpdateMany(
  model: AppModel,
  request: WriteManyRequest & ManyTargets,
  view: PolicyView,
): Planned {
  const writing = writingOf(model, request, view);
  const values = [...targetValues(request.resource, request), ...valuesOf(writing)];
  collectNodeValues(request.nodes, values);
  return { key: `updateMany|${keyOf(writing)}`, values, build: () => buildUpdateMany(writing) };
}

function buildUpdateMany(writing: Writing): Plan {
  const { model, resource, view, fields, references, first } = writing;
  const sink = newValueSink();
  const before: Scope = { ...rootScope(model, resource), alias: "_o" };
  const after: Scope = { ...before, alias: "_v" };
  const { items, given: values } = givenColumns(fields, targetColumns(resource), sink, "_o");
  const given = new Map([...values, ...touched(resource)]);
  const columns = [...resource.fields.values()].flatMap((field) => field.columns);
  const candidate = columns.map(
    (column) => sql`${given.get(column.name) ?? columnOf("_o", column.name)} as ${named(column.name)}`,
  );
  const extra = resource.softDelete ? [sql`"_o"."deleted_at"`] : [];
  const rules = rulesOf(first, "update", view);
  const holds = [before, after].flatMap((scope) => rules.map((rule) => compileExpression(rule, scope)));
  const judged = commaList([
    sql`"_o"."_n"`,
    sql`${asBoolean(allOf(holds))} as "_allowed"`,
    sql`${versionMatches(resource)} as "_matches"`,
    ...foundFlags(writing, after),
  ]);
  const set = given.size > 0 ? [...given.keys()] : settable(columns);
  const changes = set.map((name) => sql`${named(name)} = ${columnOf("_v", name)}`);
  const update = sql`update ${tableOf(resource.table)} as "_t" set ${commaList(changes)} from "_v" join "_j" on "_j"."_n" = "_v"."_n" where ${sameRecord("_t", "_v", resource)} and "_matches" and ${permitted(references)} returning "_t".*${carryVersion(resource, "_t")}, "_v"."_n"`;
  const { selected, joins, layout } = answer(first, after, view, sink);
  return compilePlan(
    sql`with "_i" as (${items}), "_o" as (${foundRows(before, view, "no key update")}), "_v" as (select ${commaList([...candidate, ...extra, sql`"_o"."_n"`])} from "_o"), "_j" as (select ${judged} from "_o" join "_v" on "_v"."_n" = "_o"."_n"), "_w" as (${update}) select ${selected}, "_j"."_allowed" as "allowed", "_j"."_matches" as "matches"${flagColumns("_j", references)}, "_j"."_n" from "_j" left join "_w" on "_w"."_n" = "_j"."_n"${joins}`,
    { layout },
  );
}

/** Plans deletions. Values 0 and on are the ids, then the versions. */
export function planDeleteMany(
  model: AppModel,
  request: { readonly resource: ResourceModel } & ManyTargets,
  view: PolicyView,
): Planned {
  const { resource } = request;
  return {
    key: `deleteMany|${resource.name}|${view.signature}`,
    values: targetValues(resource, request),
    build: () => {
      const sink = newValueSink();
      const scope: Scope = { ...rootScope(model, resource), alias: "_o" };
      const { items } = givenColumns([], targetColumns(resource), sink);
      const old = foundRows(scope, view, "update");
      const rule = compileExpression(view.rule(resource, "delete"), scope);
      const flags = sql`select "_o"."_n", ${asBoolean(rule)} as "_allowed", ${versionMatches(resource)} as "_matches" from "_o"`;
      const from = sql`"_o" join "_j" on "_j"."_n" = "_o"."_n"`;
      const where = sql`${sameRecord("_t", "_o", resource)} and "_allowed" and "_matches"`;
      const marks = [
        sql`"deleted_at" = now()`,
        ...touched(resource).map(([name, value]) => sql`${named(name)} = ${value}`),
      ];
      const remove = resource.softDelete
        ? sql`update ${tableOf(resource.table)} as "_t" set ${commaList(marks)} from ${from} where ${where} returning 1`
        : sql`delete from ${tableOf(resource.table)} as "_t" using ${from} where ${where} returning 1`;
      return compilePlan(
        sql`with "_i" as (${items}), "_o" as (${old}), "_j" as (${flags}), "_w" as (${remove}) select null as "version", false as "shown", "_allowed" as "allowed", "_matches" as "matches", "_n" from "_j"`,
      );
    },
  };
}

type LockStrength = "update" | "no key update";

/**
 * Plans finding out which of several records the caller can read, and locking them in the order of their ids: what is
 * then done to them in several statements cannot lock itself out with others who do the same.
 */
export function planFindMany(
  model: AppModel,
  request: {
    readonly resource: ResourceModel;
    readonly ids: readonly string[];
    readonly lock?: LockStrength;
  },
  view: PolicyView,
): Planned {
  const { resource, ids, lock } = request;
  return {
    key: `findMany|${resource.name}|${view.signature}|${lock ?? ""}`,
    values: keyValues(resource, ids),
    build: () => {
      const sink = newValueSink();
      const scope: Scope = { ...rootScope(model, resource), alias: "_o" };
      const { items } = givenColumns([], keyColumns(resource), sink);
      return compilePlan(
        sql`with "_i" as (${items}) select "_n" from (${foundRows(scope, view, lock)}) as "_o"`,
      );
    },
  };
}

/** The tables that the rules of these writes look at, and those that decide what of them is seen. */
export function judgingTables(writing: {
  readonly model: AppModel;
  readonly request: WriteRequest;
  readonly write: "create" | "update" | "delete";
  readonly view: PolicyView;
}): readonly string[] {
  const { model, request, write, view } = writing;
  const scope: Scope = { ...rootScope(model, request.resource), alias: "_v" };
  const rules = write === "delete" ? [view.rule(request.resource, "delete")] : rulesOf(request, write, view);
  const references = flaggedReferences(request);
  return compilePlan(
    sql`select ${commaList([
      ...rules.map((rule) => compileExpression(rule, scope)),
      ...references.map((field) => referenceReadable(field, scope, view)),
      rowRule(scope, view) ?? sql`true`,
    ])}`,
  ).tables;
}

/**
 * The rows of the call as the table `_i`, and from it the columns of the fields that are given. Everything comes as
 * text and is cast, as a single parameter is.
 *
 * @param before - further columns, which come first
 * @param from - where the columns are taken from: `_i`, or what carries them on
 */
function givenColumns(
  fields: readonly FieldModel[],
  before: readonly string[],
  sink: ValueSink,
  from = "_i",
): { readonly items: Sql; readonly given: Map<string, Sql> } {
  const columns = fields.flatMap((field) => field.columns);
  const names = [...before, ...columns.map((_column, position) => `_c${position}`)];
  const lists = names.map(() => sql`${sink.add(undefined)}::text[]`);
  const cast = (column: ColumnModel, position: number): Sql =>
    sql`${columnOf(from, `_c${position}`)}::${sql.raw(column.type)}`;
  return {
    items: sql`select * from unnest(${commaList(lists)}) with ordinality as "_i"(${commaList([...names, "_n"].map(named))})`,
    given: new Map(columns.map((column, position) => [column.name, cast(column, position)] as const)),
  };
}

const keyColumns = ({ key }: ResourceModel): readonly string[] =>
  key.parts.map((_part, position) => `_k${position}`);

const targetColumns = (resource: ResourceModel): readonly string[] => [...keyColumns(resource), "_x"];

function keyValues(resource: ResourceModel, ids: readonly string[]): unknown[] {
  const keys = ids.map((id) => idValues(resource, id));
  return resource.key.parts.map((_part, position) => keys.map((values) => values[position]));
}

const targetValues = (resource: ResourceModel, { ids, versions }: ManyTargets): unknown[] => [
  ...keyValues(resource, ids),
  versions.map((allowed) => (allowed === null ? null : `{${allowed.join(",")}}`)),
];

/** The present rows as far as the caller can read them, with what the call says about each; locked in one order. */
function foundRows(scope: Scope, view: PolicyView, lock: LockStrength | undefined): Sql {
  const { resource } = scope;
  const keys = resource.key.parts.map(({ column }) => columnOf("_o", column));
  const match = resource.key.parts.map(
    ({ column, type }, position) =>
      sql`${columnOf("_o", column)} = ${columnOf("_i", `_k${position}`)}::${sql.raw(unbounded(type))}`,
  );
  const where = allOf([...match, notDeleted(scope), rowRule(scope, view)]);
  const locking = lock === undefined ? sql`` : sql` for ${sql.raw(lock)} of "_o"`;
  return sql`select "_o".*${carryVersion(resource, "_o")}, "_i".* from ${tableOf(resource.table)} as "_o", "_i" where ${where} order by ${commaList(keys)}${locking}`;
}

const versionMatches = (resource: ResourceModel): Sql =>
  sql`("_o"."_x" is null or ${carriedVersion("_o", resource)} = any("_o"."_x"::bigint[]))`;

/** For each reference, whether it is null or leads to something. */
const foundFlags = ({ references, view }: Writing, scope: Scope): readonly Sql[] =>
  references.map((field, i) => {
    const missing = sql`${columnOf(scope.alias, field.columns[0]?.name ?? field.name)} is null`;
    return sql`(${missing} or ${referenceReadable(field, scope, view)}) as ${sql.ref(`_r${i}`)}`;
  });

const permitted = (references: readonly FieldModel[]): Sql =>
  allOf([sql`"_allowed"`, ...references.map((_field, i) => sql`${sql.ref(`_r${i}`)}`)]);

/** Two inserts of the same unique values meet at the first of them, and not at each other's last. */
function inOneOrder({ indexes, key }: ResourceModel): Sql {
  const natural = key.by === "fields" ? key.parts.map(({ column }) => column) : [];
  const unique = indexes.filter((index) => index.unique).flatMap(({ columns }) => columns);
  const names = [...new Set([...natural, ...unique.map(({ column }) => column)])];
  return names.length === 0 ? sql`` : sql` order by ${commaList(names.map(named))}`;
}
