import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type TemporaryProject } from "./temporary-project.ts";

let project: TemporaryProject;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  project = await openProject();
  env = { DATABASE_URL: await project.newDatabase() };
  await project.run(["migrate", "create"]);
  await project.run(["migrate", "apply"], env);
});
afterAll(() => project[Symbol.asyncDispose]());

/** Where there is no psql. */
const withoutPsql = { PATH: "/nowhere" };

describe("keelson db", () => {
  it("prints the URL, and nothing else on standard output", async () => {
    expect(await project.run(["db", "url"], env)).toEqual({
      code: 0,
      stdout: `${env.DATABASE_URL}\n`,
      stderr: "",
    });
  });

  it.each([
    ["psql, where it is installed", {}],
    ["its own small prompt", withoutPsql],
  ])("runs SQL from standard input with %s", async (_name, path) => {
    const shell = (sql: string) => project.run(["db", "shell"], { ...env, ...path }, sql);
    const good = await shell("select 6 * 7 as answer;\nselect 'wo' ||\n 'rd' as made; select 1 as last");
    expect(good.code, good.stderr).toBe(0);
    for (const text of ["answer", "42", "made", "word", "last"]) expect(good.stdout).toContain(text);
    const bad = await shell("select 1 as first;\nselect * from nowhere;\nselect 2 as second;\n");
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain("first");
    expect(bad.stdout).not.toContain("second");
    expect(bad.stderr).toContain("nowhere");
  });

  it("deletes nothing unless somebody says so", async () => {
    const { code, stdout, stderr } = await project.run(["db", "reset"], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("--yes");
    const tables = await project.run(
      ["db", "shell"],
      { ...env, ...withoutPsql },
      "select count(*) from notes",
    );
    expect(tables.code).toBe(0);
  });

  it("deletes nothing in production", async () => {
    const production = { NODE_ENV: "production", KEELSON_SECRET: "0123456789abcdef0123456789abcdef" };
    const { code, stderr } = await project.run(["db", "reset", "--yes"], { ...env, ...production });
    expect(code).toBe(2);
    expect(stderr).toContain("Production data is not deleted by a command.");
  });

  it("starts afresh with --yes, and says what comes next", async () => {
    const { code, stderr } = await project.run(["db", "reset", "--yes"], env);
    expect(code).toBe(0);
    expect(stderr).toContain("keelson migrate apply");
    expect((await project.run(["migrate", "apply"], env)).code).toBe(0);
  });
});
