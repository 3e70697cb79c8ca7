import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { notes, openProject, type TemporaryProject } from "./temporary-project.ts";

let project: TemporaryProject;
beforeAll(async () => {
  project = await openProject();
});
afterAll(() => project[Symbol.asyncDispose]());

test("gen client prints the client, or writes it into a folder that need not be there", async () => {
  const { code, stdout, stderr } = await project.run(["gen", "client"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("export function createNotesClient(options: ClientOptions): NotesClient {");
  const written = await project.run(["gen", "client", "--out", "web/api/notes.ts"]);
  expect(written).toEqual({ code: 0, stdout: "", stderr: "wrote web/api/notes.ts\n" });
  expect(await readFile(join(project.dir, "web/api/notes.ts"), "utf8")).toBe(stdout);
});

test("gen client --check fails when the file is missing or old, and writes nothing", async () => {
  const check = ["gen", "client", "--out", "checked.ts", "--check"];
  const missing = await project.run(check);
  expect(missing).toMatchObject({ code: 1, stdout: "" });
  expect(missing.stderr).toContain("checked.ts does not exist.");
  await project.run(["gen", "client", "--out", "checked.ts"]);
  expect(await project.run(check)).toEqual({ code: 0, stdout: "", stderr: "checked.ts is up to date\n" });
  const before = await readFile(join(project.dir, "checked.ts"), "utf8");
  await project.write({ "backend.ts": notes("done: boolean().default(false),") });
  const old = await project.run(check);
  expect(old.code).toBe(1);
  expect(old.stderr).toContain("checked.ts is not what the declarations say.");
  expect(old.stderr).toContain("keelson gen client --out checked.ts");
  expect(await readFile(join(project.dir, "checked.ts"), "utf8")).toBe(before);
});

test("gen client says what is wrong with its options", async () => {
  const nothing = await project.run(["gen", "client", "--check"]);
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain("There is no file to check.");
  await mkdir(join(project.dir, "folder"), { recursive: true });
  for (const more of [[], ["--check"]]) {
    const folder = await project.run(["gen", "client", "--out", "folder", ...more]);
    expect(folder.code).toBe(2);
    expect(folder.stderr).toContain("--out folder");
    expect(folder.stderr).toContain("EISDIR");
    expect(folder.stderr).not.toContain(" at ");
  }
});
