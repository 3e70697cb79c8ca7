import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { runKeelson, startKeelson } from "../../../packages/keelson/test/support/spawn-keelson.ts";

const cwd = fileURLToPath(new URL("..", import.meta.url));

it("serves notes that belong to their owners, from an empty folder and without a setting", async () => {
  const dir = await mkdtemp(join(tmpdir(), "keelson-quickstart-"));
  await chmod(dir, 0o755);
  const env = { KEELSON_STATE_DIR: join(dir, "state") };
  const server = await startKeelson({ cwd, env });
  const as = async (subject: string) => {
    const { stdout } = await runKeelson(["token", "--subject", subject], { cwd, env });
    return async (method: string, path: string, body?: object) => {
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const answer = await fetch(`${server.url}/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${stdout.trim()}`, ...(body ? { "content-type": type } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await answer.text();
      return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
    };
  };
  try {
    const [ada, bob] = [await as("ada"), await as("bob")];
    const note = await ada("POST", "/notes", { owner: "ada", title: "Buy milk" });
    expect(note).toMatchObject({ status: 201, body: { body: "", done: false } });
    const path = `/notes/${note.body.id}`;
    expect(await bob("POST", "/notes", { owner: "ada", title: "Forged" })).toMatchObject({ status: 403 });
    expect(await bob("GET", path)).toMatchObject({ status: 404 });
    expect((await bob("GET", "/notes")).body.data).toEqual([]);
    expect(await ada("PATCH", path, { title: "Buy oat milk" })).toMatchObject({ status: 200 });
    expect(await ada("POST", `${path}/finish`, {})).toMatchObject({ status: 200, body: { done: true } });
    expect(await ada("PATCH", path, { title: "Too late" })).toMatchObject({ status: 403 });
    expect((await ada("GET", "/notes?done=true")).body.data).toHaveLength(1);
    expect(await ada("DELETE", path)).toMatchObject({ status: 204 });
  } finally {
    server.kill("SIGTERM");
    await server.ended;
    await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
});
