import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { member, project, tag } from "./club/club-model.ts";
import { type Clubhouse, openClubhouse, type People } from "./club/clubhouse.ts";
import { refused } from "./club/outcomes.ts";

let clubhouse: Clubhouse;
let ids: People;

beforeAll(async () => {
  clubhouse = await openClubhouse();
});
afterAll(() => clubhouse?.close());
beforeEach(async () => {
  ids = await clubhouse.begin();
});

describe("hand-written SQL", () => {
  test("names tables and columns as they were declared, under any alias", async () => {
    const outcome = await clubhouse.run(async ({ db }) => {
      const all = db.asSystem("report");
      await all.update(project, ids.annProject, {
        budget: { amount: 1250, currency: "EUR" },
        settings: { theme: "dark", motto: "so_far" },
        startsAt: "2026-11-21T09:00:00.123456Z",
      });
      const tables = all.sql({ p: project, owner: member });
      const rows = await tables
        .selectFrom("p")
        .innerJoin("owner as o", "o.id", "p.ownerId")
        .select([
          "p.title",
          "p.budgetAmount",
          "p.budgetCurrency",
          "p.startsAt",
          "p.settings",
          "p.createdAt",
          "o.email",
        ])
        .select(({ fn }) => fn.count("o.id").over().as("totalCount"))
        .where("o.account", "=", "ann")
        .execute();
      expect(rows).toEqual([
        {
          title: "Ann's",
          budgetAmount: "1250",
          budgetCurrency: "EUR",
          startsAt: "2026-11-21T09:00:00.123456Z",
          settings: { theme: "dark", motto: "so_far" },
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          email: "ann@example.org",
          totalCount: "1",
        },
      ]);
      const changed = await tables
        .updateTable("p")
        .set((expr) => ({ points: expr("points", "+", 5) }))
        .where("ownerId", "=", ids.ann)
        .returning(["id", "points"])
        .executeTakeFirstOrThrow();
      expect(changed).toEqual({ id: ids.annProject, points: 5 });
      const everything = await tables.selectFrom("p").selectAll().where("points", "=", 5).execute();
      expect(Object.keys(everything[0] ?? {})).toEqual(
        expect.arrayContaining(["ownerId", "parentId", "startsAt", "updatedAt"]),
      );
    });
    expect(outcome).toEqual({ ok: true, kind: "none" });
  });

  test("is undone with the rest, and neither opens nor ends transactions", async () => {
    await clubhouse.run(async ({ db, fail }) => {
      await db
        .asSystem("t")
        .sql({ t: tag })
        .insertInto("t")
        .values({ id: randomUUID(), label: "raw" } as never)
        .execute();
      fail("tooMany");
    });
    expect(await clubhouse.labels()).toEqual([]);
    const error = refused(
      await clubhouse.run(({ db }) =>
        db
          .asSystem("t")
          .sql({ tag })
          .transaction()
          .execute(async () => {}),
      ),
    );
    expect((error.cause as Error).message).toContain("opened and ended for you");
  });

  test("values are bound, whatever they look like", async () => {
    const evil = "'; drop table tags; --";
    await clubhouse.run(async ({ db }) => {
      await db.asSystem("t").create(tag, { label: evil });
      const rows = await db
        .asSystem("t")
        .sql({ tag })
        .selectFrom("tag")
        .select("label")
        .where("label", "=", evil)
        .execute();
      expect(rows).toEqual([{ label: evil }]);
    });
    expect(await clubhouse.labels()).toEqual([evil]);
  });

  test("that PostgreSQL refuses is a mistake of ours", async () => {
    const error = refused(
      await clubhouse.run(({ db }) => sql`select nothing`.execute(db.asSystem("t").sql({ tag }))),
    );
    expect(error).toMatchObject({ code: "internal", detail: undefined });
  });
});
