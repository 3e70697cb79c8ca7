import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, dropDatabase } from "../../src/data/embedded/create-database.ts";
import { longForm } from "../support/long-form.ts";
import { testPostgres } from "../support/postgres.ts";
import { openReader } from "./follow-guide.ts";
import { type Block, pageOf } from "./read-docs.ts";
import { absentTools } from "./shell.ts";

/** A new project, for guides that do not say how to make one. */
const newProject: Block = {
  place: "before the guide",
  language: "sh",
  marks: ["run"],
  text: "npm create keelson@latest my-app\ncd my-app\nexport CI=true",
};

/** What a user's shell would have, without what this test run has set for itself. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      !/^(KEELSON_|VITEST|NODE_|npm_|INIT_CWD$|HOST$|PORT$|DATABASE_URL$|FORCE_COLOR$|CI$)/.test(name),
  ),
);

let postgres: Awaited<ReturnType<typeof testPostgres>>;
beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => postgres.stop());

describe.concurrent("guides that are followed step by step", () => {
  test("can be followed where changes are judged", () => {
    if (process.env.CI) expect(absentTools).toEqual([]);
  });

  test.runIf(longForm && absentTools.length === 0)("getting started", { timeout: 180_000 }, async () => {
    // The tests of the project join the server of this run; the project itself has a PostgreSQL of its own.
    await using reader = await openReader({ ...inherited, KEELSON_TEST_DATABASE_URL: postgres.url });
    for (const block of pageOf("docs/getting-started.md").blocks) await reader.follow(block);
  });

  test.runIf(longForm && absentTools.length === 0)("migrations", { timeout: 120_000 }, async () => {
    const name = `t_${randomBytes(6).toString("hex")}`;
    const url = await createDatabase(postgres.url, name);
    try {
      await using reader = await openReader({ ...inherited, DATABASE_URL: url });
      const steps = pageOf("docs/migrations.md").blocks.filter(({ marks }) => marks.length > 0);
      for (const block of [newProject, ...steps]) await reader.follow(block);
    } finally {
      await dropDatabase(postgres.url, name);
    }
  });
});
