import { sql } from "kysely";
import type { AppModel, FieldModel, ResourceModel } from "../../model/app-model.ts";
import type { PolicyView } from "../../model/policy-view.ts";
import { unbounded } from "./compile-expression.ts";
import { newValueSink, rowRule } from "./compile-filter.ts";
import type { Planned } from "./plan-read.ts";
import { fromTable, keyColumn, notDeleted, rootScope, targetOf } from "./scope.ts";
import { allOf, columnOf, compilePlan, named, tableOf } from "./sql.ts";

const keyType = ({ key }: ResourceModel): string => unbounded(key.parts[0]?.type ?? "uuid");

/**
 * Plans replacing the links of a many-to-many relation by a list of ids. Answers whether every id names a
 * record that exists for the caller; links are changed only then. Links to records that the caller cannot see
 * stay: nobody takes away what is not there for them. Value 0 is the record's id, value 1 the list.
 */
export function planLinks(
  model: AppModel,
  resource: ResourceModel,
  field: FieldModel,
  id: string,
  targets: readonly string[],
  view: PolicyView,
): Planned {
  const relation = field.relation;
  if (relation?.kind !== "manyToMany")
    throw new Error(`"${resource.name}.${field.name}" is not a many-to-many relation`);
  return {
    key: `links|${resource.name}|${field.name}|${view.signature}`,
    values: [id, targets],
    build: () => {
      const sink = newValueSink();
      const own = sink.add(undefined);
      const wanted = sink.add(undefined);
      const scope = rootScope(model, targetOf(model, relation.target));
      const join = tableOf(relation.joinTable);
      const ownColumn = named(relation.ownColumn);
      const targetColumn = named(relation.targetColumn);
      const target = columnOf(scope.alias, keyColumn(scope.resource));
      const ownType = sql.raw(keyType(resource));
      const type = sql.raw(keyType(scope.resource));
      const visible = allOf([notDeleted(scope), rowRule(scope, view)]);
      const found = sql`select ${target} as "id" from ${fromTable(scope)} where ${target} = any(${wanted}::${type}[]) and ${visible}`;
      const complete = sql`select (select count(*) from "_f") = (select count(distinct x) from unnest(${wanted}::${type}[]) as x) as "complete"`;
      const unwanted = sql`"_l".${ownColumn} = ${own}::${ownType} and "_l".${targetColumn} <> all(${wanted}::${type}[]) and ${target} = "_l".${targetColumn}`;
      const removed = sql`delete from ${join} as "_l" using "_c", ${fromTable(scope)} where "complete" and ${unwanted} and ${visible}`;
      const added = sql`insert into ${join} (${ownColumn}, ${targetColumn}) select ${own}::${ownType}, "_f"."id" from "_f", "_c" where "complete" on conflict do nothing`;
      return compilePlan(
        sql`with "_f" as (${found}), "_c" as (${complete}), "_d" as (${removed}), "_a" as (${added}) select "complete" from "_c"`,
      );
    },
  };
}
