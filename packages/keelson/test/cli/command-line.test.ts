import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type TemporaryProject } from "./temporary-project.ts";

let project: TemporaryProject;
beforeAll(async () => {
  project = await openProject();
});
afterAll(() => project[Symbol.asyncDispose]());

const commands = ["dev", "start", "check", "routes", "migrate", "seed", "db", "openapi", "token", "explain"];
const subcommands = ["migrate create", "migrate apply", "migrate status", "migrate check", "migrate stamp"];

describe("help", () => {
  it("lists every command", async () => {
    const { code, stdout, stderr } = await project.run(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  });

  it("is there for each of them, on standard output", async () => {
    const all = [...commands, ...subcommands, "db shell", "db reset", "db url"];
    const answers = await Promise.all(all.map((name) => project.run([...name.split(" "), "--help"])));
    for (const [index, { code, stdout, stderr }] of answers.entries()) {
      expect({ code, stderr }, all[index]).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: keelson ${all[index]}`);
      expect(stdout).toContain("--help");
    }
  });

  it("comes unasked, as an error, where a command is missing", async () => {
    for (const args of [[], ["migrate"]]) {
      const { code, stdout, stderr } = await project.run(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain("Commands:");
    }
  });
});

it("prints its version", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(await project.run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

it.each([
  ["a command", ["tokn"], "token"],
  ["a subcommand", ["migrate", "aply"], "apply"],
  ["an option", ["token", "--subjct", "x"], "--subject"],
  ["an option of a subcommand", ["migrate", "apply", "--basline"], "--baseline"],
])("finds what a typo in %s meant", async (_kind, args, meant) => {
  const { code, stdout, stderr } = await project.run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`(Did you mean ${meant}?)`);
});

it.each([
  [["explain"], "missing required argument 'operation'"],
  [["seed", "--scale", "none"], "It must be a number above 0"],
  [["token", "--hours", "-1"], "It must be a number of hours"],
  [["routes", "surplus"], "too many arguments"],
  [["migrate", "apply", "--up-to", "contract"], "Allowed choices are expand"],
])("refuses %j", async (args, reason) => {
  const { code, stdout, stderr } = await project.run(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(reason);
});
