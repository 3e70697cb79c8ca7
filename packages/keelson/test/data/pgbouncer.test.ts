import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { user } from "../../src/base/caller.ts";
import { KeelsonError } from "../../src/base/error.ts";
import { openDatabase } from "../../src/data/database.ts";
import { translateDatabaseError } from "../../src/data/database-error.ts";
import type { HandlerContext } from "../../src/declare/handler.ts";
import { observeNothing } from "../../src/observe/observation.ts";
import { club, member, project, script, tag } from "../operation/club/club-model.ts";
import { recordOf, refused } from "../operation/club/outcomes.ts";
import { hasPgBouncer, type PgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { openTestBackend, type TestBackend } from "../support/test-backend.ts";
import { textRows } from "../support/text-rows.ts";

describe.skipIf(!hasPgBouncer)(
  "behind PgBouncer in transaction mode, with two connections to the server",
  () => {
    let pooler: PgBouncer;
    let clubhouse: TestBackend;
    let owner: string;
    const ann = user("ann");

    beforeAll(async () => {
      clubhouse = await openTestBackend(club, {
        poolSize: 24,
        acquireTimeoutMs: 15_000,
        through: async (url) => {
          // What a database may be set to, and the planner must not depend on.
          const client = new pg.Client(url);
          await client.connect();
          const name = client.escapeIdentifier(new URL(url).pathname.slice(1));
          await client.query(`alter database ${name} set timezone = 'Asia/Tokyo'`);
          await client.query(`alter database ${name} set datestyle = 'German'`);
          await client.end();
          pooler = await startPgBouncer(url, 2);
          return pooler.url;
        },
      });
      owner = (
        await clubhouse.trusted().create(member, { name: "Ann", account: "ann", email: "ann@example.org" })
      ).id;
    });
    afterAll(async () => {
      await clubhouse?.close();
      await pooler?.[Symbol.asyncDispose]();
    });

    const open = (options: object) =>
      openDatabase({ url: pooler.url, observe: observeNothing, applicationName: "test", ...options });

    test("finds out by itself, and by being told", async () => {
      expect(clubhouse.database.pooled).toBe(true);
      const direct = await openDatabase({
        url: clubhouse.url,
        observe: observeNothing,
        applicationName: "test",
      });
      expect(direct.pooled).toBe(false);
      await direct.close();
      const told = await openDatabase({
        url: `${clubhouse.url}?pgbouncer=true`,
        observe: observeNothing,
        applicationName: "test",
      });
      expect(told.pooled).toBe(true);
      expect(await told.run({ name: "n", text: "select 1" }, [], textRows)).toEqual([["1"]]);
      await told.close();
    });

    test("many clients do everything at once, the same statements over and over", async () => {
      const { id } = await clubhouse
        .trusted()
        .create(project, { owner, title: "Busy", startsAt: "2026-11-21T09:00:00Z", dueOn: "2026-12-24" });
      const work = Array.from({ length: 40 }, async (_, i) => {
        await clubhouse.as(ann).create(project, { owner, title: `P${i}` });
        const points = await clubhouse.call(ann, "project.addPoints", { id, input: { amount: 1 } });
        if (!points.ok) throw points.error;
        const page = await clubhouse
          .as(ann)
          .find(project, { limit: 5, expand: { owner: true, tasks: true } });
        expect(page.data).toHaveLength(5);
        expect(await clubhouse.as(ann).get(project, id)).toMatchObject({
          startsAt: "2026-11-21T09:00:00Z",
          dueOn: "2026-12-24",
        });
      });
      await Promise.all(work);
      expect(await clubhouse.as(ann).get(project, id)).toMatchObject({ points: 40, version: 41 });
      const { rows } = await direct(
        "select count(*)::int as n from pg_stat_activity where application_name = 'test' and datname = current_database()",
      );
      expect(rows[0].n).toBeLessThanOrEqual(2);
    });

    test("leaves nothing behind on the server's connections", async () => {
      for (let i = 0; i < 10; i += 1) await clubhouse.as(ann).find(project, { limit: 1 });
      const plain = new pg.Client(pooler.url);
      await plain.connect();
      const { rows } = await plain.query(
        "select current_setting('statement_timeout') as timeout, (select count(*)::int from pg_prepared_statements) as prepared",
      );
      await plain.end();
      expect(rows).toEqual([{ timeout: "0", prepared: 0 }]);
    });

    test("refuses, rolls back and goes on as without it", async () => {
      const outcome = await clubhouse.call(ann, "project.create", {
        input: { owner: randomUUID(), title: "x" },
      });
      expect(refused(outcome).code).toBe("validation_failed");
      script.run = (async ({ db, fail }: HandlerContext<never, never, "tooMany">) => {
        const all = db.asSystem("t");
        await all.create(tag, { label: "a" });
        await all.create(tag, { label: "a" }).catch(() => {});
        await all.create(tag, { label: "b" });
        fail("tooMany");
      }) as typeof script.run;
      expect(refused(await clubhouse.call(ann, "act")).code).toBe("too_many");
      expect((await clubhouse.trusted().find(tag)).data).toEqual([]);
    });

    test.each(["-startsAt", "dueOn"])("pages by %s, whatever the database is set to", async (sort) => {
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await clubhouse.as(ann).find(project, { sort, limit: 7, ...(cursor ? { cursor } : {}) });
        seen.push(...page.data.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor);
      const { rows } = await direct("select count(*)::int as n from projects");
      expect(new Set(seen).size).toBe(rows[0].n);
      expect(seen).toHaveLength(rows[0].n);
    });

    test("keeps the limits of time, for single statements too", async () => {
      const database = await open({ statementTimeoutMs: 150, lockTimeoutMs: 100 });
      const told = (work: Promise<unknown>) =>
        work.then(
          () => undefined,
          (error: unknown) => translateDatabaseError(error, clubhouse.model, () => true),
        );
      const slow = { name: "", text: "select pg_sleep(5)" };
      expect(await told(database.run(slow, [], textRows))).toMatchObject({ code: "deadline_exceeded" });
      expect(await told(database.transaction("read", (tx) => tx.run(slow, [], textRows)))).toMatchObject({
        code: "deadline_exceeded",
      });
      const lock = { name: "", text: "select 1 from members for update" };
      await database.transaction("write", async (tx) => {
        await tx.run(lock, [], textRows);
        const error = await told(database.run(lock, [], textRows));
        expect(error).toBeInstanceOf(KeelsonError);
        expect(error).toMatchObject({ code: "conflict" });
      });
      await database.close();
    });

    test("a record can be created and read in one breath, and the write is there when it is acknowledged", async () => {
      const created = recordOf(
        await clubhouse.call(ann, "project.create", { input: { owner, title: "Acknowledged" } }),
      );
      const { rows } = await direct("select title from projects where id = $1", [created.id]);
      expect(rows).toEqual([{ title: "Acknowledged" }]);
    });

    /** Asks the server itself. */
    async function direct(text: string, values: unknown[] = []) {
      const client = new pg.Client(clubhouse.url);
      await client.connect();
      try {
        return await client.query(text, values);
      } finally {
        await client.end();
      }
    }
  },
);
