import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notes, openProject, type TemporaryProject } from "./temporary-project.ts";

let project: TemporaryProject;
let database: string;
beforeAll(async () => {
  project = await openProject();
  database = await project.newDatabase();
});
afterAll(() => project[Symbol.asyncDispose]());

const secret = "0123456789abcdef0123456789abcdef";
const listening = /"server\.listening","url":"([^"]+)"/;

// Most of the time goes by in other processes: several at once.
describe.concurrent("keelson start", { timeout: 60_000 }, () => {
  it("serves, logs one JSON object a line, and ends with 0 when told to", async () => {
    const server = project.spawn(["start"], { DATABASE_URL: database, PORT: "0" });
    const [, url] = await server.printed(listening);
    expect((await fetch(`${url}/v1/notes`)).status).toBe(200);
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.stderr).toBe("");
    const lines = server.stdout.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).service)).toEqual(lines.map(() => "notes"));
    expect(server.stdout).toContain('"operation":"note.list"');
  });

  it("refuses production without a secret, or on a schema that no migration made", async () => {
    const env = { NODE_ENV: "production", DATABASE_URL: database };
    const bare = await project.run(["start"], env);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toContain("Production needs a secret of its own.");
    const { code, stderr } = await project.run(["start"], { ...env, KEELSON_SECRET: secret });
    expect(code).toBe(2);
    expect(stderr).toContain("keelson migrate create");
  });

  it("warns in production when nobody can sign in", async () => {
    await using other = await openProject();
    const env = { NODE_ENV: "production", KEELSON_SECRET: secret, DATABASE_URL: await other.newDatabase() };
    await other.run(["migrate", "create"]);
    await other.run(["migrate", "apply"], env);
    const server = other.spawn(["start"], { ...env, PORT: "0", HOST: "127.0.0.1" });
    const [, url] = await server.printed(listening);
    expect(server.stderr).toContain("no-issuer");
    const token = (await other.run(["token", "--as", "writer"])).stdout.trim();
    const answer = await fetch(`${url}/v1/notes`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(401);
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
  });

  it("serves a database that keelson dev has made, but not an outdated one", async () => {
    await using other = await openProject();
    const env = { DATABASE_URL: await other.newDatabase(), PORT: "0" };
    // Without migrations, in development, the schema follows the declarations.
    const first = other.spawn(["start"], env);
    await first.printed(listening);
    first.kill("SIGINT");
    expect(await first.ended).toBe(0);
    await other.run(["migrate", "create"]);
    const second = other.spawn(["start"], env);
    await second.printed(listening);
    second.kill("SIGINT");
    await second.ended;
    await other.write({ "backend.ts": notes("size: integer().optional(),") });
    const { code, stderr } = await other.run(["start"], env);
    expect(code).toBe(2);
    expect(stderr).toContain("keelson migrate create");
  });
});
