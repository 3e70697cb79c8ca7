import { describe, expect, it } from "vitest";
import { hasTerminal, openTerminal } from "../support/terminal.ts";
import { notes, openProject } from "./temporary-project.ts";

describe.runIf(hasTerminal)("on a terminal", () => {
  it("a migration that loses data and a reset are asked about, and only yes is a yes", async () => {
    await using project = await openProject({ "backend.ts": notes("size: integer().optional(),") });
    const env = { DATABASE_URL: await project.newDatabase() };
    await project.run(["migrate", "create"]);
    await project.run(["migrate", "apply"], env);
    await project.write({ "backend.ts": notes() });
    await project.run(["migrate", "create"]);
    const answer = async (args: readonly string[], question: RegExp, text: string) => {
      const terminal = openTerminal(args, { cwd: project.dir, env });
      await terminal.shows(question);
      terminal.type(text);
      return { code: await terminal.ended, screen: terminal.screen };
    };
    const apply = (text: string) => answer(["migrate", "apply"], /Apply them\? Type yes: /, text);
    expect(await apply("y\r")).toMatchObject({
      code: 2,
      screen: expect.stringContaining("Nothing was applied."),
    });
    // Control-D is no answer.
    expect((await apply("\u0004")).code).toBe(2);
    expect((await apply("yes\r")).code).toBe(0);

    const reset = (text: string) => answer(["db", "reset"], /Delete all data in .*\? Type yes: /, text);
    expect((await reset("no\r")).code).toBe(2);
    // Ctrl-C ends the command as it would any other: 128 + SIGINT.
    expect((await reset("\u0003")).code).toBe(130);
    expect((await reset("yes\r")).screen).toContain("The database is empty");
  });
});
