import { symlink } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Development, develop, freePort, reloaded } from "./develop.ts";
import { notes, openProject } from "./temporary-project.ts";

/** Most of the time goes by in other processes: several at once. */
const options = { timeout: 60_000, concurrent: true };

const typescript = fileURLToPath(new URL("../../../../node_modules/typescript", import.meta.url));

/** Anybody may write; `size` filters, and no index serves it. */
const open = (fields = "", extra = ""): string =>
  notes(`size: integer().default(1), ${fields}`, extra)
    .replace(
      'create: (row, caller) => and(caller.is("writer"), eq(row.owner, caller.id))',
      "create: everyone",
    )
    .replace('filter: ["title"]', 'filter: ["title", "size"]');

const copyNotes = `commands: [command(note, "readMany", {
  on: "collection",
  access: everyone,
  async run({ db }) {
    for (let time = 0; time < 12; time += 1) await db.find(note, { filter: { title: "t" } });
  },
})]`;

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const get = (url: string): Promise<Response> => fetch(url, { headers: { connection: "close" } });

describe("the port", options, () => {
  it("answers every request while workers take over, and stays the same", async () => {
    await using development = await develop();
    const { url } = development;
    let over = false;
    const statuses: number[] = [];
    const asking = (async () => {
      while (!over) statuses.push((await get(`${url}/v1/notes`)).status);
    })();
    await development.save(open(), reloaded);
    await development.save(open('tag: text().default("a"),'), reloaded);
    over = true;
    await asking;
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await (await get(`${url}/openapi.json`)).text()).toContain('"tag"');
  });

  it("keeps connections that were opened in advance for the next worker", async () => {
    await using development = await develop();
    const { hostname, port } = new URL(development.url);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once("connect", resolve));
    await development.save(open(), reloaded);
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.write(`GET /v1/notes HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("says why nothing is served until something loads", async () => {
    await using project = await openProject({ "backend.ts": "nonsense();\n" });
    const port = await freePort();
    const server = project.spawn(["dev"], { DATABASE_URL: await project.newDatabase(), PORT: port });
    await server.printed(/Nothing is served yet/);
    const refused = await get(`http://127.0.0.1:${port}/v1/notes`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await refused.json()).toMatchObject({
      code: "unavailable",
      detail: expect.stringContaining("could not be loaded"),
      diagnostics: [{ code: "load-failed", where: "backend.ts:1" }],
    });
    await project.write({ "backend.ts": notes() });
    await server.printed(/notes is running/);
    expect((await get(`http://127.0.0.1:${port}/v1/notes`)).status).toBe(200);
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
  });

  it("says that the server has ended, and starts it again at the next change", async () => {
    const leave = `commands: [command("leave", { access: everyone, async run() { process.exit(3); } })]`;
    const leaving = (): string => open("", leave).replace("import { and,", "import { and, command,");
    await using development = await develop(leaving());
    await expect(post(`${development.url}/v1/leave`, undefined)).rejects.toThrow();
    await development.server.printed(/The server ended \(exit code 3\)\. Saving a file tries again\./);
    const refused = await get(`${development.url}/v1/notes`);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain("The server ended (exit code 3).");
    await development.save(open(), /notes is running/);
    expect((await get(`${development.url}/v1/notes`)).status).toBe(200);
  });
});

describe("errors in types", options, () => {
  const wrong = (text: string): string => `${notes()}\nexport const amount: number = ${text};\n`;

  it("are shown after the reload, block nothing, and are said to be gone", async () => {
    await using development = await develop();
    const { project, server } = development;
    await symlink(typescript, join(project.dir, "node_modules/typescript"));
    server.kill("SIGTERM");
    await server.ended;
    const again = project.spawn(["dev"], development.env);
    await again.printed(/notes is running/);
    const save = async (text: string, expected: RegExp): Promise<string> => {
      const from = again.length;
      await project.write({ "backend.ts": text });
      await again.printed(expected, from);
      return again.stderr.slice(from);
    };
    const printed = await save(wrong('"one"'), /types {2}1 error[\s\S]*TS2322/);
    expect(printed).toMatch(/reloaded in[\s\S]*types {2}1 error; they do not keep it from running/);
    expect(printed).toMatch(
      /backend\.ts:\d+:14 {2}Type 'string' is not assignable to type 'number'\. TS2322/,
    );
    expect((await get(`${development.url}/v1/notes`)).status).toBe(200);
    await save(`${wrong('"one"')}\n`, /types {2}1 error, as before/);
    await save(notes(), /types {2}no errors any more/);
    again.kill("SIGTERM");
    expect(await again.ended).toBe(0);
  });

  it("are not looked for without TypeScript, which is said once", async () => {
    await using development = await develop();
    await development.server.printed(/types {2}not checked: npm install --save-dev typescript/);
    await development.save(open(), reloaded);
    expect(development.server.stderr.match(/types {2}not checked/g)).toHaveLength(1);
  });
});

