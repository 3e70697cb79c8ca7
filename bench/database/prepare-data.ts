import { readFile } from "node:fs/promises";
import type { Client } from "pg";

const expected = { customers: 10_000, orders: 100_000 } as const;

/** Keelson's own migrations and seed. */
export interface Preparation {
  migrate(): Promise<void>;
  seed(): Promise<void>;
}

/**
 * Fills an empty database; a filled one is only migrated, since Keelson's own tables may have changed. Without Keelson
 * the same tables come from plain SQL.
 */
export async function prepareData(client: Client, keelson: Preparation | undefined): Promise<void> {
  const existing = await client.query<{ there: boolean }>(
    "select to_regclass('public.orders') is not null as there",
  );
  await keelson?.migrate();
  if (!existing.rows[0]?.there) {
    if (keelson) await keelson.seed();
    else {
      await client.query(await readSql("schema.sql"));
      await client.query(await readSql("seed.sql"));
    }
  }
  await client.query("vacuum analyze");
  for (const [table, count] of Object.entries(expected)) {
    const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`);
    if (rows[0]?.count !== count) {
      throw new Error(
        `${table} has ${rows[0]?.count} rows instead of ${count}; drop the database and run again`,
      );
    }
  }
}

const readSql = (file: string): Promise<string> => readFile(new URL(file, import.meta.url), "utf8");
