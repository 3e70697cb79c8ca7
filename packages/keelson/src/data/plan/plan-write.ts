import { sql } from "kysely";
import type { Expr } from "../../declare/expression.ts";
import type { AppModel, ColumnModel, FieldModel, ResourceModel } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { asBoolean, compileExpression } from "./compile-expression.ts";
import { newValueSink, rowRule, type ValueSink } from "./compile-filter.ts";
import { idExpression } from "./id-expression.ts";
import { hasId, idValues, sameRecord } from "./key-match.ts";
import type { RowLayout } from "./layout.ts";
import type { Planned } from "./plan-read.ts";
import { collectNodeValues, nodesShape } from "./project.ts";
import { carriedVersion, carryVersion } from "./row-version.ts";
import { keyColumn, notDeleted, rootScope, type Scope, targetOf } from "./scope.ts";
import { selectColumns } from "./select-columns.ts";
import type { SelectionNode } from "./selection.ts";
import { allOf, columnOf, commaList, compilePlan, named, type Plan, type Sql, tableOf } from "./sql.ts";

/**
 * Writes are one statement each: it builds the candidate row, asks the rules about it, writes it only if
 * they hold, and prints the result. So a single write needs no explicit transaction, and a refusal is
 * explained by flags instead of guessed. The answer is one row: the record's columns, version, shown, allowed,
 * matches, then a flag for each given reference. No row means that there is no such record for the caller: one that cannot be read is not even
 * locked, since waiting for it would tell that it exists.
 *
 * CTE names begin with an underscore, which no table's name does.
 */
export interface WriteRequest {
  readonly resource: ResourceModel;
  /** Values by field name, as the API shows them; already validated. Links are judged here and written apart. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What to print of the record. */
  readonly nodes: readonly SelectionNode[];
}

/** Fields of a write that name another record: each must exist for the caller. */
export function givenReferences(request: Pick<WriteRequest, "resource" | "data">): readonly FieldModel[] {
  return [...request.resource.fields.values()].filter(
    (field) => field.relation?.kind === "one" && request.data[field.name] != null,
  );
}

/** Fields of a write that have columns, in model order, so that equal sets make equal statements. */
export function givenFields(request: Pick<WriteRequest, "resource" | "data">): readonly FieldModel[] {
  return [...request.resource.fields.values()].filter(
    (field) => field.columns.length > 0 && request.data[field.name] !== undefined,
  );
}

/** The rules that a write must fulfil: that of the operation, and those of the fields it sets. */
export function rulesOf(
  { resource, data }: Pick<WriteRequest, "resource" | "data">,
  operation: "create" | "update",
  view: PolicyView,
): readonly Expr[] {
  const fields = [...resource.fields.values()].filter(
    (field) => !field.system && data[field.name] !== undefined,
  );
  const rules = [view.rule(resource, operation), ...fields.map((field) => view.fieldWrite(resource, field))];
  return rules.filter((rule) => rule.op !== "always");
}

/** The two statements of a creation. */
export interface PlannedCreate {
  /**
   * Inserts and answers if the rules hold and nothing is missing, else no row and nothing done: most creations go
   * well, and this costs PostgreSQL less. Undefined where the answer needs more than the row.
   */
  readonly direct: Planned | undefined;
  /** Inserts too, and always answers, with the flags that explain a refusal. */
  readonly explained: Planned;
}

/** Plans a creation. `data.id` is required where Keelson makes the ids: they come from the caller of the planner. */
export function planCreate(model: AppModel, request: WriteRequest, view: PolicyView): PlannedCreate {
  const { resource } = request;
  const creation = {
    model,
    request,
    view,
    fields: givenFields(request),
    references: givenReferences(request),
  };
  const { fields, references } = creation;
  const key = `${resource.name}|${view.signature}|${namesOf(fields)}|${namesOf(references)}|${linksOf(request)}|${nodesShape(request.nodes)}`;
  const values = fields.flatMap((field) => columnValues(field, request.data[field.name]));
  collectNodeValues(request.nodes, values);
  const isDirect = resource.kept.version !== undefined && request.nodes.every(({ kind }) => kind === "field");
  return {
    direct: isDirect ? { key: `insert|${key}`, values, build: () => buildInsert(creation) } : undefined,
    explained: { key: `create|${key}`, values, build: () => buildCreate(creation) },
  };
}

interface Creation {
  readonly model: AppModel;
  readonly request: WriteRequest;
  readonly fields: readonly FieldModel[];
  readonly references: readonly FieldModel[];
  readonly view: PolicyView;
}

