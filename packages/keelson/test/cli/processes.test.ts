import { describe, expect, it } from "vitest";
import { longForm } from "../support/long-form.ts";
import { allGone, processesNaming, processTree } from "../support/process-tree.ts";
import { hasTerminal, openTerminal } from "../support/terminal.ts";
import { openProject } from "./temporary-project.ts";

/** Most of the time goes by in other processes: several at once. */
const options = { timeout: 60_000 };

/** Everything that `keelson` has started: its workers, the supervisor of PostgreSQL, PostgreSQL. */
const startedBy = (root: number, dir: string): readonly number[] => {
  const all = new Set([...processTree(root), ...processesNaming(dir)]);
  expect(all.size).toBeGreaterThan(6);
  return [...all];
};

describe.concurrent.each(["dev", "start"])("keelson %s leaves no process behind", options, (command) => {
  const ready = command === "dev" ? /Try it:/ : /server\.listening/;
  it.each([
    ["SIGTERM", 0],
    ...(longForm
      ? ([
          ["SIGINT", 0],
          ["SIGHUP", 0],
        ] as const)
      : []),
    ["SIGKILL", "SIGKILL"],
  ] as const)("after %s", async (signal, code) => {
    await using project = await openProject();
    const server = project.spawn([command], { PORT: "0" });
    await server.printed(ready);
    const started = startedBy(server.pid, project.dir);
    server.kill(signal);
    expect(await server.ended).toBe(code);
    await allGone(started);
  });
});

describe.runIf(hasTerminal)("in a terminal", { ...options, concurrent: true }, () => {
  it.each([
    ["Ctrl-C", (type: (text: string) => void) => type("\u0003"), 0],
    ["closing it", undefined, undefined],
  ])("%s ends everything", async (_name, act, code) => {
    await using project = await openProject();
    const terminal = openTerminal(["dev"], { cwd: project.dir, env: { PORT: "0" } });
    await terminal.shows(/Try it:/);
    const started = startedBy(terminal.child.pid ?? 0, project.dir);
    if (act) act(terminal.type);
    else terminal.child.kill("SIGKILL");
    const ended = await terminal.ended;
    if (act) expect(ended).toBe(code);
    await allGone(started);
  });
});
