import { columnValues } from "../../../src/data/plan/plan-write.ts";
import { quoteIdentifier as quote } from "../../../src/model/quote-identifier.ts";
import type { TestData } from "../../support/test-data.ts";
import { policyModel } from "../policy/policy-model.ts";
import type { StoredRow } from "../policy/policy-rows.ts";

/** Writes rows as they are; references within one table afterwards, when all of its rows are there. */
export async function fillTables(
  { query }: Pick<TestData, "query">,
  rows: readonly StoredRow[],
): Promise<void> {
  const order = [...policyModel.resources.keys()];
  const sorted = rows.toSorted((a, b) => order.indexOf(a.resource.name) - order.indexOf(b.resource.name));
  for (const row of sorted) await insert(query, row);
  for (const { resource, id, values } of sorted) {
    for (const { name, relation } of resource.fields.values()) {
      if (relation?.kind !== "one" || relation.target !== resource.name) continue;
      const column = quote(relation.column);
      await query(`update ${quote(resource.table)} set ${column} = $2 where id = $1`, [id, values.get(name)]);
    }
    for (const { name, relation } of resource.manyToMany) {
      if (relation?.kind !== "manyToMany") continue;
      const ends = `${quote(relation.ownColumn)}, ${quote(relation.targetColumn)}`;
      for (const target of new Set(values.get(name) as readonly string[]))
        await query(`insert into ${quote(relation.joinTable)} (${ends}) values ($1, $2)`, [id, target]);
    }
  }
  await query("analyze");
}

async function insert(query: TestData["query"], { resource, values, deleted }: StoredRow): Promise<void> {
  const fields = [...resource.fields.values()].filter(
    ({ columns, relation }) => columns.length > 0 && relation?.target !== resource.name,
  );
  const columns = fields.flatMap((field) => field.columns.map((column) => quote(column.name)));
  const stored = fields.flatMap((field) => columnValues(field, values.get(field.name)));
  if (resource.softDelete) {
    columns.push("deleted_at");
    stored.push(deleted ? "2026-01-01T00:00:00Z" : null);
  }
  const slots = stored.map((_value, position) => `$${position + 1}`);
  await query(
    `insert into ${quote(resource.table)} (${columns.join(", ")}) values (${slots.join(", ")})`,
    stored,
  );
}