describe("what is printed", options, () => {
  it("is one line a request: what was asked, how it ended, what it cost, and what was wrong", async () => {
    await using development = await develop(open());
    const { url, server } = development;
    const line = async (request: () => Promise<Response>): Promise<string> => {
      const from = server.length;
      await (await request()).text();
      const [printed] = await server.printed(/ {2}(?:GET|POST) .*(?=\n)/, from);
      return printed;
    };
    const number = String.raw`\d[\d.,]* ms`;
    expect(await line(() => post(`${url}/v1/notes`, { owner: "o", title: "a" }))).toMatch(
      new RegExp(`^  POST    /v1/notes +201 +${number}  1 SQL ${number} +\\d+ B  anonymous$`),
    );
    expect(await line(() => get(`${url}/v1/notes?size[gte]=1&title=${"x".repeat(60)}`))).toMatch(
      /^ {2}GET {5}\/v1\/notes\?size\[gte\]=1&title=x{19}… {2}200 /,
    );
    expect(await line(() => post(`${url}/v1/notes`, { owner: "o", titel: "a" }))).toMatch(
      /422 .* 0 SQL .*validation_failed #\/title is required\. \(and 1 more\) {2}[0-9a-f-]{36}$/,
    );
    expect(await line(() => get(`${url}/v1/%1b[31mnope`))).not.toContain("\u001b");
    expect(await line(() => get(`${url}/v1/nope`))).toMatch(/GET {5}\/v1\/nope +404 .* not_found/);
  });

  it("is structured with --log json, without what a query holds", async () => {
    await using development = await develop(open(), {}, ["--log", "json"]);
    const { url, server } = development;
    await (await get(`${url}/v1/notes?title=secret`)).text();
    await server.printed(/"msg":"request"/);
    const lines = server.stdout
      .split("\n")
      .filter(Boolean)
      .map((text) => JSON.parse(text));
    expect(lines.find(({ msg }) => msg === "request")).toMatchObject({
      method: "GET",
      path: "/v1/notes",
      status: 200,
    });
    expect(lines.find(({ msg }) => msg === "call")).toMatchObject({ operation: "note.list", statements: 1 });
    expect(lines.find(({ type }) => type === "server.listening")).toMatchObject({ url });
    expect(server.stdout).not.toContain("secret");
  });
});

describe("advice", options, () => {
  const backend = (): string => open("", copyNotes).replace("import { and,", "import { and, command,");
  const ask = async ({ url }: Development): Promise<void> => {
    for (let time = 0; time < 4; time += 1) await (await get(`${url}/v1/notes?size=1`)).text();
    await post(`${url}/v1/notes/read-many`, undefined);
  };

  it("names the index to declare and the repeated statement, once in a session", async () => {
    await using development = await develop(backend());
    const { server } = development;
    await ask(development);
    await server.printed(/POST .*read-many +204 .* 12 SQL/);
    await development.save(`${backend()}\n`, reloaded);
    await ask(development);
    expect(server.stderr.match(/warning unindexed-query: note\.list, filtered by size/g)).toHaveLength(1);
    expect(server.stderr).toContain('In resource("note"): indexes: [{ on: ["size", "-createdAt"] }]');
    expect(server.stderr).toContain(
      'create index "notes_size_created_at_idx" on "notes" ("size", "created_at" desc)',
    );
    expect(server.stderr.match(/One call ran note\.list 12 times\./g)).toHaveLength(1);
  });

  it("is not given with --no-advice", async () => {
    await using development = await develop(backend(), {}, ["--no-advice"]);
    await ask(development);
    expect(development.server.stderr).not.toMatch(/warning (?:unindexed|repeated)/);
  });
});