function buildInsert(creation: Creation): Plan {
  const { request, references, view } = creation;
  const { candidate, scope, sink, names, allowed, flags } = candidateOf(creation);
  const { selected, layout } = answer(request, scope, view, sink);
  const flagged = references.map((_field, i) => sql`, true as ${sql.ref(`_r${i}`)}`);
  return compilePlan(
    sql`insert into ${tableOf(request.resource.table)} as "_w" (${names}) select ${names} from (select ${candidate}) as "_v" where ${allOf([allowed, ...flags])} returning ${selected}, true as "allowed", true as "matches"${sql.join(flagged, sql``)}`,
    { layout },
  );
}

function buildCreate(creation: Creation): Plan {
  const { request, references, view } = creation;
  const { resource } = request;
  const { candidate, scope, sink, names, allowed, flags } = candidateOf(creation);
  const judgements = flags.map((flag, i) => sql`${flag} as ${sql.ref(`_r${i}`)}`);
  const judged = sql`select "_v".*, ${commaList([sql`${allowed} as "_allowed"`, ...judgements])} from "_v"`;
  const permitted = allOf([sql`"_allowed"`, ...references.map((_field, i) => sql`${sql.ref(`_r${i}`)}`)]);
  const insert = sql`insert into ${tableOf(resource.table)} (${names}) select ${names} from "_j" where ${permitted} returning *${carryVersion(resource)}`;
  const { selected, joins, layout } = answer(request, scope, view, sink);
  return compilePlan(
    sql`with "_v" as (select ${candidate}), "_j" as (${judged}), "_w" as (${insert}) select ${selected}, "_j"."_allowed" as "allowed", true as "matches"${flagColumns("_j", references)} from "_j" left join "_w" on true${joins}`,
    { layout },
  );
}

/** The row that is to be, as `_v`, and what must hold of it. */
function candidateOf({ model, request, fields, references, view }: Creation) {
  const { resource } = request;
  const sink = newValueSink();
  const given = new Map(
    fields.flatMap((field) => field.columns.map((column) => [column.name, parameter(column, sink)] as const)),
  );
  const columns = [...resource.fields.values()].flatMap((field) => field.columns);
  const scope: Scope = { ...rootScope(model, resource), alias: "_v" };
  const rules = rulesOf(request, "create", view);
  return {
    sink,
    scope,
    candidate: commaList(
      columns.map((column) => sql`${given.get(column.name) ?? defaultOf(column)} as ${named(column.name)}`),
    ),
    names: commaList(
      columns
        .filter((column) => given.has(column.name) || column.made === undefined)
        .map(({ name }) => named(name)),
    ),
    allowed: asBoolean(allOf(rules.map((rule) => compileExpression(rule, scope)))),
    /** For each given reference, whether it leads to something. */
    flags: references.map((field) => referenceReadable(field, scope, view)),
  };
}

/** A record's id as the API shows it. */
const idOf = (alias: string, { key }: ResourceModel): Sql => sql`${idExpression(alias, key.parts)}::text`;

/** Plans a change of one record. Value 0 is the id; value 1 the versions that may be changed, or null for any. */
export function planUpdate(
  model: AppModel,
  request: WriteRequest & { readonly id: string; readonly versions: readonly number[] | null },
  view: PolicyView,
): Planned {
  const { resource } = request;
  const fields = givenFields(request);
  const references = givenReferences(request);
  const nulls = fields.map((field) => (request.data[field.name] === null ? "n" : "v")).join("");
  const key = `update|${resource.name}|${view.signature}|${namesOf(fields)}|${nulls}|${namesOf(references)}|${linksOf(request)}|${nodesShape(request.nodes)}`;
  const values: unknown[] = [
    ...idValues(resource, request.id),
    request.versions,
    ...fields.flatMap((field) => columnValues(field, request.data[field.name])),
  ];
  collectNodeValues(request.nodes, values);
  return { key, values, build: () => buildUpdate(model, request, fields, references, view) };
}

