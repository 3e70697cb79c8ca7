import { readdirSync, readFileSync } from "node:fs";

/** What a process and its descendants have used so far. */
export interface Usage {
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** `USER_HZ`: the unit of the times in /proc, fixed at 100 on the architectures Node runs on. */
const tickUs = 10_000;

interface ProcessRow {
  readonly parent: number;
  readonly ticks: number;
  readonly rssBytes: number;
}

/**
 * Sums a process tree from /proc. Times of children that have ended are in their parent's figures, so a pool
 * that reconnects loses nothing. Undefined where there is no /proc.
 */
export function usageOfTree(root: number): Usage | undefined {
  const rows = readProcesses();
  if (!rows.has(root)) return undefined;
  const inTree = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 0; at = rows.get(at)?.parent) {
      if (at === root) return true;
    }
    return false;
  };
  let ticks = 0;
  let rssBytes = 0;
  for (const [pid, row] of rows) {
    if (!inTree(pid)) continue;
    ticks += row.ticks;
    rssBytes += row.rssBytes;
  }
  return { cpuUs: ticks * tickUs, rssBytes };
}

/** The parent of a process, or undefined where it cannot be seen from here. */
export function parentOf(pid: number): number | undefined {
  return readProcess(pid)?.parent;
}

function readProcesses(): ReadonlyMap<number, ProcessRow> {
  const rows = new Map<number, ProcessRow>();
  try {
    for (const entry of readdirSync("/proc")) {
      const row = /^\d+$/.test(entry) ? readProcess(Number(entry)) : undefined;
      if (row) rows.set(Number(entry), row);
    }
  } catch {
    // No /proc: the figures that need it are left out.
  }
  return rows;
}

/** One line of `/proc/<pid>/stat` (proc(5)); the name in brackets may itself contain spaces and brackets. */
function readProcess(pid: number): ProcessRow | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const at = (index: number): number => fields[index] ?? 0;
    return { parent: at(1), ticks: at(11) + at(12) + at(13) + at(14), rssBytes: at(21) * pageBytes };
  } catch {
    return undefined;
  }
}

const pageBytes = 4096;
