import { sql } from "kysely";
import type { FieldPath, SortKey } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { compileExpression, partColumn, partType, unbounded } from "./compile-expression.ts";
import { rowRule, type ValueSink } from "./compile-filter.ts";
import { fromTable, hopScope, joinOne, notDeleted, type Scope } from "./scope.ts";
import { allOf, anyOf, columnOf, commaList, type Sql } from "./sql.ts";

/**
 * Keyset paging: the page after a row is the rows whose sort values come after that row's, the unique id
 * breaking ties. It costs the same on every page and is stable while rows are inserted. Order and NULLs are
 * PostgreSQL's: ascending with NULLs last, descending with NULLs first.
 */
export interface OrderTerm {
  /** The field of the resource itself that shows the value. */
  readonly path: FieldPath | undefined;
  readonly value: Sql;
  readonly type: string;
  readonly descending: boolean;
  readonly nullable: boolean;
}

/** The terms of an order. */
export const orderTerms = (keys: readonly SortKey[], scope: Scope, view: PolicyView): readonly OrderTerm[] =>
  totalOrder(keys).flatMap((key) =>
    key.path.text === "id" && scope.resource.key.parts.length > 1
      ? partTerms(key, scope)
      : [
          {
            ...sortValue(key, scope, view),
            path: key.path.hops.length === 0 ? key.path : undefined,
            descending: key.descending,
          },
        ],
  );

/** An id of several parts orders by each of them, as its index does. */
const partTerms = ({ descending }: SortKey, { alias, resource }: Scope): readonly OrderTerm[] =>
  resource.key.parts.map(({ column, type, field }) => ({
    path: { text: field, hops: [], field, part: undefined },
    value: columnOf(alias, column),
    type: unbounded(type),
    descending,
    nullable: false,
  }));

const idPath: FieldPath = Object.freeze({ text: "id", hops: [], field: "id", part: undefined });

/** The declared keys up to the id, which in the end breaks ties: then in the direction of the last key. */
export function totalOrder(keys: readonly SortKey[]): readonly SortKey[] {
  const id = keys.findIndex((key) => key.path.text === "id");
  if (id !== -1) return keys.slice(0, id + 1);
  return [...keys, { path: idPath, descending: keys.at(-1)?.descending ?? false }];
}

/** ORDER BY for the keys. */
export const orderBy = (keys: readonly SortKey[], scope: Scope, view: PolicyView): Sql =>
  printOrder(orderTerms(keys, scope, view), false);

/** ORDER BY for terms, or for reading backwards from a position. */
export const printOrder = (terms: readonly OrderTerm[], reversed: boolean): Sql =>
  commaList(
    terms.map((term) => (term.descending !== reversed ? sql`${term.value} desc` : sql`${term.value} asc`)),
  );

/** What of an order changes the statement's text. */
export const orderShape = (keys: readonly SortKey[]): string =>
  keys.map((key) => (key.descending ? `-${key.path.text}` : key.path.text)).join(",");

/** The value that rows are ordered by; what the caller may not read orders as missing. */
function sortValue(key: SortKey, scope: Scope, view: PolicyView): Omit<OrderTerm, "descending" | "path"> {
  const walk = (position: number, here: Scope): { value: Sql; type: string; nullable: boolean } => {
    const name = key.path.hops[position] ?? key.path.field;
    const field = here.resource.fields.get(name);
    if (!field) throw new Error(`"${here.resource.name}" has no field "${name}"`);
    const rule = view.fieldRead(here.resource, field);
    const masked = (value: Sql): Sql =>
      rule.op === "always" ? value : sql`case when ${compileExpression(rule, here)} then ${value} end`;
    if (position === key.path.hops.length) {
      return {
        value: masked(partColumn(here.alias, field, key.path.part)),
        type: partType(field, key.path.part),
        nullable: field.nullable || rule.op !== "always",
      };
    }
    const next = hopScope(here, name);
    const inner = walk(position + 1, next);
    const where = allOf([joinOne(here, name, next), notDeleted(next), rowRule(next, view)]);
    return {
      value: masked(sql`(select ${inner.value} from ${fromTable(next)} where ${where})`),
      type: inner.type,
      nullable: true,
    };
  };
  return walk(0, scope);
}

/**
 * The rows that come after `position`. Where all terms run one way and none can be missing it is one row
 * comparison, which PostgreSQL answers from the index alone; otherwise the spelt-out equivalent.
 */
export function afterPosition(
  terms: readonly OrderTerm[],
  position: readonly (string | null)[],
  reversed: boolean,
  sink: ValueSink,
): Sql {
  const values = terms.map((term, i) =>
    position[i] == null ? undefined : sql`${sink.add(position[i])}::${sql.raw(term.type)}`,
  );
  const oneWay = terms.every((term) => term.descending === terms[0]?.descending && !term.nullable);
  if (oneWay && values.every((value) => value !== undefined)) {
    const operator = (terms[0]?.descending ?? false) !== reversed ? sql`<` : sql`>`;
    return sql`(${commaList(terms.map((term) => term.value))}) ${operator} (${commaList(values)})`;
  }
  return spelledOut(terms, values, reversed);
}

function spelledOut(
  terms: readonly OrderTerm[],
  values: readonly (Sql | undefined)[],
  reversed: boolean,
): Sql {
  const [term, ...laterTerms] = terms;
  if (!term) return sql`false`;
  const [value, ...laterValues] = values;
  const tie = value === undefined ? sql`${term.value} is null` : sql`${term.value} = ${value}`;
  const later =
    laterTerms.length === 0 ? undefined : allOf([tie, spelledOut(laterTerms, laterValues, reversed)]);
  return anyOf([strictlyAfter(term, value, reversed), later]);
}

/** NULL is the greatest value: after it comes nothing ascending, everything else descending. */
function strictlyAfter(term: OrderTerm, value: Sql | undefined, reversed: boolean): Sql | undefined {
  const falling = term.descending !== reversed;
  if (value === undefined) return falling ? sql`${term.value} is not null` : undefined;
  if (falling) return sql`${term.value} < ${value}`;
  return term.nullable
    ? sql`(${term.value} > ${value} or ${term.value} is null)`
    : sql`${term.value} > ${value}`;
}