function buildUpdate(
  model: AppModel,
  request: WriteRequest,
  fields: readonly FieldModel[],
  references: readonly FieldModel[],
  view: PolicyView,
): Plan {
  const { resource } = request;
  const sink = newValueSink();
  const before: Scope = { ...rootScope(model, resource), alias: "_o" };
  const after: Scope = { ...before, alias: "_v" };
  const old = lockedRow(before, view, sink, sql`for no key update`);
  const versions = sink.add(undefined);
  const given = new Map(
    fields.flatMap((field) =>
      field.columns.map((column) => [column.name, changed(field, column, request, sink)] as const),
    ),
  );
  for (const [name, value] of touched(resource)) given.set(name, value);
  const columns = [...resource.fields.values()].flatMap((field) => field.columns);
  const candidate = columns.map(
    (column) => sql`${given.get(column.name) ?? columnOf("_o", column.name)} as ${named(column.name)}`,
  );
  const extra = resource.softDelete ? [sql`"_o"."deleted_at"`] : [];
  const rules = rulesOf(request, "update", view);
  const holds = [before, after].flatMap((scope) => rules.map((rule) => compileExpression(rule, scope)));
  const judged = commaList([
    sql`${asBoolean(allOf(holds))} as "_allowed"`,
    sql`${versionMatches(versions, resource)} as "_matches"`,
    ...references.map((field, i) => sql`${referenceReadable(field, after, view)} as ${sql.ref(`_r${i}`)}`),
  ]);
  const permitted = allOf([
    sql`"_j"."_allowed" and "_j"."_matches"`,
    ...references.map((_field, i) => sql`"_j".${sql.ref(`_r${i}`)}`),
  ]);
  // Writing a row as it is still is a change: something must be set.
  const set = given.size > 0 ? [...given.keys()] : settable(columns);
  const changes = set.map((name) => sql`${named(name)} = ${columnOf("_v", name)}`);
  const update = sql`update ${tableOf(resource.table)} as "_t" set ${commaList(changes)} from "_v", "_j" where ${sameRecord("_t", "_v", resource)} and ${permitted} returning "_t".*${carryVersion(resource, "_t")}`;
  const { selected, joins, layout } = answer(request, after, view, sink);
  return compilePlan(
    sql`with "_o" as (${old}), "_v" as (select ${commaList([...candidate, ...extra])} from "_o"), "_j" as (select ${judged} from "_o", "_v"), "_w" as (${update}) select ${selected}, "_j"."_allowed" as "allowed", "_j"."_matches" as "matches"${flagColumns("_j", references)} from "_j" left join "_w" on true${joins}`,
    { layout },
  );
}

/** Plans a deletion. Value 0 is the id; value 1 the versions that may be deleted, or null for any. */
export function planDelete(
  model: AppModel,
  request: {
    readonly resource: ResourceModel;
    readonly id: string;
    readonly versions: readonly number[] | null;
  },
  view: PolicyView,
): Planned {
  const { resource } = request;
  return {
    key: `delete|${resource.name}|${view.signature}`,
    values: [...idValues(resource, request.id), request.versions],
    build: () => {
      const sink = newValueSink();
      const scope: Scope = { ...rootScope(model, resource), alias: "_o" };
      const old = lockedRow(scope, view, sink, sql`for update`);
      const flags = sql`select ${asBoolean(compileExpression(view.rule(resource, "delete"), scope))} as "_allowed", ${versionMatches(sink.add(undefined), resource)} as "_matches" from "_o"`;
      const where = sql`${sameRecord("_t", "_o", resource)} and "_j"."_allowed" and "_j"."_matches"`;
      const remove = resource.softDelete
        ? sql`update ${tableOf(resource.table)} as "_t" set ${commaList([sql`"deleted_at" = now()`, ...touched(resource).map(([name, value]) => sql`${named(name)} = ${value}`)])} from "_o", "_j" where ${where} returning 1`
        : sql`delete from ${tableOf(resource.table)} as "_t" using "_o", "_j" where ${where} returning 1`;
      return compilePlan(
        sql`with "_o" as (${old}), "_j" as (${flags}), "_w" as (${remove}) select null as "version", false as "shown", "_allowed" as "allowed", "_matches" as "matches" from "_j"`,
      );
    },
  };
}

/**
 * The present row as far as the caller can read it, locked until the transaction ends, so that flags and change
 * see the same one. A change locks as weakly as it can: records that refer to this one can still be written.
 */
function lockedRow(scope: Scope, view: PolicyView, sink: ValueSink, locking: Sql): Sql {
  const where = allOf([hasId("_o", scope.resource, sink), notDeleted(scope), rowRule(scope, view)]);
  return sql`select *${carryVersion(scope.resource)} from ${tableOf(scope.resource.table)} as "_o" where ${where} ${locking}`;
}

/** As 64-bit numbers: what a client sends as a version may be larger than any version. */
const versionMatches = (versions: Sql, resource: ResourceModel): Sql =>
  sql`(${versions}::bigint[] is null or ${carriedVersion("_o", resource)} = any(${versions}::bigint[]))`;

