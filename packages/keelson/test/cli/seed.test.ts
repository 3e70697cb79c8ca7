import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTerminal, openTerminal } from "../support/terminal.ts";
import { notes, openProject, type TemporaryProject } from "./temporary-project.ts";

/** `pauseMs` between batches leaves time to interrupt it. */
const seeded = (pauseMs: number): string =>
  notes(
    "",
    `async *seed(context) {
      const total = Math.round(4_000 * context.scale);
      for (let done = 0; done < total; done += 1_000) {
        const rows = Array.from({ length: Math.min(1_000, total - done) }, (_, n) => ({
          id: context.id(context.epoch), owner: "ada", title: "note " + (done + n),
        }));
        yield { resource: note, rows, total };
        await new Promise((resolve) => setTimeout(resolve, ${pauseMs}));
      }
    },`,
  );

let project: TemporaryProject;
beforeAll(async () => {
  project = await openProject({ "backend.ts": seeded(0), "slow.ts": seeded(400) });
});
afterAll(() => project[Symbol.asyncDispose]());

const count = async (env: Readonly<Record<string, string>>): Promise<string> => {
  const shell = { ...env, PATH: "/nowhere" };
  return (
    (await project.run(["db", "shell"], shell, "select count(*) from notes;")).stdout.split("\n")[1] ?? ""
  );
};

// Most of the time goes by in other processes: several at once.
describe.concurrent("keelson seed", { timeout: 60_000 }, () => {
  it("fills an empty database, says what it wrote, and does so once", async () => {
    const env = { DATABASE_URL: await project.newDatabase() };
    const { code, stdout, stderr } = await project.run(["seed", "--scale", "0.5", "--json"], env);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ note: 2_000 });
    // Elsewhere than on a terminal progress is whole lines.
    expect(stderr).toBe("seed notes: 2,000 of 2,000 rows\n");
    const again = await project.run(["seed"], env);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("The database already holds records.");
    expect(await count(env)).toBe("2000");
  });

  it("leaves nothing behind when it is interrupted", async () => {
    const env = { DATABASE_URL: await project.newDatabase() };
    const seed = project.spawn(["seed", "--scale", "100", "--entry", "slow.ts"], env);
    // There is no line before two seconds have passed; by then rows have been written.
    await seed.printed(/seed notes: [\d,]+ of 400,000 rows/);
    seed.kill("SIGINT");
    expect(await seed.ended).toBe(130);
    expect(seed.stderr).toContain("Interrupted: nothing was written, the database is empty.");
    expect(await count(env)).toBe("0");
  });

  it.runIf(hasTerminal)("draws a bar on a terminal", async () => {
    const env = { DATABASE_URL: await project.newDatabase() };
    const terminal = openTerminal(["seed", "--entry", "slow.ts"], { cwd: project.dir, env });
    expect(await terminal.ended).toBe(0);
    // Drawn over itself: up a line, clear it, draw.
    const [first = "", ...redrawn] = terminal.screen.split("\u001b[1A\r\u001b[2K");
    expect(first).toMatch(/seed notes .*█+.*░+.* 25 %/);
    expect(redrawn.at(-1)).toMatch(/seed notes .*█{10,}[^░]* 100 % 4,000 rows/);
  });

  it("says so when there is no seed", async () => {
    await using bare = await openProject();
    const { code, stderr } = await bare.run(["seed"]);
    expect(code).toBe(2);
    expect(stderr).toContain("This back end declares no seed.");
  });
});
