import { execFileSync } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { hasTerminal, openTerminal } from "../support/terminal.ts";
import { type Development, develop, freePort, reloaded } from "./develop.ts";
import { notes, openProject } from "./temporary-project.ts";

/** Most of the time goes by in other processes: several at once. */
const options = { timeout: 60_000 };

async function createNote({ project, url }: Development, note: object): Promise<Response> {
  const token = (await project.run(["token", "--as", "writer", "--subject", "ada"])).stdout.trim();
  return fetch(`${url}/v1/notes`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ owner: "ada", title: "first", ...note }),
  });
}

const readNotes = async ({ url }: Development): Promise<readonly Record<string, unknown>[]> =>
  ((await (await fetch(`${url}/v1/notes`)).json()) as { data: Record<string, unknown>[] }).data;

describe("the banner", () => {
  it("has every address, how to get a token, and lines that work when pasted", async () => {
    await using development = await develop();
    const { server, url } = development;
    for (const text of [`${url}/v1`, `${url}/openapi.json`, `${url}/livez`, `${url}/readyz`])
      expect(server.stderr).toContain(text);
    expect(server.stderr).toMatch(/token --as writer/);
    const lines = server.stderr.split("\n").filter((line) => /^(export|curl) /.test(line));
    expect(lines.filter((line) => line.startsWith("curl"))).toHaveLength(2);
    const printed = execFileSync("sh", ["-ec", lines.join("\n")], { encoding: "utf8" });
    expect(printed.match(/"data":\[\]/g)).toHaveLength(2);
    expect(server.stdout).toBe("");
  });
});

describe.concurrent("after saving", options, () => {
  it("serves the new declarations on the same data", async () => {
    await using development = await develop();
    expect((await createNote(development, {})).status).toBe(201);
    await development.save(notes("size: integer().default(3),"), reloaded);
    expect(await readNotes(development)).toMatchObject([{ title: "first", size: 3 }]);
    expect(development.server.stderr).toContain("add size to notes");
  });

  it("renames what says so", async () => {
    await using development = await develop();
    await createNote(development, {});
    const heading = notes()
      .replace("title: text({ max: 200 })", 'heading: text({ max: 200 }).renamedFrom("title")')
      .replaceAll('["title"]', '["heading"]');
    await development.save(heading, reloaded);
    expect(await readNotes(development)).toMatchObject([{ heading: "first" }]);
  });

  it.each([
    ["a syntax error", "export const = 1;\n", /load-failed: backend\.ts:1/],
    [
      "a wrong declaration",
      notes().replace('filter: ["title"]', 'filter: ["titel"]'),
      /Did you mean "title"\?/,
    ],
  ])("shows %s and goes on serving until it is corrected", async (_kind, wrong, shown) => {
    await using development = await develop();
    await development.save(wrong, shown);
    await development.server.printed(/The previous version goes on serving\./);
    expect(await readNotes(development)).toEqual([]);
    await development.save(notes("size: integer().default(1),"), reloaded);
    await createNote(development, {});
    expect(await readNotes(development)).toMatchObject([{ size: 1 }]);
  });

  it("refuses to lose data when nobody can be asked, and goes on serving", async () => {
    await using development = await develop(notes("size: integer().default(1),"));
    await createNote(development, { size: 7 });
    await development.save(notes(), /data-loss[\s\S]*--accept-data-loss[\s\S]*The previous version goes on/);
    expect(await readNotes(development)).toMatchObject([{ size: 7 }]);
  });

  it("ends with the last of many quick saves", async () => {
    await using development = await develop();
    const { project, server } = development;
    for (let step = 1; step <= 12; step += 1) {
      await project.write({ "backend.ts": notes(`size: integer().default(${step}),`) });
      await pause(step * 25);
    }
    for (;;) {
      await createNote(development, {}).catch(() => {});
      const rows = await readNotes(development).catch(() => []);
      if (rows.some(({ size }) => size === 12)) break;
      await pause(50);
    }
    expect(server.stderr).not.toContain("The server ended");
  });

  it("sees new folders, and leaves alone what is not the project's", async () => {
    await using development = await develop();
    const { project, server } = development;
    await project.write({
      "node_modules/thing/index.js": "",
      ".keelson/state.json": "{}",
      ".git/config.js": "",
      "dist/backend.js": "",
      "migrations/snapshot.json": "{}",
      "notes.md": "",
    });
    await pause(300);
    expect(server.stderr).not.toMatch(reloaded);
    const from = server.length;
    await project.write({ "rules/open.ts": 'export const name = "title";\n' });
    await server.printed(reloaded, from);
    const imported = `import { name } from "./rules/open.ts";${notes().replaceAll('["title"]', "[name]")}`;
    await development.save(imported, reloaded);
    const later = server.length;
    await project.write({ "rules/open.ts": 'export const name = "titel";\n' });
    await server.printed(/Did you mean "title"\?/, later);
  });
});

it("waits for the first version that loads", async () => {
  await using project = await openProject({ "backend.ts": "nonsense();\n" });
  const env = { DATABASE_URL: await project.newDatabase(), PORT: "0" };
  const server = project.spawn(["dev"], env);
  await server.printed(/backend\.ts:1[\s\S]*Nothing is served yet/);
  await project.write({ "backend.ts": notes() });
  await server.printed(/notes is running/);
  server.kill("SIGTERM");
  expect(await server.ended).toBe(0);
});

it("says in one line that the port is taken, and ends", async () => {
  await using project = await openProject();
  const rival = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => rival.once("listening", resolve));
  const { port } = rival.address() as { port: number };
  const env = { DATABASE_URL: await project.newDatabase(), PORT: String(port) };
  const { code, stderr } = await project.run(["dev"], env);
  rival.close();
  expect(code).toBe(2);
  expect(stderr.match(/Another process already listens on port/g)).toHaveLength(1);
});

it("is not for production", async () => {
  await using project = await openProject();
  const secret = "0123456789abcdef0123456789abcdef";
  const { code, stderr } = await project.run(["dev"], { NODE_ENV: "production", KEELSON_SECRET: secret });
  expect(code).toBe(2);
  expect(stderr).toContain("keelson start");
});

describe.runIf(hasTerminal)("on a terminal", () => {
  it("asks before data is lost, and Ctrl-C is an answer too", async () => {
    await using project = await openProject({ "backend.ts": notes("size: integer().default(1),") });
    const env = { DATABASE_URL: await project.newDatabase(), PORT: await freePort() };
    const development = { project, url: `http://127.0.0.1:${env.PORT}` } as Development;
    const terminal = openTerminal(["dev"], { cwd: project.dir, env });
    await terminal.shows(/Try it:/);
    await createNote(development, { size: 7 });

    const ask = async (): Promise<void> => {
      const from = terminal.screen.length;
      await project.write({ "backend.ts": notes(`tag: text().default("${from}"),`) });
      await terminal.shows(/field "size"[\s\S]*Go on\? Type yes: /, from);
    };
    await ask();
    terminal.type("no\r");
    await terminal.shows(/The previous version goes on serving/);
    expect(await readNotes(development)).toMatchObject([{ size: 7 }]);

    // A newer change withdraws the question and asks again.
    await ask();
    await ask();
    const from = terminal.screen.length;
    terminal.type("yes\r");
    await terminal.shows(reloaded, from);
    expect((await readNotes(development))[0]).not.toHaveProperty("size");

    const later = terminal.screen.length;
    await project.write({ "backend.ts": notes() });
    await terminal.shows(/field "tag"[\s\S]*Go on\? Type yes: /, later);
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(0);
  });
});