/** What every change of a row changes along with it. */
export function touched({ kept }: ResourceModel): readonly (readonly [string, Sql])[] {
  const { version, updatedAt } = kept;
  return [
    ...(version === undefined ? [] : [[version, sql`${columnOf("_o", version)} + 1`] as const]),
    ...(updatedAt === undefined
      ? []
      : [[updatedAt, sql`greatest(now(), ${columnOf("_o", updatedAt)})`] as const]),
  ];
}

/** A column that may be set to what it is: one of the key's only where there is no other. */
export function settable(columns: readonly ColumnModel[]): readonly string[] {
  const own = columns.filter((column) => column.made !== "always" && column.made !== "identity");
  return [(own.at(-1) ?? columns[0])?.name ?? "id"];
}

/**
 * The written record and its version, then whether to show it: it may be that the caller may write but not read
 * it. The record's columns come first, the flags after them.
 */
export function answer(
  request: WriteRequest,
  scope: Scope,
  view: PolicyView,
  sink: ValueSink,
): { readonly selected: Sql; readonly joins: Sql; readonly layout: RowLayout } {
  const { resource } = request;
  const written: Scope = { ...scope, alias: "_w" };
  const { columns, joins, layout } = selectColumns(request.nodes, written, view, sink);
  const key = columnOf("_w", keyColumn(resource));
  const shown = allOf([sql`${key} is not null`, rowRule(written, view)]);
  // Whoever made the id, the answer must say what it is.
  const id = resource.key.by === "keelson" ? [] : [sql`${idOf("_w", resource)} as "_id"`];
  return {
    selected: commaList([
      ...columns,
      sql`${carriedVersion("_w", resource)} as "version"`,
      ...id,
      sql`${shown} as "shown"`,
    ]),
    joins: sql.join(joins, sql``),
    layout,
  };
}

/** Whether the record that a given reference names exists for the caller. */
export function referenceReadable(field: FieldModel, scope: Scope, view: PolicyView): Sql {
  const relation = field.relation;
  if (relation?.kind !== "one") throw new Error(`"${field.name}" is not a reference`);
  const target: Scope = {
    ...scope,
    resource: targetOf(scope.model, relation.target),
    alias: scope.aliases.next(),
  };
  const where = allOf([
    sql`${columnOf(target.alias, keyColumn(target.resource))} = ${columnOf(scope.alias, relation.column)}`,
    notDeleted(target),
    rowRule(target, view),
  ]);
  return sql`exists (select 1 from ${tableOf(target.resource.table)} as ${sql.ref(target.alias)} where ${where})`;
}

export const flagColumns = (from: string, references: readonly FieldModel[]): Sql =>
  references.length === 0
    ? sql``
    : sql`, ${commaList(references.map((_field, i) => sql`${columnOf(from, `_r${i}`)}`))}`;

/** In brackets, since a cast binds closer than the sign of a number. */
export const defaultOf = (column: ColumnModel): Sql =>
  sql`(${sql.raw((column.made === undefined ? column.default : undefined) ?? "null")})::${sql.raw(column.type)}`;

const parameter = (column: ColumnModel, sink: ValueSink): Sql =>
  sql`${sink.add(undefined)}::${sql.raw(column.type)}`;

/** A merge patch (RFC 7396) merges into nested objects and replaces everything else. */
function changed(field: FieldModel, column: ColumnModel, request: WriteRequest, sink: ValueSink): Sql {
  const value = parameter(column, sink);
  const merges =
    (field.spec.kind === "object" || field.spec.kind === "json") && request.data[field.name] !== null;
  if (!merges) return value;
  const old = columnOf("_o", column.name);
  if (column.type === "jsonb") return sql`keelson.merge_patch(${old}, ${value})`;
  return sql`keelson.merge_patch(${old}::jsonb, ${value}::jsonb)::${sql.raw(column.type)}`;
}

/** Names of the links that come with a write: their fields' rules are part of its statement. */
export const linksOf = ({ resource, data }: Pick<WriteRequest, "resource" | "data">): string =>
  namesOf(resource.manyToMany.filter((field) => data[field.name] !== undefined));

export const namesOf = (fields: readonly FieldModel[]): string => fields.map((field) => field.name).join(",");

/** A field's value as its columns store it. */
export function columnValues(field: FieldModel, value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return field.columns.map(() => null);
  switch (field.spec.kind) {
    case "money": {
      const { amount, currency } = value as { readonly amount: number; readonly currency: string };
      return field.columns.length === 1 ? [amount] : [amount, currency];
    }
    case "json":
    case "list":
    case "object":
      return [JSON.stringify(value)];
    default:
      return [value];
  }
}
