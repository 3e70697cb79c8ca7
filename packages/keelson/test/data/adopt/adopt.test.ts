import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Adopted, adoptDatabase, recordBaseline } from "../../../src/data/adopt/adopt-database.ts";
import { withConnection } from "../../../src/data/migrate/connect.ts";
import { describeDrift, findDrift } from "../../../src/data/migrate/drift.ts";
import { snapshotOf } from "../../../src/data/migrate/snapshot-of.ts";
import { databases } from "./databases.ts";
import { newDatabase } from "./new-database.ts";

const now = new Date("2026-11-21T12:00:00Z");
const schemas: Partial<Record<keyof typeof databases, readonly string[]>> = { odd: ["public", "sales"] };

async function adopt(url: string, kind: keyof typeof databases): Promise<Adopted> {
  return withConnection(url, (connection) =>
    adoptDatabase(connection, { name: kind, now, ...(schemas[kind] ? { schemas: schemas[kind] } : {}) }),
  );
}

const faultsOf = (drift: Adopted["drift"]) =>
  drift.map(describeDrift).filter(({ severity }) => severity === "error");

describe.each(Object.keys(databases) as (keyof typeof databases)[])("%s", (kind) => {
  let url: string;
  let close: () => Promise<void>;
  let adopted: Adopted;
  beforeAll(async () => {
    ({ url, close } = await newDatabase(databases[kind]));
    adopted = await adopt(url, kind);
  });
  afterAll(() => close());

  test("is what its declarations say", () => {
    expect(faultsOf(adopted.drift)).toEqual([]);
  });

  test("is written in the same words every time", async () => {
    const again = await adopt(url, kind);
    expect([...again.files]).toEqual([...adopted.files]);
    const text = [...adopted.files]
      .filter(([path]) => !path.endsWith(".json"))
      .map(([path, file]) => `// ${path}\n${file.replace(/"adopt_[0-9a-f]+"/, '"…"')}`)
      .join("\n");
    await expect(text).toMatchFileSnapshot(`../../golden/adopt/${kind}.txt`);
  });

  test("is rebuilt by its baseline in an empty database", async () => {
    const empty = await newDatabase("");
    try {
      const client = new pg.Client({ connectionString: empty.url });
      await client.connect();
      const [, sql = ""] = [...adopted.files].find(([path]) => path.endsWith(".sql")) ?? [];
      await client.query(sql).finally(() => client.end());
      const drift = await withConnection(empty.url, (connection) =>
        findDrift(connection, snapshotOf(adopted.model)),
      );
      expect(faultsOf(drift)).toEqual([]);
    } finally {
      await empty.close();
    }
  });

  test("has the baseline recorded once", async () => {
    await withConnection(url, async (connection) => {
      expect(await recordBaseline(connection, adopted)).toBe(true);
      expect(await recordBaseline(connection, adopted)).toBe(false);
    });
  });
});
