import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageOf, tablesUnder } from "../docs/read-docs.ts";
import { openProject, type TemporaryProject } from "./temporary-project.ts";

/** Exit codes by diagnostic, as the guide promises them. */
const promised = new Map(
  tablesUnder(pageOf("docs/cli.md"), "The command line").map(([, code = "", exit = ""]) => [
    code.replaceAll("`", ""),
    Number(exit),
  ]),
);

let project: TemporaryProject;
let database: string;
beforeAll(async () => {
  project = await openProject();
  database = await project.newDatabase();
});
afterAll(() => project[Symbol.asyncDispose]());

type Env = Readonly<Record<string, string>>;

/** The one diagnostic that a command ends with; the exit code is the documented one. */
async function refusal(args: readonly string[], env: Env, inside = project): Promise<string> {
  const { code, stderr } = await inside.run(args, env);
  const [, diagnostic = ""] = /^error ([\w-]+): /m.exec(stderr) ?? [];
  expect(stderr.match(/^error /gm), stderr).toHaveLength(1);
  expect(stderr).not.toMatch(/^ +at /m);
  expect({ diagnostic, code }).toEqual({ diagnostic, code: promised.get(diagnostic) });
  return stderr;
}

const withChange = (url: string, change: (url: URL) => void): string => {
  const changed = new URL(url);
  change(changed);
  return changed.href;
};

describe.concurrent("one message and the documented exit code when", { timeout: 60_000 }, () => {
  it.each([["dev"], ["start"]])("the port of keelson %s is taken", async (command) => {
    const rival = createServer().listen(0, "127.0.0.1");
    await once(rival, "listening");
    const { port } = rival.address() as { port: number };
    const told = await refusal([command, "--port", String(port)], { DATABASE_URL: database, PORT: "0" });
    rival.close();
    expect(told).toContain(`Another process already listens on port ${port}.`);
    expect(told).toContain("choose another port with --port or PORT");
  });

  it.each([[["start"]], [["dev"]], [["migrate", "apply"]], [["migrate", "status"]]])(
    "keelson %j finds no database",
    async (args) => {
      const told = await refusal(args, { DATABASE_URL: "postgres://someone:hunter2@127.0.0.1:1/none" });
      expect(told).toContain("Nothing listens at 127.0.0.1:1");
      expect(told).toContain("correct host and port");
      expect(told).not.toContain("hunter2");
    },
  );

  it("a host has several addresses, an unknown name, or never says anything", async () => {
    const to = (host: string) => refusal(["start"], { DATABASE_URL: `postgres://someone@${host}/none` });
    expect(await to("localhost:1")).toContain("Nothing listens at localhost:1");
    expect(await to("database.invalid")).toContain('No host is known by the name "database.invalid".');
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as { port: number };
    expect(await to(`127.0.0.1:${port}`)).toContain(`127.0.0.1:${port} does not answer in time`);
    mute.close();
  });

  it("the user, the password or the name of the database is wrong", async () => {
    const url = (change: (url: URL) => void) => ({ DATABASE_URL: withChange(database, change) });
    const password = await refusal(
      ["start"],
      url((to) => (to.password = "hunter2")),
    );
    expect(password).toContain("error database-login");
    expect(password).not.toContain("hunter2");
    const missing = await refusal(
      ["start"],
      url((to) => (to.pathname = "/nowhere")),
    );
    expect(missing).toContain('has no database "nowhere"');
  });

  it("migrations are missing, pending, or half applied", async () => {
    await using other = await openProject();
    const env = {
      DATABASE_URL: await other.newDatabase(),
      NODE_ENV: "production",
      KEELSON_SECRET: "s".repeat(32),
    };
    const start = () => refusal(["start", "--port", "0"], env, other);
    expect(await start()).toContain("error model-ahead");
    await other.run(["migrate", "create"]);
    expect(await start()).toContain("error migrations-pending");
    await other.run(["migrate", "apply"], env);

    const file = "migrations/20991231235959_look_things_up.sql";
    const header =
      "-- keelson migration 20991231235959_look_things_up\n-- phase: expand\n-- transaction: no\n";
    const statements = ["notes_a on notes (title)", "notes_b on notes (owner)", "notes_c on notes (colour)"];
    const sql = statements.map((index) => `create index concurrently ${index};\n`).join("\n");
    await writeFile(join(other.dir, file), `${header}-- checksum: sha256:${"0".repeat(64)}\n\n${sql}`);
    expect(await other.run(["migrate", "stamp", file])).toMatchObject({ code: 0 });
    const failed = await refusal(["migrate", "apply"], env, other);
    expect(failed).toContain('column "colour" does not exist');

    const half = await start();
    expect(half).toContain("error migration-unfinished: migration 20991231235959_look_things_up");
    expect(half).toContain("It is half applied: 2 of its 3 statements are done.");
    expect(half).toContain("Run `keelson migrate apply`");
    expect((await other.run(["migrate", "status"], env)).stdout).toContain("begun");
  });

  it("--port is no port", async () => {
    for (const port of ["http", "-1", "65536", "1.5"]) {
      const { code, stderr } = await project.run(["start", "--port", port]);
      expect(code).toBe(2);
      expect(stderr).toContain("It must be a whole number from 0 to 65535.");
    }
  });
});
