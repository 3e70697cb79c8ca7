import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type TemporaryProject } from "./temporary-project.ts";

const stock = `
import { backend, integer, money, or, eq, boolean, resource, text } from "keelson";

const item = resource("item", {
  fields: {
    code: text({ max: 40, pattern: "[A-Z0-9-]+" }).unique().immutable(),
    title: text({ max: 2000 }),
    price: money(),
    amount: integer({ min: 0 }).default(0),
    hidden: boolean().default(false),
    sold: integer({ min: 0 }).readOnly().default(0),
  },
  access: {
    read: (row, caller) => or(eq(row.hidden, false), caller.is("owner")),
    create: (_row, caller) => caller.is("owner", "writer"),
    update: (_row, caller) => caller.is("owner"),
  },
  list: { filter: ["amount"], sort: ["code"] },
});

export default backend({ name: "stock", resources: [item] });
`;

let project: TemporaryProject;
beforeAll(async () => {
  project = await openProject({ "backend.ts": stock });
});
afterAll(() => project[Symbol.asyncDispose]());

async function ask(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const row = (n: number, title = `Item ${n}`) =>
  `${JSON.stringify({ code: `C-${n}`, title, price: { amount: n, currency: "GBP" } })}\n`;

const rows = (from: number, to: number, title?: string): string =>
  Array.from({ length: to - from }, (_, n) => row(from + n, title)).join("");

/** Waits until so many rows are written, and committed with their checkpoint. */
async function reached(url: string, done: number): Promise<void> {
  const reaches = async () => {
    const found = await ask(url, "select done::int from keelson.operations where kind = 'import'").catch(
      () => [],
    );
    return Number(found[0]?.["done"] ?? 0) >= done;
  };
  while (!(await reaches())) await pause(20);
}

/** So long that a few thousand are more than what tells one file from another. */
const long = "x".repeat(1_000);

// Most of the time goes by in other processes: several at once.
describe.concurrent("keelson import and export", { timeout: 120_000 }, () => {
  it("loses nothing and writes nothing twice: kill -9 in the middle, --resume, Ctrl-C, --resume", async () => {
    const env = { DATABASE_URL: await project.newDatabase() };
    const args = ["import", "item", "-", "--format", "ndjson"];
    const killed = project.spawn(args, env, rows(0, 1_300, long));
    await reached(env.DATABASE_URL, 500);
    killed.kill("SIGKILL");
    expect(await killed.ended).toBe("SIGKILL");
    const interrupted = project.spawn([...args, "--resume"], env, rows(0, 1_700, long));
    await reached(env.DATABASE_URL, 1_500);
    interrupted.kill("SIGINT");
    expect(await interrupted.ended).toBe(130);
    expect(interrupted.stderr).toContain("the same command with --resume goes on from here");
    const input = rows(0, 2_000, long);
    const anew = await project.run(args, env, input);
    expect(anew.code).toBe(2);
    expect(anew.stderr).toContain("interrupted after 1,500 rows");
    const resumed = await project.run([...args, "--resume", "--json"], env, input);
    expect(resumed.code, resumed.stderr).toBe(0);
    const whole = { state: "succeeded", done: 2_000, created: 2_000, failed: 0 };
    expect(JSON.parse(resumed.stdout)).toMatchObject(whole);
    const counts = "select count(*)::int as rows, count(distinct code)::int as codes from items";
    expect(await ask(env.DATABASE_URL, counts)).toEqual([{ rows: 2_000, codes: 2_000 }]);
  });

  it("reports bad rows, and exits with 1; what is wrong with the command or the file is told", async () => {
    const env = { DATABASE_URL: await project.newDatabase() };
    const file = join(project.dir, "bad.csv");
    const lines = ["A-1,One,100,GBP", "A-2,Two,x,GBP", 'A-3,"Three"x,1,GBP', 'A-4,"Four, ""big""",400,EUR'];
    await writeFile(file, `code,title,price.amount,price.currency\n${lines.join("\n")}\n`);
    const imported = await project.run(["import", "items", file, "--as", "writer"], env);
    expect(imported.code, imported.stderr).toBe(1);
    expect(imported.stderr).toContain("4 rows: 2 created, 0 updated, 0 skipped, 2 refused");
    const report = (await readFile(`${file}.errors.ndjson`, "utf8")).trimEnd().split("\n");
    expect(report.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ line: 3, pointer: "#/price/amount", code: "validation_failed" }),
      expect.objectContaining({ line: 4, pointer: "#", code: "malformed_row", input: 'A-3,"Three"x,1,GBP' }),
    ]);
    await writeFile(file, "code,titel,price.amount,price.currency\nA-1,One,100,GBP\n");
    const [header, options] = await Promise.all([
      project.run(["import", "item", file], env),
      project.run(["import", "item", file, "--key", "title", "--on-conflict", "skip"], env),
    ]);
    expect(header.code).toBe(1);
    expect(header.stderr).toContain('"titel" is no column that can be written. Did you mean "title"?');
    expect(options.code).toBe(2);
    expect(options.stderr).toContain('"title" does not identify a record of "item". Use one of id, code.');
  });

  it("takes a file that is larger than its memory may become", async () => {
    const file = join(project.dir, "large.ndjson");
    const ballast = "x".repeat(50_000);
    const handle = await open(file, "w");
    for (let n = 0; n < 2_400; n += 1) await handle.write(row(n).replace(/\}\n$/, `,"sold":"${ballast}"}\n`));
    const { size } = await handle.stat();
    await handle.close();
    expect(size).toBeGreaterThan(100 * 2 ** 20);
    const env = { DATABASE_URL: await project.newDatabase(), NODE_OPTIONS: "--max-old-space-size=100" };
    const imported = await project.run(["import", "item", file, "--ignore", "sold", "--json"], env);
    expect(imported.code, imported.stderr).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({ created: 2_400, failed: 0 });
  });

  it("brings back what it has exported", async () => {
    const env = { DATABASE_URL: await project.newDatabase() };
    const source = join(project.dir, "source.ndjson");
    await writeFile(
      source,
      rows(0, 30) + row(30, '=cmd|"/c calc"!A1') + row(31, "'=quoted") + row(32, "two\nlines"),
    );
    expect((await project.run(["import", "item", source], env)).code).toBe(0);
    const file = join(project.dir, "items.csv");
    const exported = await project.run(["export", "item", "--output", file], env);
    expect(exported.code, exported.stderr).toBe(0);
    expect(await readFile(file, "utf8")).toContain(`"'=cmd|""/c calc""!A1"`);
    await ask(env.DATABASE_URL, "truncate items");
    const back = await project.run(
      ["import", "item", file, "--ignore", "createdAt,updatedAt,version", "--json"],
      env,
    );
    expect(JSON.parse(back.stdout)).toMatchObject({ created: 33, failed: 0, state: "succeeded" });
    const again = await project.run(
      ["export", "item", "--fields", "code,title,price", "--as", "writer"],
      env,
    );
    expect(again.stdout).toBe(await readFile(source, "utf8"));
  });
});
