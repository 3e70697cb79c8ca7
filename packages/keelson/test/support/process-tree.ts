import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function runningProcesses(): readonly RunningProcess[] {
  const table = execFileSync("ps", ["-eo", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith("Z"))
    .map(([pid, parent, , ...command]) => ({
      pid: Number(pid),
      parent: Number(parent),
      command: command.join(" "),
    }));
}

/** The processes that name `text`, a path of the test's own, in their command lines, and all that came of them. */
export const processesNaming = (text: string): readonly number[] =>
  withDescendants(({ command }) => command.includes(text));

/** A process and all that came of it. */
export const processTree = (root: number): readonly number[] => withDescendants(({ pid }) => pid === root);

function withDescendants(isRoot: (process: RunningProcess) => boolean): readonly number[] {
  const running = runningProcesses();
  const found = new Set(running.filter(isRoot).map(({ pid }) => pid));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of running) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Waits until none of them runs any more. */
export async function allGone(pids: readonly number[]): Promise<void> {
  const wanted = new Set(pids);
  while (runningProcesses().some(({ pid }) => wanted.has(pid))) await pause(20);
}

/** kill -9; those that are gone already are none the worse for it. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {}
  }
}
