import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type TemporaryProject } from "./temporary-project.ts";

let project: TemporaryProject;
beforeAll(async () => {
  project = await openProject();
});
afterAll(() => project[Symbol.asyncDispose]());

describe("routes", () => {
  it("lists method, path and operation", async () => {
    const { code, stdout, stderr } = await project.run(["routes"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^GET +\/v1\/notes\/\{id\} +note\.get$/m);
    const json = JSON.parse((await project.run(["routes", "--json"])).stdout);
    expect(json).toContainEqual({ method: "PATCH", path: "/v1/notes/{id}", operation: "note.update" });
    expect(json).toHaveLength(stdout.trim().split("\n").length);
  });
});

describe("openapi", () => {
  it("prints the document, or writes it to a file", async () => {
    const { code, stdout } = await project.run(["openapi"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ openapi: "3.1.2", paths: { "/v1/notes": {} } });
    const written = await project.run(["openapi", "--out", "api.json"]);
    expect(written).toEqual({ code: 0, stdout: "", stderr: "wrote api.json\n" });
    expect(await readFile(join(project.dir, "api.json"), "utf8")).toBe(stdout);
  });
});

describe("explain", () => {
  it("shows the rule, what it means for a caller, and its SQL", async () => {
    const { code, stdout } = await project.run([
      "explain",
      "note.create",
      "--as",
      "writer",
      "--subject",
      "w1",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rule +.*caller is writer and owner = caller\.id$/m);
    expect(stdout).toMatch(/^as caller +owner = caller\.id$/m);
    const json = JSON.parse((await project.run(["explain", "note.list", "--json"])).stdout);
    expect(json.sql).toContain('from "notes"');
  });

  it("knows which operations and roles there are", async () => {
    const operation = await project.run(["explain", "note.lst"]);
    expect(operation).toMatchObject({ code: 2, stdout: "" });
    expect(operation.stderr).toContain('Did you mean "note.list"?');
    const role = await project.run(["explain", "note.list", "--as", "writr"]);
    expect(role).toMatchObject({ code: 2, stdout: "" });
    expect(role.stderr).toContain('Did you mean "writer"?');
  });
});

describe("token", () => {
  it("is alone on standard output", async () => {
    const { code, stdout, stderr } = await project.run([
      "token",
      "--as",
      "writer",
      "editor",
      "--subject",
      "ada",
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(decodeJwt(stdout.trim())).toMatchObject({ sub: "ada", aud: "notes", roles: ["writer", "editor"] });
  });

  it("has a subject even when none is given, and lasts as long as asked", async () => {
    const { stdout } = await project.run(["token", "--as", "writer", "--hours", "2", "--json"]);
    const { token, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ subject: "writer", roles: ["writer"], expiresInSeconds: 7_200 });
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(7_200);
  });

  it("refuses a role that no rule asks for", async () => {
    const { code, stdout, stderr } = await project.run(["token", "--as", "writr"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain('Did you mean "writer"?');
    expect(stderr).toContain("Use one of editor, writer.");
  });

  it("is not for production", async () => {
    const env = { KEELSON_ENV: "production", KEELSON_SECRET: "0123456789abcdef0123456789abcdef" };
    const { code, stdout, stderr } = await project.run(["token", "--as", "writer"], env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("development-only");
  });
});
