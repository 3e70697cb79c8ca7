import type pg from "pg";
import type { FieldModel } from "../../../src/model/app-model.ts";
import { quoteIdentifier as quote } from "../../../src/model/quote-identifier.ts";
import { policyModel } from "./policy-model.ts";
import type { StoredRow } from "./policy-rows.ts";

/** Makes bare tables for the model and fills them; constraints play no part here. */
export async function storeRows(client: pg.Client, rows: readonly StoredRow[]): Promise<void> {
  for (const resource of policyModel.resources.values()) {
    const columns = [...resource.fields.values()].flatMap((field) => field.columns);
    const printed = columns.map((column) => `${quote(column.name)} ${column.type}`);
    if (resource.softDelete) printed.push(`deleted_at timestamptz`);
    await client.query(`create temp table ${quote(resource.table)} (${printed.join(", ")})`);
    for (const { relation } of resource.manyToMany) {
      if (relation?.kind !== "manyToMany") continue;
      const ends = `${quote(relation.ownColumn)} uuid, ${quote(relation.targetColumn)} uuid`;
      await client.query(`create temp table ${quote(relation.joinTable)} (${ends})`);
    }
  }
  for (const row of rows) await insert(client, row);
  await client.query("analyze");
}

async function insert(client: pg.Client, row: StoredRow): Promise<void> {
  const fields = [...row.resource.fields.values()].filter((field) => field.columns.length > 0);
  const columns = fields.flatMap((field) => field.columns.map((column) => quote(column.name)));
  const values = fields.flatMap((field) => columnValues(field, row.values.get(field.name)));
  if (row.resource.softDelete) {
    columns.push("deleted_at");
    values.push(row.deleted ? "2026-01-01T00:00:00Z" : null);
  }
  const slots = values.map((_, position) => `$${position + 1}`).join(", ");
  await client.query(
    `insert into ${quote(row.resource.table)} (${columns.join(", ")}) values (${slots})`,
    values,
  );
  for (const { name, relation } of row.resource.manyToMany) {
    if (relation?.kind !== "manyToMany") continue;
    for (const target of new Set(row.values.get(name) as readonly string[])) {
      await client.query(`insert into ${quote(relation.joinTable)} values ($1, $2)`, [row.id, target]);
    }
  }
}

function columnValues(field: FieldModel, value: unknown): readonly unknown[] {
  if (field.spec.kind !== "money") return [value];
  const given = value as { readonly amount: number; readonly currency: string } | null;
  return [given?.amount ?? null, given?.currency ?? null].slice(0, field.columns.length);
}
