import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { migrationFileName, printMigrationFile } from "../../src/data/migrate/migration-file.ts";
import { notes, openProject, type TemporaryProject } from "./temporary-project.ts";

async function query(database: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** A project with one migration, applied, and a note. */
async function openMigrated(fields = "size: integer().optional(),") {
  const project = await openProject({ "backend.ts": notes(fields) });
  const env = { DATABASE_URL: await project.newDatabase() };
  const created = await project.run(["migrate", "create"]);
  expect(created).toMatchObject({ code: 0, stderr: "" });
  expect(created.stdout).toMatch(/^migrations\/\d{14}_initial\.sql\n$/);
  expect(await project.run(["migrate", "apply"], env)).toMatchObject({ code: 0, stdout: "" });
  await query(
    env.DATABASE_URL,
    "insert into notes (id, owner, title) values (gen_random_uuid(), 'ada', 'first')",
  );
  return { project, env };
}

const createFrom = async (project: TemporaryProject, backend: string): Promise<readonly string[]> => {
  await project.write({ "backend.ts": backend });
  const { code, stdout } = await project.run(["migrate", "create"]);
  expect(code).toBe(0);
  return stdout.trim().split("\n");
};

// Most of the time goes by in other processes: several at once.
describe.concurrent("keelson migrate", { timeout: 60_000 }, () => {
  it("goes from create to status, and has nothing more to do", async () => {
    const { project, env } = await openMigrated();
    await using _ = project;
    const again = await project.run(["migrate", "create"]);
    expect(again).toMatchObject({ code: 0, stdout: "" });
    expect(again.stderr).toContain("nothing to write");
    expect((await project.run(["migrate", "apply"], env)).stderr).toBe("Nothing was pending.\n");
    const status = JSON.parse((await project.run(["migrate", "status", "--json"], env)).stdout);
    expect(status).toMatchObject({
      migrations: [{ phase: "expand", state: "applied" }],
      diagnostics: [],
      drift: [],
    });
    await query(env.DATABASE_URL, "alter table notes add column stray text");
    const drifted = await project.run(["migrate", "status"], env);
    expect(drifted.stderr).toContain("stray");
    const check = await project.run(["migrate", "check", "--json"]);
    expect(check.code).toBe(0);
    expect(JSON.parse(check.stdout)).toMatchObject([{ findings: [] }]);
  });

  it("renames what says so, and keeps the data", async () => {
    const { project, env } = await openMigrated();
    await using _ = project;
    await createFrom(
      project,
      notes("size: integer().optional(),")
        .replace("title: text({ max: 200 })", 'heading: text({ max: 200 }).renamedFrom("title")')
        .replaceAll('["title"]', '["heading"]'),
    );
    expect((await project.run(["start"], env)).stderr).toContain("keelson migrate apply");
    const applied = await project.run(["migrate", "apply"], env);
    expect(applied.code, applied.stderr).toBe(0);
    expect(await query(env.DATABASE_URL, "select heading from notes")).toEqual([{ heading: "first" }]);
  });

  it("does not lose data unasked, and takes a reason in the file for an answer", async () => {
    const { project, env } = await openMigrated();
    await using _ = project;
    const paths = await createFrom(project, notes());
    const path = paths.at(-1) ?? "";
    const refused = await project.run(["migrate", "apply"], env);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("data-loss");
    expect(refused.stderr).toContain("--accept-data-loss");
    expect(await query(env.DATABASE_URL, "select size from notes")).toHaveLength(1);

    expect((await project.run(["migrate", "apply", "--up-to", "expand"], env)).code).toBe(0);
    expect(await query(env.DATABASE_URL, "select size from notes")).toHaveLength(1);

    const text = await readFile(join(project.dir, path), "utf8");
    const reason = "-- keelson: allow drop-column because nobody measures notes any more\n";
    await project.write({ [path]: text.replace("alter table", `${reason}alter table`) });
    const edited = await project.run(["migrate", "apply"], env);
    expect(edited.code).toBe(2);
    expect(edited.stderr).toContain(`keelson migrate stamp ${path}`);
    expect(await project.run(["migrate", "stamp", path])).toMatchObject({
      code: 0,
      stderr: `stamped ${path}\n`,
    });
    expect((await project.run(["migrate", "stamp", path])).stderr).toContain("right checksum already");
    expect((await project.run(["migrate", "apply"], env)).code).toBe(0);
    await expect(query(env.DATABASE_URL, "select size from notes")).rejects.toThrow("does not exist");
  });

  it("goes ahead with --accept-data-loss, and without a word on a database that has nothing to lose", async () => {
    const { project, env } = await openMigrated();
    await using _ = project;
    await createFrom(project, notes());
    expect((await project.run(["migrate", "apply", "--accept-data-loss"], env)).code).toBe(0);
    const fresh = { DATABASE_URL: await project.newDatabase() };
    expect((await project.run(["migrate", "apply"], fresh)).code).toBe(0);
  });

  it("fails the check of SQL that would stop the service", async () => {
    const { project } = await openMigrated();
    await using _ = project;
    const draft = { id: "20990101000000", name: "by_hand", phase: "expand", transaction: true } as const;
    const path = `migrations/${migrationFileName(draft)}`;
    const body = "alter table notes alter column title type varchar(50);\n";
    await project.write({ [path]: printMigrationFile({ ...draft, body }) });
    const { code, stdout, stderr } = await project.run(["migrate", "check"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(path);
    expect(stderr).toContain("1 of 2 migrations need a change.");
  });

  it("refuses to start on a schema that is newer than the code", async () => {
    const { project, env } = await openMigrated();
    await using _ = project;
    const snapshot = await readFile(join(project.dir, "migrations/snapshot.json"), "utf8");
    const paths = await createFrom(project, notes("size: integer().optional(), tag: text().optional(),"));
    expect((await project.run(["migrate", "apply"], env)).code).toBe(0);
    for (const path of paths) await rm(join(project.dir, path));
    await project.write({
      "backend.ts": notes("size: integer().optional(),"),
      "migrations/snapshot.json": snapshot,
    });
    for (const args of [["start"], ["migrate", "apply"]]) {
      const { code, stderr } = await project.run(args, { ...env, PORT: "0" });
      expect(code).toBe(2);
      expect(stderr).toContain("newer");
    }
  });

  it.each([
    ["nowhere.sql", "There is no file nowhere.sql."],
    ["backend.ts", "error "],
  ])("does not stamp %s", async (path, reason) => {
    await using project = await openProject();
    const { code, stderr } = await project.run(["migrate", "stamp", path]);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
  });
});
